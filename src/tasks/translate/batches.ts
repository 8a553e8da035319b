import { teacherForcing, tensor, type Batch, type Tensor } from "sluice";
import { epochRandom } from "../epoch-random.js";
import { END, START } from "./codec.js";

/** Pairs in tokens. */
export interface Numbered {
  readonly sources: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
}

/** Batches among which pairs are sorted by length, so that little of a batch is padding and no batch has neighbours of its own. */
const POOL = 64;

/** One epoch of training: each pair once, in random order, beside others of about its lengths. */
export function* trainingBatches(
  pairs: Numbered,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
  epoch: number,
): Generator<Batch> {
  const random = epochRandom(seed, epoch);
  const order = Array.from(pairs.sources, (_, i) => i);
  random.shuffle(order);
  const batches: number[][] = [];
  for (let from = 0; from < order.length; from += POOL * batchSize) {
    batches.push(...groups(pairs, order.slice(from, from + POOL * batchSize), batchSize));
  }
  const turns = Int32Array.from(batches, (_, i) => i);
  random.shuffle(turns);
  for (const turn of turns) yield batchOf(pairs, batches[turn]!);
}

/** Each pair once, those of like length together. */
export function plainBatches(pairs: Numbered, batchSize: number): Batch[] {
  const all = Array.from(pairs.sources, (_, i) => i);
  return groups(pairs, all, batchSize).map((chosen) => batchOf(pairs, chosen));
}

function groups({ sources, targets }: Numbered, chosen: number[], size: number): number[][] {
  const length = (i: number) => 1000 * sources[i]!.length + targets[i]!.length;
  chosen.sort((a, b) => length(a) - length(b));
  return Array.from({ length: Math.ceil(chosen.length / size) }, (_, n) => chosen.slice(n * size, (n + 1) * size));
}

function batchOf({ sources, targets }: Numbered, chosen: readonly number[]): Batch {
  const { input, next } = teacherForcing(chosen.map((i) => targets[i]!), { start: START, end: END }); // prettier-ignore
  return { x: { source: padded(chosen.map((i) => sources[i]!)), target: input }, y: next }; // prettier-ignore
}

/** int32 [N, S], zeros at the end. */
export function padded(rows: readonly (readonly number[])[]): Tensor {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 1);
  const data = new Int32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  return tensor(data, [rows.length, width]);
}
