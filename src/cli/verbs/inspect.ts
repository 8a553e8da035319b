import type { Command } from "commander";
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { namesIn, RUN_FILES } from "../../runs/run-folder.js";
import { inspectData } from "../../tasks/inspect/inspect-data.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { dataObject, dataText } from "../data-text.js";
import { UsageError } from "../errors.js";
import { flagOf } from "../flags.js";
import { inspectModel, modelText } from "../model-text.js";
import { addReadingFlags, readingFlags } from "../reading-flags.js";
import type { Screen } from "../screen.js";
import type { Invocation, Reply } from "../verbs.js";

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("inspect").argument("<what>", "Data file or folder, run, `latest`, or model file.");
  return { command: addScreenFlags(addReadingFlags(command)), act: (screen) => inspect(command, screen) };
}

async function inspect(command: Command, screen: Screen): Promise<Reply> {
  const what = command.args[0]!;
  const reading = readingFlags(command);
  if (isModel(what)) {
    const [name] = Object.keys(reading);
    if (name !== undefined) throw new UsageError(`${flagOf(name)} is for data; ${what} is a model`, command.name());
    const facts = await inspectModel(what);
    return { object: { verb: "inspect", ...facts }, text: modelText(facts, screen) };
  }
  const facts = await inspectData(what, reading);
  return { object: dataObject(what, facts), text: dataText(what, facts, screen) };
}

/** Runs are told by what is in them, or by their name in `runs`; everything else is data. */
function isModel(what: string): boolean {
  if (/\.safetensors$/i.test(what) || basename(what) === "latest") return true;
  if (existsSync(what)) return statSync(what).isDirectory() && existsSync(join(what, RUN_FILES.config));
  return namesIn("runs").includes(what);
}
