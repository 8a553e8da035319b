/** What a batch's value holds for one of its samples. */
import type { Value } from "../model/graph.js";
import { sizeOf } from "../tensor/shape.js";
import type { Numbers } from "./types.js";

export interface SampleValue {
  /** Without the batch. */
  readonly shape: readonly number[];
  readonly values: Numbers;
  /** The steps that were taken, where masked ones were left out; else null. */
  readonly real: readonly number[] | null;
}

/** @param real leaves steps out that the value's mask does; packed values have real steps alone */
export function sampleOf({ tensor, mask, packing }: Value, b: number, real: boolean): SampleValue {
  const { data, shape } = tensor;
  const [, ...inner] = shape;
  if (packing) {
    const steps = packing.lengths[b]!;
    const rank = packing.order.indexOf(b);
    const rows = Array.from({ length: steps }, (_, t) => packing.offsets[t]! + rank);
    return { shape: [steps, ...inner], values: takeRows(data, rows, sizeOf(inner)), real: null };
  }
  const size = sizeOf(inner);
  const [T, ...step] = inner;
  if (!real || !mask || T !== mask.shape[1]) return { shape: inner, values: takeRows(data, [b], size), real: null };
  const used = mask.data.subarray(b * T, (b + 1) * T);
  const steps = Array.from({ length: T }, (_, t) => t).filter((t) => used[t] !== 0);
  const rows = steps.map((t) => b * T + t);
  return { shape: [steps.length, ...step], values: takeRows(data, rows, sizeOf(step)), real: steps };
}

function takeRows(data: ArrayLike<number>, rows: readonly number[], cols: number): Numbers {
  const Data = data instanceof Float64Array ? Float64Array : Float32Array;
  const values = new Data(rows.length * cols);
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < cols; j++) values[i * cols + j] = data[row * cols + j]!;
  }
  return values;
}
