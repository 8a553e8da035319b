/** `--cells gru,lstm --units 32,64+32 --vary dropout=0,0.2`: the values that are compared. */
import { Option, type Command } from "commander";
import type { Grid } from "../tasks/grid.js";
import { unknownOption } from "../tasks/options.js";
import type { Task } from "../tasks/task.js";
import { UsageError } from "./errors.js";
import { flagsOf, type Flag } from "./flags.js";
import { formsOf, readValue, splitList } from "./flag-values.js";

/** Options whose candidates have a flag of their own; the others are named by `--vary`. */
const OWN = { cells: "cell", units: "units" } as const;

export function addGridFlags(command: Command): Command {
  const add = (flags: string, help: string) => new Option(flags, help).helpGroup("To compare:");
  return command
    .addOption(add("--cells <cell,…>", "Recurrent cells to try."))
    .addOption(add("--units <n,…>", "Numbers of units to try; 64+32 stands for two stacked layers."))
    .addOption(
      add("--vary <name=a,b,…>", "Values of another option to try; may come several times.").argParser(collect),
    );
}

function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** The flags that all candidates share: `--units` has another meaning here, and `--cell` would be taken for `--cells`. */
export function sharedFlags(task: Task): Flag[] {
  return flagsOf(task.options).filter(({ key }) => !Object.values(OWN).some((own) => own === key));
}

/** @throws UsageError where a value cannot be read, or nothing is to be compared */
export function gridOf(task: Task, command: Command): Grid {
  const flags = flagsOf(task.options);
  const given = command.opts<{ cells?: string; units?: string; vary?: string[] }>();
  const own = Object.entries(OWN).map(([flag, key]) => ({
    flag: `--${flag}`,
    key,
    text: given[flag as keyof typeof OWN],
  }));
  const varied = (given.vary ?? []).map((text) => varyOf(text, task));
  const grid: Record<string, readonly unknown[]> = {};
  for (const { flag, key, text } of [...own, ...varied]) {
    if (text === undefined) continue;
    if (key in grid) throw new UsageError(`${flag}: the values of ${key} are given twice`, command.name());
    grid[key] = valuesOf(
      flag,
      flags.find((option) => option.key === key)!,
      text,
    );
  }
  if (Object.keys(grid).length > 0) return grid;
  throw new UsageError("nothing to compare: give --cells, --units or --vary", command.name());
}

function varyOf(text: string, task: Task): { flag: string; key: string; text: string } {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--vary: expected NAME=VALUE,VALUE, got ${JSON.stringify(text)}`);
  const key = text.slice(0, at);
  if (!Object.hasOwn(task.options.shape, key)) throw new UsageError(`--vary: ${unknownOption(key, task.options)}`);
  return { flag: `--vary ${key}`, key, text: text.slice(at + 1) };
}

/** Within one candidate of an option that takes a list, "+" stands for the comma. */
function valuesOf(flag: string, { schema }: Flag, text: string): unknown[] {
  const isList = formsOf(schema).some((form) => form.type === "array");
  return splitList(flag, text).map((item) => readValue(flag, schema, isList ? item.replaceAll("+", ",") : item));
}
