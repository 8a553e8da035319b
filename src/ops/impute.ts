/** Missing observations filled in from the last one, and the gaps that have passed, for all steps at once (kernels/decay.ts). */
import type { ImputeCall } from "../kernels/decay.js";
import { sequenceKernels, type SequenceKernels } from "../kernels/sequence-kernels.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { asFloat, op } from "./op.js";
import { merge, ptrOf, zeroedGrad } from "./recurrent.js";
import type { Scope } from "./scope.js";

export interface ImputeInputs {
  /** [B, T, 3D]: values, mask (above 0.5: observed) and gaps */
  x: Tensor;
  /** [D] each: weight and bias of the decay, and where it leads to */
  w: Tensor;
  b: Tensor;
  mean: Tensor;
  /** [B, D] last observation before the first step, less the mean; zeros when absent */
  last: Tensor | null;
  /** int32 [B, T], 1 = use */
  mask: Tensor | null;
}

/** @returns values filled in beside the mask [B, T, 2D], gaps in the direction of the run [B, T, D], last observation less the mean [B, D] */
export function impute(inputs: ImputeInputs, reverse: boolean): Tensor[] {
  const list = [inputs.x, inputs.w, inputs.b, inputs.mean, inputs.last, inputs.mask];
  const present = list.filter((t) => t !== null);
  return op("impute", present, (placed, scope) => {
    let next = 0;
    const [x, w, b, mean, last, mask] = list.map((t) => (t ? placed[next++]! : null));
    return run({ x: asFloat(x!, scope), w: w!, b: b!, mean: mean!, last: last!, mask: mask! }, reverse, scope);
  });
}

function run(inputs: ImputeInputs, reverse: boolean, scope: Scope): Tensor[] {
  const { x, w, b, mean, last, mask } = inputs;
  const D = w.size;
  check(x.rank === 3 && x.shape[2] === 3 * D, () => {
    return `impute: expected x [B, T, 3D] with D = ${D} variables (values, mask, gaps), got ${showShape(x.shape)}`;
  });
  const [B, T] = x.shape as [number, number];
  const k = sequenceKernels(scope.kernels, "impute");
  const outputs = [scope.alloc([B, T, 2 * D]), scope.alloc([B, T, D]), scope.alloc([B, D])];
  const differentiable = [x, w, b, mean, last];
  const keep = scope.recording && differentiable.some((t) => t?.tracked);
  const before = keep ? scope.alloc([B, T, D]).ptr : 0;
  const [y, gaps, lastT] = outputs.map((t) => t.ptr) as [number, number, number];
  const at = { x: x.ptr, w: w.ptr, b: b.ptr, mean: mean.ptr, last0: ptrOf(last), mask: ptrOf(mask) };
  const call: ImputeCall = { B, T, D, reverse, ...at, y, gaps, before, lastT };
  k.impute(call);
  scope.record(differentiable, outputs, () => backward(scope, k, call, inputs, outputs));
  return outputs;
}

function backward(
  scope: Scope,
  k: SequenceKernels,
  call: ImputeCall,
  { x, w, b, mean, last }: ImputeInputs,
  outputs: readonly Tensor[],
): void {
  const [dy, dgaps, dlastT] = outputs.map((t) => ptrOf(t.grad)) as [number, number, number];
  const [dw, db, dmean] = [w, b, mean].map((t) => ptrOf(zeroedGrad(scope, t))) as [number, number, number];
  // The kernel yields all gradients in one pass, so those that are overwritten have places of their own and are merged afterwards.
  const [dx, dlast0] = [x, last].map((t) => (t?.tracked ? scope.alloc(t.shape) : null));
  k.imputeGrad(call, { dy, dgaps, dlastT, dx: ptrOf(dx), dw, db, dmean, dlast0: ptrOf(dlast0) });
  if (dx) merge(scope, x, dx);
  if (dlast0) merge(scope, last!, dlast0);
}
