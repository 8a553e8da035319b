/** Sequences of unequal length: from what users pass to packed batches in kernel memory, and from predictions back. */
import type { CallContext, Layer } from "../layers/layer.js";
import { callPacked, packedAgain, padded } from "../layers/packed-call.js";
import type { Value } from "../layers/value.js";
import { needSequences } from "../ops/need-sequences.js";
import { spreadRows, takeRows } from "../ops/packed.js";
import { Packing } from "../ops/packing.js";
import { currentScope } from "../ops/scope.js";
import { makeData, type DType } from "../tensor/dtype.js";
import type { TensorLike } from "../tensor/make.js";
import { joinSequences, Ragged } from "../tensor/ragged.js";
import { sameShape, showShape, sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { providePacked, type Aligned, type Given, type Slice } from "./feed.js";
import { callLayer, Graph } from "./graph.js";

export interface RaggedOptions {
  /** Left out: int32 when all sequences are, float64 as soon as one is, else float32. */
  dtype?: DType;
}

/**
 * Sequences of unequal length as one array, without padding: `fit(ragged(sequences), y)`. Batches of it are packed, so that the
 * work of recurrent layers, pooling and layers that look at every step alone is that of the real steps. Targets and weights of
 * every step are ragged too, of the same lengths.
 * @param sequences each [time, …], at least one step long, with steps of one shape
 * @throws SluiceError that names the sequence which is empty, holds NaN or infinity, or whose steps have another shape than those of the first
 */
export function ragged(sequences: readonly TensorLike[], options: RaggedOptions = {}): Ragged {
  needSequences();
  return joinSequences(sequences, options.dtype);
}

const part = (t: Tensor, from: number, to: number) => (t instanceof Ragged ? t.part(from, to) : null);

providePacked({ feed, call, collect, part, align });

function feed(source: Tensor, slice: Slice): Value | null {
  if (!(source instanceof Ragged)) return null;
  const lengths = Int32Array.from({ length: slice.count }, (_, b) => source.lengths[indexOf(slice, b)]!);
  const packing = new Packing(lengths);
  return { tensor: feedRows(source, slice, packing), mask: null, packing };
}

function indexOf({ start, order }: Slice, b: number): number {
  return order ? order[start + b]! : start + b;
}

/** The sequences of the slice as rows of the packing. */
function feedRows(source: Ragged, slice: Slice, { N, T, offsets, order, lengths }: Packing): Tensor {
  const scope = currentScope()!;
  const batch = scope.alloc([N, ...source.step], source.dtype === "int32" ? "int32" : scope.float);
  const cols = sizeOf(source.step);
  const [to, from] = [batch.data, source.data];
  for (const [i, b] of order.entries()) {
    let at = source.starts[indexOf(slice, b)]! * cols;
    const n = lengths[b]!;
    for (let t = 0; t < n && t < T; t++) {
      const row = (offsets[t]! + i) * cols;
      for (let j = 0; j < cols; j++) to[row + j] = from[at++]!;
    }
  }
  return batch;
}

/** Calls a layer with packed values, or with padded ones where it takes no others. */
function call(layer: Layer, came: Value[], context: CallContext): Value[] | null {
  if (layer instanceof Graph || !came.some((v) => v.packing)) return null;
  const outputs = callPacked(layer, came, context);
  return outputs ?? callLayer(layer, came.map(padded), context).map((output) => packedAgain(output, came));
}

/** The rest of the arrays that predictions are gathered in, which grow as the batches come. */
const rooms = new WeakMap<Ragged, Tensor["data"]>();

function collect(result: Tensor | undefined, output: Value, { start, count }: Slice): Tensor | null {
  const { tensor, packing } = output;
  if (!packing) {
    check(start === 0 || sameShape(result!.shape.slice(1), tensor.shape.slice(1)), () => {
      const shapes = `${showShape(result!.shape.slice(1))} and ${showShape(tensor.shape.slice(1))}`;
      return `predict: outputs of ragged inputs come in the shapes ${shapes}; a layer on the way makes them of padded steps and passes no mask on`;
    });
    return null;
  }
  const step = tensor.shape.slice(1);
  const cols = sizeOf(step);
  const before = result as Ragged | undefined;
  const lengths = new Int32Array(start + count);
  lengths.set(before?.lengths ?? []);
  lengths.set(packing.lengths, start);
  const from = before?.data.length ?? 0;
  const size = from + packing.N * cols;
  let room = before && rooms.get(before)!;
  if (!room || room.length < size) {
    const larger = makeData(tensor.dtype, Math.max(size, 2 * from));
    larger.set(before?.data ?? []);
    room = larger;
  }
  restore(tensor.data, room.subarray(from), packing, cols);
  const next = new Ragged(room.subarray(0, size), step, lengths);
  rooms.set(next, room);
  return next;
}

/** Packed rows as sequences in the order of the batch. */
function restore(from: Tensor["data"], to: Tensor["data"], { lengths, ranks, offsets }: Packing, cols: number): void {
  const rank = ranks.data;
  let at = 0;
  for (const [b, n] of lengths.entries()) {
    for (let t = 0; t < n; t++, at += cols) {
      const row = (offsets[t]! + rank[b]!) * cols;
      for (let j = 0; j < cols; j++) to[at + j] = from[row + j]!;
    }
  }
}

/** A loss of whole sequences takes padded predictions and their mask; all others compare the real steps. */
function align(output: Value, { target, weight, whole, take }: Given, slice: Slice): Aligned | null {
  const { packing } = output;
  if (!packing || whole) {
    const plain = [target, weight].every((t) => !(t instanceof Ragged));
    check(plain, () => {
      return whole
        ? "fit: ragged targets do not go with a loss of whole sequences; give them as [N, …]"
        : "fit: ragged targets or weights go with an output of every step of a ragged input, which this model has not";
    });
    return packing ? { ...padded(output), target: take(target), samples: weight && take(weight) } : null;
  }
  const along = (name: string, t: Tensor) => alongSteps(name, t, slice, packing, take);
  return { ...output, target: along("y", target), samples: weight && along("sampleWeight", weight) };
}

/** Targets or weights at each real step: ragged ones of equal lengths, padded ones, or a weight for each sequence. */
function alongSteps(name: string, source: Tensor, slice: Slice, packing: Packing, take: Given["take"]): Tensor {
  if (source instanceof Ragged) {
    for (let b = 0; b < packing.B; b++) {
      const i = indexOf(slice, b);
      const [came, wanted] = [source.lengths[i]!, packing.lengths[b]!];
      check(came === wanted, () => `fit: sequence ${i} of ${name} has ${came} steps, that of the output ${wanted}`);
    }
    return feedRows(source, slice, packing);
  }
  const rows = take(source);
  if (rows.rank === 1) return spreadRows(rows, packing);
  check(rows.shape[1]! >= packing.T, () => {
    return `fit: ${name} ${showShape(source.shape)} has fewer steps than the longest sequence, ${packing.T}; give it as ragged(…), of the lengths of x`;
  });
  return takeRows(rows, packing);
}
