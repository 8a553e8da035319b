import type { Model } from "sluice";
import { DEFAULT_SHARDS } from "../../../train/sharded/room.js";
import { shardedStep } from "../../../train/sharded/sharded-step.js";
import { Team } from "./team.js";

export interface DataParallelOptions {
  /** Threads, the one of this program among them. Default 1. */
  readonly workers?: number;
  /** Parts that a batch is cut into, 1 to 64. Weights depend on it in their last bits, and not on the workers. Default 4. */
  readonly shards?: number;
  /** Told when a thread was lost. Default: standard error. */
  readonly warn?: (message: string) => void;
}

/**
 * Lets `fit` and `trainOnBatch` of a compiled model compute the shards of each batch on several threads. The loss is the mean over the
 * whole batch, as without; gradients are added in an order that depends on `shards` alone, so that one seed gives the same bits for any
 * number of workers. Dropout and other chance are drawn for each shard.
 * @returns `close` ends the threads; `fit` trains on one thread again, without shards
 * @throws SluiceError, here or in `fit`, for stateful layers and tbptt, and with more than one worker for losses, metrics and layers of
 *   this program, which other threads do not have
 */
export function dataParallel(model: Model, options: DataParallelOptions = {}): { close(): Promise<void> } {
  const { workers = 1, shards = DEFAULT_SHARDS, warn } = options;
  const team = new Team(workers, warn);
  const step = shardedStep(model, shards, team);
  model.step = step;
  return {
    async close() {
      if (model.step === step) delete model.step;
      await team.close();
    },
  };
}
