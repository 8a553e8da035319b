/** What regularizers and constraints do to a weight: penalties on the loss and its gradient, and projections after an update. */
import type { Kernels } from "../kernels/kernels.js";
import type { Parameter } from "../layers/parameter.js";
import type { Scope } from "../ops/scope.js";

/** l1·Σ|w| + l2·Σw² */
export function penaltyOf(kernels: Kernels, p: Parameter): number {
  if (!p.regularizer) return 0;
  const { l1, l2 } = p.regularizer;
  let penalty = l2 === 0 ? 0 : l2 * kernels.sumSquares(p.ptr, p.size);
  if (l1 === 0) return penalty;
  const data = p.data;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]!);
  penalty += l1 * sum;
  return penalty;
}

/** dw += l1·sign(w) + 2·l2·w */
export function addPenaltyGradient(scope: Scope, p: Parameter): void {
  if (!p.regularizer) return;
  const { l1, l2 } = p.regularizer;
  const k = scope.kernels;
  if (l2 !== 0) k.axpy(p.grad!.ptr, 2 * l2, p.ptr, p.size);
  if (l1 === 0) return;
  const sign = scope.alloc(p.shape);
  k.unary("sign", sign.ptr, p.ptr, p.size);
  k.axpy(p.grad!.ptr, l1, sign.ptr, p.size);
}

/** Projects the weight onto what its constraint allows. */
export function project(p: Parameter): void {
  p.constraint?.project(p.data as Float32Array | Float64Array, p.shape);
}
