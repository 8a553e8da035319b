/** Where a verb's jobs are done: threads of this process, or workers of a queue. */
import type { Command } from "commander";
import type { Executor } from "../distributed/job.js";
import type { RedisAddress } from "../distributed/queue/address.js";
import { queueOptions, type QueueSettings } from "../distributed/worker-options.js";
import { show, SluiceError } from "../util/errors.js";
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
 * Where the queue is, by words and environment.
 * @throws UsageError for what is no address or no name of a queue
 */
export async function addressOf(
  command: Command,
  { redis, queue }: { readonly redis: string | undefined; readonly queue: string | undefined },
): Promise<RedisAddress> {
  const [{ redisAddress }, { checkQueue }] = await Promise.all([
    import("../distributed/queue/address.js"),
    import("../distributed/queue/envelope.js"),
  ]);
  try {
    if (queue !== undefined) checkQueue(queue);
    return redisAddress(redis);
  } catch (error) {
    throw error instanceof SluiceError ? new UsageError(error.message, command.name()) : error;
  }
}

/** A path with ".." leads workers nowhere: none of them reads or writes outside of its folder of data. */
function refuseWaysOut(command: Command): void {
  const { resume, runs, testData, validationData, perSeries } = command.opts<Record<string, unknown>>();
  const data = perSeries === true ? [] : [command.args[0], testData, validationData]; // rows of series are sent in any case
  const paths = [resume, runs, ...data].filter((path) => typeof path === "string");
  const out = paths.find((path) => path.split(/[\\/]/).includes(".."));
  if (out !== undefined)
    throw new UsageError(`${show(out)} leads out of this folder, and workers of a queue read and write nothing outside of theirs: start in a folder that holds data and runs, or send the data: --send-data`, command.name()); // prettier-ignore
}

/**
 * Reaches the queue before anything is begun; null where none was asked for.
 * @throws UsageError for words that cannot work; SluiceError where Redis cannot be reached, refuses, or a package is missing
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
  await addressOf(command, { redis, queue: given.queue });
  if (given.sendData !== true) refuseWaysOut(command);
  const { openQueue: open } = await import("../distributed/open-queue.js");
  return open({ redis, ...given, note: (message) => screen.warn(message) });
}
