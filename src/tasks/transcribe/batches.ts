import type { Batch } from "sluice";
import { stepsFor } from "../../ops/ctc-labels.js";
import { epochRandom } from "../epoch-random.js";
import { augmented, type Augmentation } from "./augment.js";
import { paddedTexts, stacked, type Frames } from "./frames.js";

/** Clips and their texts by class. */
export interface Spoken {
  readonly frames: readonly Frames[];
  readonly classes: readonly (readonly number[])[];
}

export interface BatchOptions {
  readonly stack: number;
  readonly batchSize: number;
}

/** Batches among which clips are sorted by length, so that little of a batch is padding. */
const POOL = 16;

/** One epoch of training: each clip once, augmented, in random order, beside others of about its length. */
export function* trainingBatches(
  { frames, classes }: Spoken,
  options: BatchOptions & Augmentation & { readonly seed: number },
  epoch: number,
): Generator<Batch> {
  const random = epochRandom(options.seed, epoch);
  const order = Array.from(frames, (_, i) => i);
  random.shuffle(order);
  const batches: number[][] = [];
  for (let from = 0; from < order.length; from += POOL * options.batchSize) {
    const pool = order.slice(from, from + POOL * options.batchSize);
    pool.sort((a, b) => frames[a]!.length - frames[b]!.length);
    for (let at = 0; at < pool.length; at += options.batchSize) batches.push(pool.slice(at, at + options.batchSize));
  }
  const turns = Int32Array.from(batches, (_, i) => i);
  random.shuffle(turns);
  for (const turn of turns) {
    const chosen = batches[turn]!;
    const heard = chosen.map((i) => {
      const least = (stepsFor(classes[i]!) - 1) * options.stack + 1;
      return augmented(frames[i]!, options, random, least);
    });
    yield { x: stacked(heard, options.stack), y: paddedTexts(chosen.map((i) => classes[i]!)) };
  }
}

/** Each clip as it is, those of like length together. */
export function plainBatches({ frames, classes }: Spoken, { stack, batchSize }: BatchOptions): Batch[] {
  return byLength(frames, batchSize).map((chosen) => ({
    x: stacked(chosen.map((i) => frames[i]!), stack), // prettier-ignore
    y: paddedTexts(chosen.map((i) => classes[i]!)),
  }));
}

/** Numbers of clips in groups of like length. */
export function byLength(frames: readonly Frames[], size: number): number[][] {
  const order = Array.from(frames, (_, i) => i).sort((a, b) => frames[a]!.length - frames[b]!.length);
  return Array.from({ length: Math.ceil(order.length / size) }, (_, n) => order.slice(n * size, (n + 1) * size));
}
