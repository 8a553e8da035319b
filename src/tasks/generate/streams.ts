import { tensor, type Batch } from "sluice";
import { epochRandom } from "../epoch-random.js";
import type { Ids } from "./id-list.js";
import type { WindowOptions } from "./windows.js";

/**
 * One epoch of training with carried states: stretches of the text side by side from a random beginning, x [B, pieces · T] and, one
 * piece later, y. `fit({ tbptt: T })` cuts them into `steps` steps of T; the text is gone through again where it is too short.
 */
export function* trainingStreams(ids: Ids, options: WindowOptions, epoch: number): Generator<Batch> {
  const { length: T, batchSize, steps, seed } = options;
  const random = epochRandom(seed, epoch);
  for (let left = steps; left > 0;) {
    const phase = random.below(Math.min(T, ids.length - T));
    const windows = Math.floor((ids.length - 1 - phase) / T);
    const B = Math.min(batchSize, windows);
    const stretch = Math.floor(windows / B);
    const pieces = Math.min(left, stretch);
    const skipped = random.below(stretch - pieces + 1);
    const size = pieces * T;
    const [x, y] = [new Int32Array(B * size), new Int32Array(B * size)];
    for (let b = 0; b < B; b++) {
      const at = phase + (b * stretch + skipped) * T;
      x.set(ids.subarray(at, at + size), b * size);
      y.set(ids.subarray(at + 1, at + size + 1), b * size);
    }
    left -= pieces;
    yield { x: tensor(x, [B, size]), y: tensor(y, [B, size]) };
  }
}
