/** What regularizers and constraints do to a weight: penalties on the loss and its gradient, and projections after an update. */
import type { Kernels } from "../kernels/kernels.js";
import type { Parameter } from "../layers/parameter.js";
import type { Scope } from "../ops/scope.js";
import type { Tensor } from "../tensor/tensor.js";

type Floats = Float32Array | Float64Array;

/** What the regularizers of these weights add to the loss. */
export function penalties(parameters: readonly Parameter[], kernels: Kernels): number {
  return parameters.reduce((total, p) => total + penaltyOf(kernels, p), 0);
}

/** l1·Σ|w| + l2·Σw², or what the regularizer computes on the host. */
function penaltyOf(kernels: Kernels, p: Parameter): number {
  if (!p.regularizer) return 0;
  const { l1, l2, host } = p.regularizer;
  let penalty = host?.penalty(floatsOf(p), p.shape) ?? 0;
  if (l2 !== 0) penalty += l2 * kernels.sumSquares(p.ptr, p.size);
  if (l1 === 0) return penalty;
  const data = p.data;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]!);
  return penalty + l1 * sum;
}

/** dw += l1·sign(w) + 2·l2·w */
export function addPenaltyGradient(scope: Scope, p: Parameter): void {
  if (!p.regularizer) return;
  const { l1, l2, host } = p.regularizer;
  const k = scope.kernels;
  host?.addGradient(floatsOf(p.grad!), floatsOf(p), p.shape);
  if (l2 !== 0) k.axpy(p.grad!.ptr, 2 * l2, p.ptr, p.size);
  if (l1 === 0) return;
  const sign = scope.alloc(p.shape);
  k.unary("sign", sign.ptr, p.ptr, p.size);
  k.axpy(p.grad!.ptr, l1, sign.ptr, p.size);
}

/** Projects the weight onto what its constraint allows. */
export function project(p: Parameter): void {
  p.constraint?.project(floatsOf(p), p.shape);
}

/** Weights are never int32. */
function floatsOf(t: Tensor): Floats {
  return t.data as Floats;
}
