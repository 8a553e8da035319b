import type { TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { asFloat, op } from "./op.js";

/**
 * Layer normalisation over the last axis (Ba et al. 2016, arXiv 1607.06450): y = (x - μ) / √(σ² + epsilon) ⊙ gamma + beta, with
 * the row's mean μ and variance σ²; x [..., n], gamma and beta [n] or null. The default of epsilon is Keras's 1e-3.
 */
export function layerNorm(
  x: TensorLike,
  gamma: TensorLike | null = null,
  beta: TensorLike | null = null,
  epsilon = 1e-3,
): Tensor {
  const present = [x, gamma, beta].filter((t) => t !== null);
  return op("layerNorm", present, (placed, scope) => {
    const [input, ...rest] = placed.map((t) => asFloat(t, scope));
    const g = gamma === null ? null : rest.shift()!;
    const b = beta === null ? null : rest.shift()!;
    checkShapes(input!, g, b);
    const k = scope.kernels;
    const n = input!.shape.at(-1)!;
    const rows = n && input!.size / n;
    const y = scope.alloc(input!.shape);
    const stats = scope.alloc([rows, 2]);
    k.layerNorm(y.ptr, stats.ptr, input!.ptr, g?.ptr ?? 0, b?.ptr ?? 0, epsilon, rows, n);
    scope.record([input!, g, b], [y], () => {
      const dy = y.grad!.ptr;
      const parameters = (dgamma: number, dbeta: number) =>
        k.layerNormGrad(0, dgamma, dbeta, dy, stats.ptr, input!.ptr, g?.ptr ?? 0, rows, n);
      if (g) scope.accumulateGrad(g, (dg) => parameters(dg, 0));
      if (b) scope.accumulateGrad(b, (db) => parameters(0, db));
      scope.assignGrad(input!, (dx) => k.layerNormGrad(dx, 0, 0, dy, stats.ptr, input!.ptr, g?.ptr ?? 0, rows, n));
    });
    return y;
  });
}

function checkShapes(x: Tensor, gamma: Tensor | null, beta: Tensor | null): void {
  const n = x.shape.at(-1);
  const fits = (t: Tensor | null) => t === null || (t.rank === 1 && t.shape[0] === n);
  check(n !== undefined && fits(gamma) && fits(beta), () => {
    const came = [x, gamma, beta].map((t) => (t ? showShape(t.shape) : "none")).join(", ");
    return `layerNorm: expected x [..., n], gamma [n], beta [n], got ${came}`;
  });
}
