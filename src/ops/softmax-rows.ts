/** Softmax and its logarithm along the last axis: what activations need, and what softmax.ts does along any axis. */
import type { Tensor } from "../tensor/tensor.js";
import { op } from "./op.js";
import type { Scope } from "./scope.js";

/** y = e^x / Σ e^x; dx = y ⊙ (dy − Σ dy·y). */
export function softmaxRows(input: Tensor): Tensor {
  return op("softmax", [input], ([x], scope) => {
    const k = scope.kernels;
    const y = scope.alloc(x!.shape);
    const [rows, cols] = rowsOf(x!);
    k.softmax(y.ptr, x!.ptr, rows, cols);
    scope.record([x!], [y], () => {
      scope.assignGrad(x!, (dx) => k.softmaxGrad(dx, y.grad!.ptr, y.ptr, rows, cols));
    });
    return y;
  });
}

/** y = x − m − ln Σ e^(x − m) with the row's largest m; dx = dy − e^y · Σ dy. The sums are taken in float64. */
export function logSoftmaxRows(input: Tensor): Tensor {
  return op("logSoftmax", [input], ([x], scope) => {
    const y = scope.alloc(x!.shape);
    const [rows, cols] = rowsOf(x!);
    const [from, to] = [x!.data, y.data];
    for (let r = 0; r < rows; r++) {
      const start = r * cols;
      let largest = -Infinity;
      for (let c = 0; c < cols; c++) largest = Math.max(largest, from[start + c]!);
      let sum = 0;
      for (let c = 0; c < cols; c++) sum += Math.exp(from[start + c]! - largest);
      const shift = largest + Math.log(sum);
      for (let c = 0; c < cols; c++) to[start + c] = from[start + c]! - shift;
    }
    scope.record([x!], [y], () => scope.assignGrad(x!, (dx) => logSoftmaxGrad(dx, y, scope)));
    return y;
  });
}

function logSoftmaxGrad(ptr: number, y: Tensor, scope: Scope): void {
  const [rows, cols] = rowsOf(y);
  const [dx, dy, value] = [scope.kernels.memory.floats(ptr, y.size), y.grad!.data, y.data];
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let i = r * cols; i < (r + 1) * cols; i++) sum += dy[i]!;
    for (let i = r * cols; i < (r + 1) * cols; i++) dx[i] = dy[i]! - Math.exp(value[i]!) * sum;
  }
}

function rowsOf(x: Tensor): [rows: number, cols: number] {
  const cols = x.shape.at(-1)!;
  return [cols && x.size / cols, cols];
}
