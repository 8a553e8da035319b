/**
 * The memory that those share who compute the shards of one step: shared between threads, so that nothing is sent. Main writes what
 * holds for the step; whoever has taken a shard writes its gradient and its report; `tree.ts` adds the gradients up.
 */
import { SluiceError } from "../../util/errors.js";
import type { FloatDType } from "../../tensor/dtype.js";
import type { ClassWeights } from "../class-weights.js";

/** More would each be a row or two. */
export const MOST_SHARDS = 64;

/** Shards of a batch where several threads are asked for, and nothing is said of shards. */
export const DEFAULT_SHARDS = 4;

export type Floats = Float32Array | Float64Array;

/** Numbers in `Room.head`: what is the same for all shards of a step. */
export const HEAD = {
  /** Four words: the state of the model's generator. */
  random: 0,
  /** Samples of the batch. */
  count: 4,
  /** Shards that it is cut into. */
  shards: 5,
  /** 1: `totals` hold. */
  known: 6,
  /** For each output the positions of the batch that count. */
  totals: 7,
} as const;

/** Numbers in a report. */
export const REPORT = {
  status: 0,
  /** Its part of the loss, without penalties on weights; where the status is `tooSmall`, the numbers that the report needs. */
  value: 1,
  /** 1: the part is a sum, to be divided by the positions that count in all shards. */
  sum: 2,
  /** Four words: the generator when the shard was done. */
  random: 3,
  /** For each output the positions that count; behind them, for each metric, the length of its state and the state. */
  counts: 7,
} as const;

export const STATUS = {
  done: 0,
  /** Only the positions that count were found out: the gradient needs those of the whole batch. */
  counted: 1,
  failed: 2,
  tooSmall: 3,
} as const;

export interface Sizes {
  /** Weights that training changes. */
  readonly trained: number;
  /** All others. */
  readonly untrained: number;
  readonly shards: number;
  readonly outputs: number;
  /** Numbers of a report. */
  readonly report: number;
  /** Of a batch. */
  readonly bytes: number;
}

export interface Room {
  readonly sizes: Sizes;
  readonly classWeight: ClassWeights | null;
  readonly head: Float64Array;
  /** As the step finds them, the trained ones first. */
  readonly weights: Floats;
  /** The weights that training does not change as the first shard left them: layers may count in them. */
  readonly kept: Floats;
  /** For each shard. */
  readonly gradients: readonly Floats[];
  readonly reports: readonly Float64Array[];
  /** For each sum of the tree, how many of its two sides have come. */
  readonly arrived: Int32Array;
  /** What the batch's arrays are, and their numbers (batch-memory.ts). */
  readonly layout: Int32Array;
  readonly batch: SharedArrayBuffer;
}

/** Whole numbers that say what a batch's arrays are. */
const LAYOUT_WORDS = 256;

export function makeRoom(sizes: Sizes, float: FloatDType, classWeight: ClassWeights | null): Room {
  const shared = (bytes: number) => {
    try {
      return new SharedArrayBuffer(bytes);
    } catch (error) {
      throw new SluiceError(`shards: no memory for ${(bytes / 1e6).toFixed(0)} MB of them`, { cause: error });
    }
  };
  const doubles = (length: number) => new Float64Array(shared(8 * length));
  const floats = (length: number) => (float === "float64" ? doubles(length) : new Float32Array(shared(4 * length)));
  const { trained, untrained, shards, outputs, report, bytes } = sizes;
  return {
    sizes,
    classWeight,
    head: doubles(HEAD.totals + outputs),
    weights: floats(trained + untrained),
    kept: floats(untrained),
    gradients: Array.from({ length: shards }, () => floats(trained)),
    reports: Array.from({ length: shards }, () => doubles(report)),
    arrived: new Int32Array(shared(4 * shards)),
    layout: new Int32Array(shared(4 * LAYOUT_WORDS)),
    batch: shared(bytes),
  };
}
