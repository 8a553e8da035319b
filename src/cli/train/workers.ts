/** `--workers`, which every way to train on more than one core reads. */
import type { Command } from "commander";
import { z } from "zod";
import { addFlags, flagsOf, givenFlags } from "../flags.js";
import { checkFlags } from "../settings.js";

const options = z.strictObject({
  workers: z
    .int()
    .min(1)
    .optional()
    .describe(
      "Threads of this process that share each batch; with --per-series, series at once; with --diloco or --redis, shards of the data.",
    ),
});

const FLAGS = flagsOf(options);

export function addWorkersFlag(command: Command): Command {
  addFlags(command, FLAGS, () => "In parallel:");
  return command;
}

/** @throws UsageError unless it is a whole number of at least 1 */
export function workersOf(command: Command): number | undefined {
  const given = givenFlags(command, FLAGS);
  checkFlags(command, options, given);
  return given["workers"] as number | undefined;
}
