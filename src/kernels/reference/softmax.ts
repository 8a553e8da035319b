import type { Kernels } from "../kernels.js";
import type { ReferenceMemory } from "./memory.js";

type Softmax = Pick<Kernels, "softmax" | "softmaxGrad" | "sparseCrossEntropy" | "sparseCrossEntropyGrad">;

export function softmaxKernels(memory: ReferenceMemory): Softmax {
  return {
    softmax(yPtr, xPtr, rows, cols) {
      const y = memory.floats(yPtr, rows * cols);
      const x = memory.floats(xPtr, rows * cols);
      for (let r = 0; r < rows; r++) softmaxRow(part(y, r, cols), part(x, r, cols));
    },
    /** dx = y ⊙ (dy - Σ dy ⊙ y) */
    softmaxGrad(dxPtr, dyPtr, yPtr, rows, cols) {
      const dx = memory.floats(dxPtr, rows * cols);
      const dy = memory.floats(dyPtr, rows * cols);
      const y = memory.floats(yPtr, rows * cols);
      for (let r = 0; r < rows; r++) {
        let dot = 0;
        for (let i = r * cols; i < (r + 1) * cols; i++) dot += dy[i]! * y[i]!;
        for (let i = r * cols; i < (r + 1) * cols; i++) dx[i] = y[i]! * (dy[i]! - dot);
      }
    },
    sparseCrossEntropy(lossPtr, pPtr, xPtr, labelPtr, rows, cols) {
      const loss = memory.floats(lossPtr, rows);
      const p = memory.floats(pPtr, rows * cols);
      const x = memory.floats(xPtr, rows * cols);
      const label = memory.ints(labelPtr, rows);
      for (let r = 0; r < rows; r++) {
        const wanted = x[r * cols + label[r]!]!; // read first: p may be x
        loss[r] = softmaxRow(part(p, r, cols), part(x, r, cols)) - wanted;
      }
    },
    sparseCrossEntropyGrad(dxPtr, dlossPtr, pPtr, labelPtr, rows, cols) {
      const dx = memory.floats(dxPtr, rows * cols);
      const dloss = memory.floats(dlossPtr, rows);
      const p = memory.floats(pPtr, rows * cols);
      const label = memory.ints(labelPtr, rows);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < cols; c++) {
          dx[r * cols + c] = dloss[r]! * (p[r * cols + c]! - (c === label[r] ? 1 : 0));
        }
      }
    },
  };
}

/** y = e^x / Σ e^x, shifted by the largest so that nothing overflows; returns log Σ e^x. */
function softmaxRow(y: Float64Array, x: Float64Array): number {
  let largest = -Infinity;
  for (const value of x) largest = Math.max(largest, value);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    y[i] = Math.exp(x[i]! - largest);
    sum += y[i]!;
  }
  for (let i = 0; i < y.length; i++) y[i]! /= sum;
  return largest + Math.log(sum);
}

function part(x: Float64Array, r: number, cols: number): Float64Array {
  return x.subarray(r * cols, (r + 1) * cols);
}
