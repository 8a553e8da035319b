/** A batch in memory that threads share: its rows, in order, and what the arrays are. */
import type { DType, TensorData } from "../../tensor/dtype.js";
import { Ragged } from "../../tensor/ragged.js";
import { sizeOf } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { check } from "../../util/errors.js";
import type { BatchSlice, Samples } from "../batches.js";
import type { Room } from "./room.js";

const DTYPES: readonly DType[] = ["float32", "float64", "int32"];
/** Arrays begin at multiples of so many bytes, which float64 needs. */
const ALIGNMENT = 8;
const PLAIN = 0;
const RAGGED = 1;

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
const widthOf = (dtype: DType) => (dtype === "float64" ? 8 : 4);

/** Bytes that `writeBatch` needs. */
export function batchBytes(batch: BatchSlice): number {
  return arraysOf(batch.samples).reduce((sum, t) => {
    const numbers = aligned(sizeIn(t, batch) * widthOf(t.dtype));
    return sum + numbers + (t instanceof Ragged ? aligned(4 * batch.count) : 0);
  }, 0);
}

export function writeBatch({ layout, batch: memory }: Room, batch: BatchSlice): void {
  const { samples, count } = batch;
  const arrays = arraysOf(samples);
  const words = [count, samples.x.length, samples.y.length, +(samples.weight !== null)];
  let at = 0;
  const take = (dtype: DType, length: number) => {
    const view = viewOf(memory, dtype, at, length);
    at += aligned(length * widthOf(dtype));
    return view;
  };
  for (const t of arrays) {
    const row = t instanceof Ragged ? t.step : t.shape.slice(1);
    words.push(t instanceof Ragged ? RAGGED : PLAIN, DTYPES.indexOf(t.dtype), row.length, ...row);
    if (t instanceof Ragged) copySequences(t, batch, take("int32", count), take(t.dtype, sizeIn(t, batch)));
    else copyRows(t, batch, sizeOf(row), take(t.dtype, sizeIn(t, batch)));
  }
  check(words.length <= layout.length, () => `shards: ${arrays.length} arrays in a batch are too many`);
  layout.set(words);
}

/** What `writeBatch` wrote; the arrays are views. */
export function readBatch({ layout, batch: memory }: Room): BatchSlice {
  const [count, xs, ys, weighted] = layout as unknown as [number, number, number, number];
  let [word, at] = [4, 0];
  const take = (dtype: DType, length: number) => {
    const view = viewOf(memory, dtype, at, length);
    at += aligned(length * widthOf(dtype));
    return view;
  };
  const array = (): Tensor => {
    const [kind, type, rank] = layout.subarray(word) as unknown as [number, number, number];
    const row = [...layout.subarray(word + 3, word + 3 + rank)];
    word += 3 + rank;
    const dtype = DTYPES[type]!;
    if (kind === PLAIN) return Tensor.of(take(dtype, count * sizeOf(row)), [count, ...row]);
    const lengths = take("int32", count) as Int32Array;
    const steps = lengths.reduce((sum, n) => sum + n, 0);
    return new Ragged(take(dtype, steps * sizeOf(row)), row, lengths);
  };
  const several = (n: number) => Array.from({ length: n }, array);
  const samples: Samples = { x: several(xs), y: several(ys), weight: weighted ? array() : null, count };
  return { samples, start: 0, count, order: undefined };
}

function arraysOf({ x, y, weight }: Samples): Tensor[] {
  return [...x, ...y, ...(weight ? [weight] : [])];
}

/** Where in the samples the batch's i-th is. */
const indexOf = ({ start, order }: BatchSlice, i: number) => (order ? order[start + i]! : start + i);

function sizeIn(t: Tensor, batch: BatchSlice): number {
  if (!(t instanceof Ragged)) return batch.count * sizeOf(t.shape.slice(1));
  let steps = 0;
  for (let i = 0; i < batch.count; i++) steps += t.lengths[indexOf(batch, i)]!;
  return steps * sizeOf(t.step);
}

function copyRows(t: Tensor, batch: BatchSlice, size: number, to: TensorData): void {
  for (let i = 0; i < batch.count; i++) {
    const from = indexOf(batch, i) * size;
    to.set(t.data.subarray(from, from + size), i * size);
  }
}

function copySequences(t: Ragged, batch: BatchSlice, lengths: TensorData, to: TensorData): void {
  const size = sizeOf(t.step);
  let at = 0;
  for (let i = 0; i < batch.count; i++) {
    const [from, n] = [t.starts[indexOf(batch, i)]! * size, t.lengths[indexOf(batch, i)]!];
    lengths[i] = n;
    to.set(t.data.subarray(from, from + n * size), at);
    at += n * size;
  }
}

function viewOf(memory: SharedArrayBuffer, dtype: DType, at: number, length: number): TensorData {
  if (dtype === "float32") return new Float32Array(memory, at, length);
  return dtype === "float64" ? new Float64Array(memory, at, length) : new Int32Array(memory, at, length);
}
