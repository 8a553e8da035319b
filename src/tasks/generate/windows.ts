import { Tensor, tensor, type Batch, type Random } from "sluice";
import { epochRandom } from "../epoch-random.js";
import type { Ids } from "./id-list.js";

export interface WindowOptions {
  /** T */
  readonly length: number;
  /** B */
  readonly batchSize: number;
  readonly steps: number;
  readonly seed: number;
}

/**
 * One epoch of training: windows x [B, T] and, one piece later, y [B, T], cut from the text as they are needed. In each pass the
 * windows stand side by side from a random beginning, in random order, so that every piece is seen once and borders move.
 */
export function* trainingWindows(ids: Ids, options: WindowOptions, epoch: number): Generator<Batch> {
  const { length: T, batchSize: B, steps, seed } = options;
  const random = epochRandom(seed, epoch);
  let starts = new Int32Array(0);
  let next = 0;
  for (let step = 0; step < steps; step++) {
    const x = new Int32Array(B * T);
    const y = new Int32Array(B * T);
    for (let b = 0; b < B; b++) {
      if (next === starts.length) [starts, next] = [startsOf(ids.length, T, random), 0];
      const at = starts[next++]!;
      x.set(ids.subarray(at, at + T), b * T);
      y.set(ids.subarray(at + 1, at + T + 1), b * T);
    }
    yield { x: tensor(x, [B, T]), y: tensor(y, [B, T]) };
  }
}

/** Where the windows of one pass begin. */
function startsOf(n: number, T: number, random: Random): Int32Array<ArrayBuffer> {
  const phase = random.below(Math.min(T, n - T));
  const starts = Int32Array.from({ length: Math.floor((n - 1 - phase) / T) }, (_, i) => phase + i * T);
  random.shuffle(starts);
  return starts;
}

/** Windows that overlap by their warm-up, whose steps are read but not judged. */
const WARM_UP = 64;
const JUDGED = 256;

/**
 * The part that decides when to stop, for the loss after each epoch: each piece once, after at least 64 others (as far as there
 * are). Weights make the mean over all positions the mean over the judged ones.
 */
export function validationWindows(ids: Ids, batchSize: number): Batch[] {
  const targets = ids.length - 1;
  const count = Math.ceil(targets / JUDGED);
  const T = Math.min(WARM_UP + JUDGED, targets);
  const weight = (count * T) / targets;
  const batches: Batch[] = [];
  for (let first = 0; first < count; first += batchSize) {
    const B = Math.min(batchSize, count - first);
    const [x, y, w] = [new Int32Array(B * T), new Int32Array(B * T), new Float32Array(B * T)];
    for (let b = 0; b < B; b++) {
      const begin = (first + b) * JUDGED;
      const end = Math.min(begin + JUDGED, targets);
      const from = Math.max(0, end - T); // the last window is moved back, so that all are full
      x.set(ids.subarray(from, from + T), b * T);
      y.set(ids.subarray(from + 1, from + T + 1), b * T);
      w.fill(weight, b * T + begin - from, b * T + end - from);
    }
    batches.push({ x: tensor(x, [B, T]), y: tensor(y, [B, T]), sampleWeight: Tensor.of(w, [B, T]) });
  }
  return batches;
}
