import { showShape, sizeOf } from "../tensor/shape.js";
import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { asFloat, op } from "./op.js";
import type { Scope } from "./scope.js";

/**
 * Matrix product y = a·b. a [..., M, K] with b [K, N] gives [..., M, N]; with b [..., K, N] of the same leading sizes the
 * product is taken for each of them. Gradients: da = dy·bᵀ, db = aᵀ·dy.
 * @throws SluiceError when the inner or the leading sizes differ
 */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  return op("matmul", [a, b], ([a0, b0], scope) => {
    const x = asFloat(a0!, scope);
    const w = asFloat(b0!, scope);
    checkShapes(x, w);
    const [K, N] = [w.shape.at(-2)!, w.shape.at(-1)!];
    // With one matrix b for all, the leading axes of a are nothing but more rows.
    const batches = w.rank > 2 ? sizeOf(w.shape.slice(0, -2)) : 1;
    const M = w.rank > 2 ? x.shape.at(-2)! : sizeOf(x.shape.slice(0, -1));
    const y = scope.alloc([...x.shape.slice(0, -1), N]);
    each(scope, batches, (i, at) => {
      scope.kernels.gemm(at(y, i, M * N), at(x, i, M * K), at(w, i, K * N), M, N, K, false, false, false);
    });
    scope.record([x, w], [y], () => backward(scope, x, w, y.grad!, batches, M, N, K));
    return y;
  });
}

function backward(
  scope: Scope,
  x: Tensor,
  w: Tensor,
  dy: Tensor,
  batches: number,
  M: number,
  N: number,
  K: number,
): void {
  const k = scope.kernels;
  const { bytes } = k.memory;
  scope.accumulateGrad(w, (dw) =>
    each(scope, batches, (i, at) =>
      k.gemm(dw + i * K * N * bytes, at(x, i, M * K), at(dy, i, M * N), K, N, M, true, false, true),
    ),
  );
  scope.assignGrad(x, (dx) =>
    each(scope, batches, (i, at) =>
      k.gemm(dx + i * M * K * bytes, at(dy, i, M * N), at(w, i, K * N), M, K, N, false, true, false),
    ),
  );
}

/** Runs `body` for each batch, with a function that gives the address of its matrix in a tensor. */
function each(
  scope: Scope,
  batches: number,
  body: (i: number, at: (t: Tensor, i: number, size: number) => number) => void,
): void {
  const { bytes } = scope.kernels.memory;
  for (let i = 0; i < batches; i++) body(i, (t, j, size) => t.ptr + j * size * bytes);
}

function checkShapes(x: Tensor, w: Tensor): void {
  const leading = w.rank === 2 || (x.rank === w.rank && w.shape.slice(0, -2).every((n, i) => n === x.shape[i]));
  check(x.rank >= 2 && w.rank >= 2 && x.shape.at(-1) === w.shape.at(-2) && leading, () => {
    return `matmul: expected [..., M, K] and [K, N] or [..., K, N], got ${showShape(x.shape)} and ${showShape(w.shape)}`;
  });
}
