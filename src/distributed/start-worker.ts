import { redisAddress } from "./queue/address.js";
import { QueueWorker } from "./worker.js";
import type { WorkerOptions } from "./worker-options.js";

/** As `sluice worker` is told it; the address as text. */
export interface StartWorkerOptions extends Omit<WorkerOptions, "redis" | "version" | "handlers"> {
  /** `redis://HOST:PORT` or `rediss://…`; left out, what the variable SLUICE_REDIS holds. */
  readonly redis?: string;
}

/**
 * Takes jobs from a queue until it is closed: `const worker = await startWorker({ redis, dataRoot })`, `await worker.close()`.
 * @throws SluiceError where packages or folders are missing, or Redis cannot be reached
 */
export function startWorker({ redis, ...options }: StartWorkerOptions = {}): Promise<QueueWorker> {
  return QueueWorker.start({ ...options, redis: redisAddress(redis) });
}
