import type { TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { asFloat, op } from "./op.js";

/**
 * y[n] = a[n]·b[n]ᵀ for each of a batch: a [N, M, K], b [N, L, K] → [N, M, L], such as all queries with all keys.
 * Gradients: da = dy·b, db = dyᵀ·a.
 * @throws SluiceError when the batches or the last axes differ
 */
export function matmulTransposed(a: TensorLike, b: TensorLike): Tensor {
  return op("matmulTransposed", [a, b], ([a0, b0], scope) => {
    const [x, w] = [asFloat(a0!, scope), asFloat(b0!, scope)];
    const fits = x.rank === 3 && w.rank === 3 && x.shape[0] === w.shape[0] && x.shape[2] === w.shape[2];
    check(fits, () => {
      return `matmulTransposed: expected [N, M, K] and [N, L, K], got ${showShape(x.shape)} and ${showShape(w.shape)}`;
    });
    const [N, M, K] = x.shape as [number, number, number];
    const L = w.shape[1]!;
    const k = scope.kernels;
    const [toX, toW, toY] = [M * K, L * K, M * L].map((size) => size * k.memory.bytes) as [number, number, number];
    const y = scope.alloc([N, M, L]);
    // Turned round first: the kernels of a page that only runs models have no product with a transposed matrix.
    const { arena } = k.memory;
    const mark = arena.mark();
    const turned = scope.alloc([K, L]);
    for (let n = 0; n < N; n++) {
      k.copy(turned.ptr, w.ptr + n * toW, [L, K], [1, L], [K, 1], false);
      k.gemm(y.ptr + n * toY, x.ptr + n * toX, turned.ptr, M, L, K, false, false, false);
    }
    arena.release(mark);
    scope.record([x, w], [y], () => {
      const dy = y.grad!;
      scope.accumulateGrad(w, (dw) => {
        for (let n = 0; n < N; n++) k.gemm(dw + n * toW, dy.ptr + n * toY, x.ptr + n * toX, L, K, M, true, false, true);
      });
      scope.assignGrad(x, (dx) => {
        for (let n = 0; n < N; n++)
          k.gemm(dx + n * toX, dy.ptr + n * toY, w.ptr + n * toW, M, K, L, false, false, false);
      });
    });
    return y;
  });
}
