/** Differentiable operations on packed values [N, …] (packing.ts): to rows of equal length and back, and over whole sequences. */
import type { TensorData } from "../tensor/dtype.js";
import { sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { gather } from "./gather.js";
import { asFloat, op } from "./op.js";
import type { Packing } from "./packing.js";
import { reshape } from "./reshape.js";

/** [N, …] → [B, T, …] with zeros at steps that a sequence does not have; these pass no gradient on. */
export function padRows(x: Tensor, packing: Packing): Tensor {
  const { B, T, N } = packing;
  const step = x.shape.slice(1);
  return op("pad", [x], ([placed], scope) => {
    const cols = sizeOf(step);
    const to = packing.padded();
    const y = scope.alloc([B, T, ...step], placed!.dtype);
    if (placed!.dtype === "int32") {
      const [out, from, rows] = [y.data.fill(0), placed!.data, to.data];
      for (let i = 0; i < N; i++) for (let j = 0; j < cols; j++) out[rows[i]! * cols + j] = from[i * cols + j]!;
      return y;
    }
    const k = scope.kernels;
    k.fill(y.ptr, 0, y.size);
    k.scatterAddRows(y.ptr, placed!.ptr, to.ptr, N, cols);
    scope.record([placed!], [y], () => {
      scope.assignGrad(placed!, (dx) => k.gatherRows(dx, y.grad!.ptr, to.ptr, N, cols));
    });
    return y;
  });
}

/** [B, T, …] → the real steps [N, …]. */
export function takeRows(x: Tensor, packing: Packing): Tensor {
  const [B, T, ...step] = x.shape as [number, number, ...number[]];
  return gather(reshape(x, [B * T, ...step]), packing.padded(T));
}

/** Values of sequences [B, …] at each of their steps: [N, …]. */
export const spreadRows = (x: Tensor, packing: Packing): Tensor => gather(x, packing.sequences);

/** Every sequence turned round. */
export const turnRows = (x: Tensor, packing: Packing): Tensor => gather(x, packing.turned);

/** Sum over the steps of each sequence: [N, F] → [B, F]. */
export function sumSteps(x: Tensor, packing: Packing): Tensor {
  const { B, N } = packing;
  return op("sumSteps", [x], ([placed], scope) => {
    const values = asFloat(placed!, scope);
    const [k, to, F] = [scope.kernels, packing.sequences, values.size / N];
    const y = scope.alloc([B, ...values.shape.slice(1)]);
    k.fill(y.ptr, 0, y.size);
    k.scatterAddRows(y.ptr, values.ptr, to.ptr, N, F);
    scope.record([values], [y], () => {
      scope.assignGrad(values, (dx) => k.gatherRows(dx, y.grad!.ptr, to.ptr, N, F));
    });
    return y;
  });
}

/** Largest over the steps of each sequence: [N, F] → [B, F]; steps that share the maximum share the gradient equally. */
export function maxSteps(x: Tensor, packing: Packing): Tensor {
  const { B, N } = packing;
  return op("maxSteps", [x], ([placed], scope) => {
    const values = asFloat(placed!, scope);
    const F = values.size / N;
    const rows = packing.sequences;
    const y = scope.alloc([B, ...values.shape.slice(1)]);
    const ties = scope.alloc([B, F]);
    const sequences = rows.data;
    largestSteps(values.data, sequences, y.data, ties.data, F);
    scope.record([values], [y], () => {
      scope.accumulateGrad(values, (ptr) => {
        const dx = scope.kernels.memory.floats(ptr, values.size);
        shareMaxima(dx, values.data, rows.data, y.data, y.grad!.data, ties.data, F);
      });
    });
    return y;
  });
}

/** y = the largest of the rows of each sequence, and how many rows share it; NaN where one is. */
function largestSteps(x: TensorData, sequences: TensorData, y: TensorData, ties: TensorData, F: number): void {
  y.fill(-Infinity);
  ties.fill(0);
  for (let row = 0, i = 0; i < x.length; row++) {
    const place = sequences[row]! * F;
    for (let j = place; j < place + F; j++, i++) {
      const value = x[i]!;
      if (value < y[j]!) continue;
      if (value === y[j]!) {
        ties[j]! += 1;
      } else if (!Number.isNaN(y[j]!)) {
        y[j] = value;
        ties[j] = 1;
      }
    }
  }
}

/** dx += dy / (number of rows that share the maximum) at these rows. */
function shareMaxima(
  dx: TensorData,
  x: TensorData,
  sequences: TensorData,
  y: TensorData,
  dy: TensorData,
  ties: TensorData,
  F: number,
): void {
  for (let row = 0, i = 0; i < x.length; row++) {
    const place = sequences[row]! * F;
    for (let j = place; j < place + F; j++, i++) if (x[i] === y[j]) dx[i]! += dy[j]! / ties[j]!;
  }
}
