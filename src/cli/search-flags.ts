/** How a model that translates searches, where a verb uses it without training. */
import type { Command } from "commander";
import type { Pipeline } from "../tasks/task.js";
import { searchOptions } from "../tasks/translate/options.js";
import { UsageError } from "./errors.js";
import { addFlags, flagOf, flagsOf, givenFlags } from "./flags.js";
import { checkFlags } from "./settings.js";

const FLAGS = flagsOf(searchOptions);

export function addSearchFlags(command: Command): Command {
  addFlags(command, FLAGS, () => "Translations (default: as the model was trained):");
  return command;
}

/** Those that were given. @throws UsageError that names the flag, also where the model does not translate */
export function searchFlags(command: Command, { task }: Pick<Pipeline, "task">): Readonly<Record<string, unknown>> {
  const given = givenFlags(command, FLAGS);
  const [first] = Object.keys(given);
  if (first !== undefined && task !== "translate")
    throw new UsageError(`${flagOf(first)}: the model was trained to ${task}; only one that translates searches`, command.name()); // prettier-ignore
  checkFlags(command, searchOptions, given);
  return given;
}
