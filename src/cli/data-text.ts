/** What is known of a data file, and what to train on it. */
import type { ClassCount, ColumnFacts, DataFacts, Proposal, Spread } from "../tasks/inspect/facts.js";
import { aligned } from "./aligned.js";
import { commandLine } from "./command-line.js";
import { figure } from "./figures.js";
import { flagOf } from "./flags.js";
import type { Screen } from "./screen.js";
import { plain, wrap } from "./text-width.js";

/** Classes that are shown; the others are counted. */
const SHOWN = 6;

export function dataObject(path: string, facts: DataFacts): object {
  const proposals = facts.proposals.map((proposal) => ({
    command: trainCommand(path, proposal),
    config: { task: proposal.task, data: path, ...proposal.options },
    why: proposal.why,
  }));
  return { verb: "inspect", ...facts, proposals };
}

export function dataText(path: string, facts: DataFacts, screen: Screen): string {
  return [factsText(facts, screen), proposalsText(path, facts.proposals, screen)].join("\n\n");
}

function factsText(facts: DataFacts, screen: Screen): string {
  const list = (rows: readonly (readonly string[])[]) =>
    aligned(null, [["Source", facts.source], ...rows], screen.width);
  switch (facts.kind) {
    case "table": {
      const rows = facts.whole ? figure(facts.rows) : `the first ${figure(facts.rows)} were looked at`;
      const head = list([["Rows", rows], ["Columns", figure(facts.columns.length)]]); // prettier-ignore
      const header = ["column", "type", "missing", "distinct", "values"];
      return `${head}\n\n${aligned(header, facts.columns.map(columnRow), screen.width)}`;
    }
    case "text":
      return list([
        ["Characters", `${figure(facts.characters)}, ${figure(facts.distinctCharacters)} different`],
        ["Words", figure(facts.words)],
        ["Lines", figure(facts.lines)],
      ]);
    case "clips":
      return list([
        ["Clips", figure(facts.clips)],
        ["Classes", classesText(facts.classes)],
        ["Seconds", `${spreadText(facts.seconds)} (of ${facts.lookedInto} clips)`],
        ["Sample rates", facts.sampleRates.join(", ")],
        ...facts.problems.slice(0, SHOWN).map((problem) => ["Broken", problem]),
      ]);
    case "sequences":
      return list([
        ["Sequences", figure(facts.sequences)],
        ["Values a step", figure(facts.dimensions)],
        ["Lengths", spreadText(facts.lengths)],
        ["Missing", figure(facts.missing)],
        ...(facts.classes.length > 0 ? [["Classes", classesText(facts.classes)]] : []),
      ]);
  }
}

function columnRow(column: ColumnFacts): string[] {
  const { name, type, missing, distinct } = column;
  return [name, type, figure(missing), distinct === null ? "many" : figure(distinct), valuesText(column)];
}

function valuesText({ dates, words, classes, range }: ColumnFacts): string {
  if (dates) {
    const { first, last, step, gaps, id, ordered } = dates;
    const day = (iso: string) => iso.replace(/T00:00:00.000Z$/, "").replace(".000Z", "Z");
    const texts = [
      `${day(first)} to ${day(last)}`,
      ...(step === null ? [] : [`every ${step}`]),
      ...(gaps > 0 ? [`${figure(gaps)} gaps`] : []),
      ...(id === null ? [] : [`by ${id}`]),
      ...(ordered ? [] : ["not in order"]),
    ];
    return texts.join(", ");
  }
  if (classes) return classesText(classes);
  if (words) return `${spreadText(words)} words`;
  return range ? `${figure(range.least)} to ${figure(range.greatest)}, mean ${figure(range.mean)}` : "";
}

function spreadText({ least, median, greatest }: Spread): string {
  return least === greatest ? figure(least) : `${figure(least)} to ${figure(greatest)}, median ${figure(median)}`;
}

function classesText(classes: readonly ClassCount[]): string {
  const shown = classes.slice(0, SHOWN).map(({ value, count }) => `${value}: ${figure(count)}`);
  const rest = classes.length - shown.length;
  return rest > 0 ? `${shown.join(", ")}, and ${rest} more` : shown.join(", ");
}

function proposalsText(path: string, proposals: readonly Proposal[], screen: Screen): string {
  if (proposals.length === 0) return "No task fits what is here without being told more: see sluice train --help.";
  const { bold } = screen.style;
  const texts = proposals.map((proposal) => {
    return `${wrap(plain(proposal.why), screen.proseWidth)}\n  ${bold(plain(trainCommand(path, proposal)))}`;
  });
  return [bold(proposals.length === 1 ? "Proposed:" : "Proposed, the likeliest first:"), ...texts].join("\n");
}

export function trainCommand(path: string, { task, options }: Proposal): string {
  const flags = Object.entries(options).flatMap(([name, value]) => flagWords(flagOf(name), value));
  return commandLine(["train", path, "--task", task, ...flags]);
}

function flagWords(flag: string, value: unknown): string[] {
  if (typeof value === "boolean") return [value ? flag : flag.replace("--", "--no-")];
  if (value === "\t") return [flag, "tab"];
  if (Array.isArray(value)) return [flag, value.map((item) => listItem(String(item))).join(",")];
  if (typeof value !== "object" || value === null) return [flag, String(value)];
  return [
    flag,
    Object.entries(value)
      .map(([name, item]) => listItem(`${name}=${item}`))
      .join(","),
  ];
}

/** In double quotes where it holds a comma, as `splitList` reads it. */
function listItem(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
