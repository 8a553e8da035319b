/** `--workers`, which every way to train on more than one core reads. */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { z } from "zod";
import { MOST_WORKERS } from "../../distributed/parallel/sync/control.js";
import { UsageError } from "../errors.js";
import { addFlags, flagsOf, givenFlags } from "../flags.js";
import type { Screen } from "../screen.js";
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

/** As it was given, whatever it counts. @throws UsageError unless it is a whole number of at least 1 */
export function workersOf(command: Command): number | undefined {
  const given = givenFlags(command, FLAGS);
  checkFlags(command, options, given);
  return given["workers"] as number | undefined;
}

/** Where it counts threads. @throws UsageError unless it is a whole number from 1 to 64 */
export function threadsOf(command: Command, screen: Screen): number | undefined {
  const workers = workersOf(command);
  checkThreads(workers, command, screen);
  return workers;
}

/** Says so where there are more of them than cores. @throws UsageError where there are too many */
export function checkThreads(workers: number | undefined, command: Command, screen: Screen): void {
  if (workers === undefined) return;
  const cores = availableParallelism();
  const here = `this machine has ${cores === 1 ? "1 core" : `${cores} cores`}`;
  if (workers > MOST_WORKERS)
    throw new UsageError(
      `--workers: expected at most ${MOST_WORKERS} threads, got ${workers}; ${here}`,
      command.name(),
    );
  if (workers > cores) screen.note(`--workers ${workers}: ${here}, which so many threads share; more than ${cores} make nothing faster.`); // prettier-ignore
}
