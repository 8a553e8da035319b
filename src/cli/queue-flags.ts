/** Where a verb's jobs are done: threads of this process, or workers of a queue. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Executor } from "../distributed/job.js";
import { queueOptions, type QueueSettings } from "../distributed/worker-options.js";
import { UsageError } from "./errors.js";
import { addFlags, flagsOf, givenFlags } from "./flags.js";
import type { Screen } from "./screen.js";
import { checkFlags } from "./settings.js";

const FLAGS = flagsOf(queueOptions);

/** @param sends whether the verb can send its data: then no folder need be shared with the workers */
export function addQueueFlags(command: Command, { sends = false } = {}): Command {
  const flags = sends ? FLAGS : FLAGS.filter(({ key }) => key !== "sendData");
  addFlags(command, flags, () => "Queue:");
  return command;
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
  const { redis, queue, store, sendData } = settings;
  if (redis === undefined) {
    const given = Object.entries({ "--queue": queue, "--store": store, "--send-data": sendData });
    const [flag] = given.find(([, value]) => value !== undefined) ?? [];
    if (flag) throw new UsageError(`${flag}: it is for workers of a queue; give --redis too`, command.name());
    return null;
  }
  if (workers !== undefined)
    throw new UsageError("--workers counts threads of this process; with --redis, start `sluice worker` as often as you like", command.name()); // prettier-ignore
  const [{ RedisExecutor }, { redisAddress }] = await Promise.all([
    import("../distributed/executors/redis.js"),
    import("../distributed/queue/address.js"),
  ]);
  const place = createHash("sha256").update(`${hostname()} ${process.cwd()}`).digest("hex").slice(0, 12);
  return RedisExecutor.open({
    redis: redisAddress(redis),
    plan: place,
    ...(queue !== undefined && { queue }),
    ...(store !== undefined && { store: resolve(store) }),
    ...(sendData !== undefined && { sendData }),
    note: (message) => screen.warn(message),
  });
}
