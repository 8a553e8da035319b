import type { TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { copyBox } from "./box.js";
import { asFloat, op } from "./op.js";
import type { Scope } from "./scope.js";

/**
 * How well each query fits each key (Bahdanau et al. 2015, arXiv 1409.0473, A.1.2): y[n, t, s] = Σ_u v[u] · tanh(q[n, t, u] +
 * k[n, s, u]). q [N, T, U], k [N, S, U], v [U] → [N, T, S]. Of the [N, T, S, U] values in between only those of one n are in
 * memory at a time: the backward pass computes them anew.
 * @throws SluiceError when the shapes do not fit each other
 */
export function additiveScores(queries: TensorLike, keys: TensorLike, weights: TensorLike): Tensor {
  return op("additiveScores", [queries, keys, weights], (placed, scope) => {
    const [q, key, v] = placed.map((x) => asFloat(x, scope)) as [Tensor, Tensor, Tensor];
    const fits = q.rank === 3 && key.rank === 3 && q.shape[0] === key.shape[0] && q.shape[2] === key.shape[2];
    check(fits && v.rank === 1 && v.shape[0] === q.shape[2], () => {
      const came = [q, key, v].map((x) => showShape(x.shape)).join(", ");
      return `additiveScores: expected [N, T, U], [N, S, U] and [U], got ${came}`;
    });
    const [N, T, U] = q.shape as [number, number, number];
    const S = key.shape[1]!;
    const y = scope.alloc([N, T, S]);
    const k = scope.kernels;
    eachSample(scope, q, key, (n, e, at) => k.gemm(at(y, n, T * S), e, v.ptr, T * S, 1, U, false, false, false));
    scope.record([q, key, v], [y], () => backward(scope, q, key, v, y.grad!));
    return y;
  });
}

/** Address of part n of a tensor whose parts have so many elements. */
type At = (x: { ptr: number }, n: number, size: number) => number;

/** For each n: e = tanh(q + k) [T, S, U] in scratch memory. */
function eachSample(scope: Scope, q: Tensor, key: Tensor, body: (n: number, e: number, at: At) => void): void {
  const [N, T, U] = q.shape as [number, number, number];
  const S = key.shape[1]!;
  const k = scope.kernels;
  const { arena, bytes } = k.memory;
  const at: At = (x, n, size) => x.ptr + n * size * bytes;
  const dims = [T, S, U];
  const dense = { offset: 0, strides: [S * U, U, 1] };
  const mark = arena.mark();
  const e = scope.alloc(dims).ptr;
  for (let n = 0; n < N; n++) {
    copyBox(scope, scope.float, dims, e, dense, at(key, n, S * U), { offset: 0, strides: [0, U, 1] });
    copyBox(scope, scope.float, dims, e, dense, at(q, n, T * U), { offset: 0, strides: [U, 0, 1] }, true);
    k.unary("tanh", e, e, T * S * U);
    body(n, e, at);
  }
  arena.release(mark);
}

/** dv = Σ dy·e, and with d = dy·v·(1 − e²): dq = Σ_s d, dk = Σ_t d. */
function backward(scope: Scope, q: Tensor, key: Tensor, v: Tensor, dy: Tensor): void {
  const [, T, U] = q.shape as [number, number, number];
  const S = key.shape[1]!;
  const k = scope.kernels;
  const place = (x: Tensor) => {
    scope.accumulateGrad(x, () => undefined);
    return x.tracked ? x.grad : null;
  };
  const [dq, dkey, dv] = [place(q), place(key), place(v)];
  const d = scope.alloc([T, S, U]).ptr;
  eachSample(scope, q, key, (n, e, at) => {
    const dyn = at(dy, n, T * S);
    if (dv) k.gemm(dv.ptr, e, dyn, U, 1, T * S, true, false, true);
    k.gemm(d, dyn, v.ptr, T * S, U, 1, false, false, false);
    k.unaryGrad("tanh", d, d, e, e, T * S * U);
    if (dq) k.reduce("sum", at(dq, n, T * U), d, T, S, U, true);
    if (dkey) k.reduce("sum", at(dkey, n, S * U), d, 1, T, S * U, true);
  });
}
