/** Flags that say how a file is written, for the verbs that read one without training. */
import type { Command } from "commander";
import { z } from "zod";
import { readingOptions, type ReadingOptions } from "../tasks/common-options.js";
import { readOptions } from "../tasks/options.js";
import { addFlags, flagsOf, givenFlags } from "./flags.js";
import { checkFlags } from "./settings.js";

const SCHEMA = z.strictObject(readingOptions());
const FLAGS = flagsOf(SCHEMA);

export function addReadingFlags(command: Command): Command {
  addFlags(command, FLAGS, () => "Data:");
  return command;
}

/** Those that were given. @throws UsageError that names the flag */
export function readingFlags(command: Command): Partial<ReadingOptions> {
  const given = givenFlags(command, FLAGS);
  checkFlags(command, SCHEMA, given);
  return readOptions(command.name(), SCHEMA, given);
}
