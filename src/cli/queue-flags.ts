/** Where a verb's jobs are done: threads of this process, or workers of a queue. */
import type { Command } from "commander";
import type { Executor } from "../distributed/job.js";
import { queueOptions, type QueueSettings } from "../distributed/worker-options.js";
import { UsageError } from "./errors.js";
import { addFlags, flagOf, flagsOf, givenFlags } from "./flags.js";
import type { Screen } from "./screen.js";
import { checkFlags } from "./settings.js";

const FLAGS = flagsOf(queueOptions);

export function addQueueFlags(command: Command): Command {
  addFlags(command, FLAGS, () => "Queue:");
  return command;
}

/** @throws UsageError where one is given that would change nothing */
export function refuseQueueFlags(command: Command): void {
  const [lone] = Object.keys(givenFlags(command, FLAGS));
  if (lone) throw new UsageError(`${flagOf(lone)}: it is for workers of a queue; give --redis too`, command.name());
}

/**
 * Reaches the queue before anything is begun; null where none was asked for.
 * @throws SluiceError where Redis cannot be reached, refuses, or a package is missing
 */
export async function openQueue(
  command: Command,
  screen: Screen,
  workers: number | undefined,
): Promise<Executor | null> {
  const settings = givenFlags(command, FLAGS) as Partial<QueueSettings>;
  checkFlags(command, queueOptions, settings);
  const { redis, ...given } = settings;
  if (redis === undefined) {
    refuseQueueFlags(command);
    return null;
  }
  if (workers !== undefined)
    throw new UsageError("--workers counts threads of this process; with --redis, start `sluice worker` as often as you like", command.name()); // prettier-ignore
  const { openQueue: open } = await import("../distributed/open-queue.js");
  return open({ redis, ...given, note: (message) => screen.warn(message) });
}
