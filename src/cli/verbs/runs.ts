import { z } from "zod";
import { listRuns, removeRun } from "../../runs/run-list.js";
import { runOptions } from "../../tasks/common-options.js";
import { nearest } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import { addScreenFlags, newCommand, verbCommand } from "../command.js";
import { UsageError } from "../errors.js";
import { addFlags, flagsOf } from "../flags.js";
import { comparedText, compareRuns } from "../runs-compare.js";
import { listText } from "../runs-list.js";
import { showRun, shownText } from "../runs-show.js";
import type { Screen } from "../screen.js";
import { plain } from "../text-width.js";
import type { Invocation, Reply } from "../verbs.js";

const ROOT = flagsOf(z.object({ runs: runOptions().runs }));

interface Part {
  readonly summary: string;
  readonly takes?: readonly [argument: string, help: string];
  act(names: readonly string[], root: string, screen: Screen): Reply;
}

const PARTS: Readonly<Record<string, Part>> = {
  list: { summary: "List all runs, the newest first.", act: (_, root, screen) => list(root, screen) },
  show: {
    summary: "Show a run: its state, settings and result.",
    takes: ["<run>", "Name or folder of the run, or `latest`."],
    act: ([run], root, screen) => show(run!, root, screen),
  },
  compare: {
    summary: "Show in what runs differ, beside their results.",
    takes: ["<runs...>", "Names or folders of the runs."],
    act: compare,
  },
  remove: {
    summary: "Remove runs with all that is in them; no link is followed.",
    takes: ["<runs...>", "Names or folders of the runs."],
    act: remove,
  },
};

export async function invoke(words: readonly string[]): Promise<Invocation> {
  checkPart(words[0]);
  const command = addScreenFlags(verbCommand("runs").usage("[command] [options]").helpCommand(false));
  let chosen: ((screen: Screen) => Reply) | undefined;
  for (const [name, { summary, takes, act }] of Object.entries(PARTS)) {
    const part = newCommand(name, summary, []);
    if (takes) part.argument(...takes);
    addFlags(part, ROOT, () => "Options:");
    addScreenFlags(part).action(() => {
      chosen = (screen) => act(part.args, part.opts<{ runs?: string }>().runs ?? "runs", screen);
    });
    command.addCommand(part, { isDefault: name === "list" });
  }
  return { command, act: async (screen) => chosen!(screen) };
}

function checkPart(word: string | undefined): void {
  const names = Object.keys(PARTS);
  if (word === undefined || word.startsWith("-") || word === "help" || names.includes(word)) return;
  const hint = nearest(word, names);
  const tail = hint ? `did you mean "${hint}"?` : `there are ${names.join(", ")}`;
  throw new UsageError(`unknown command ${JSON.stringify(`runs ${word}`)}; ${tail}`, "sluice runs");
}

function list(root: string, screen: Screen): Reply {
  const runs = listRuns(root);
  return { object: { verb: "runs list", root, runs }, text: listText(runs, root, screen) };
}

function show(where: string, root: string, screen: Screen): Reply {
  const run = showRun(where, root);
  return { object: { verb: "runs show", ...run }, text: shownText(run, screen) };
}

function compare(names: readonly string[], root: string, screen: Screen): Reply {
  if (names.length < 2) throw new UsageError("runs compare: expected at least two runs", "sluice runs compare");
  const compared = compareRuns(names, root);
  return { object: { verb: "runs compare", ...compared }, text: comparedText(compared, screen) };
}

function remove(names: readonly string[], root: string): Reply {
  check(new Set(names).size === names.length, () => "runs remove: a run is named twice");
  const removed = names.map((name) => removeRun(name, root));
  return { object: { verb: "runs remove", removed }, text: removed.map((path) => `Removed ${plain(path)}`).join("\n") };
}
