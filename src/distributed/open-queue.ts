/** A queue on Redis as an executor, opened before anything is begun. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Executor } from "./job.js";

export interface QueueOptions {
  /** `redis://HOST:PORT` or `rediss://…`; left out, what the variable SLUICE_REDIS holds. */
  readonly redis?: string;
  /** Default "jobs". */
  readonly queue?: string | undefined;
  /** Folder that the workers share, for content of any size. Left out, small content goes through Redis. */
  readonly store?: string | undefined;
  /** Send the data file through the store: workers need not see it below their folder of data, and runs come back. Default false. */
  readonly sendData?: boolean | undefined;
  /** Told what a person who waits should know, such as that no worker listens. Default: standard error. */
  readonly note?: (message: string) => void;
}

/**
 * Reaches a queue; jobs are done by whoever runs `sluice worker` or `startWorker` there. Packages that a queue needs are loaded now.
 * @throws SluiceError where bullmq or ioredis is not installed, or Redis cannot be reached, refuses the password, or is full
 */
export async function openQueue({
  redis,
  queue,
  store,
  sendData,
  note = console.warn,
}: QueueOptions = {}): Promise<Executor> {
  const [{ RedisExecutor }, { redisAddress }] = await Promise.all([
    import("./executors/redis.js"),
    import("./queue/address.js"),
  ]);
  return RedisExecutor.open({
    redis: redisAddress(redis),
    plan: planHere(),
    ...(queue !== undefined && { queue }),
    ...(store !== undefined && { store: resolve(store) }),
    ...(sendData !== undefined && { sendData }),
    note,
  });
}

/** Whoever goes on in the same folder of the same machine finds the answers of its jobs. */
function planHere(): string {
  return createHash("sha256").update(`${hostname()} ${process.cwd()}`).digest("hex").slice(0, 12);
}
