/** GRU-D's recurrence: a GRU over all steps whose state is multiplied by a factor as it enters each of them (kernels/decay.ts). */
import type { DecayedCall } from "../kernels/decay.js";
import type { FusedActivation } from "../kernels/kernels.js";
import { sequenceKernels, type SequenceKernels } from "../kernels/sequence-kernels.js";
import type { Tensor } from "../tensor/tensor.js";
import { op } from "./op.js";
import { merge, ptrOf, sizes, zeroedGrad } from "./recurrent.js";
import type { Scope } from "./scope.js";

export interface DecayedOptions {
  activation: FusedActivation;
  recurrentActivation: FusedActivation;
  resetAfter: boolean;
  reverse: boolean;
  zeroOutputForMask: boolean;
}

export interface DecayedInputs {
  /** [B, T, D] */
  x: Tensor;
  /** [D, 3H] */
  W: Tensor;
  /** [H, 3H] */
  U: Tensor;
  /** [3H], or [2, 3H] with resetAfter */
  b: Tensor | null;
  /** [B, T, H], 1 at masked steps */
  decay: Tensor;
  /** [B, H]; zeros when absent */
  h0: Tensor | null;
  /** int32 [B, T], 1 = use */
  mask: Tensor | null;
  /** [B, H] */
  stateDropout: Tensor | null;
}

/** @returns y [B, T, H], the outputs at all steps, then the last state h [B, H]. */
export function gruDecayed(inputs: DecayedInputs, options: DecayedOptions): [Tensor, Tensor] {
  const { x, W, U, b, decay, h0, mask, stateDropout } = inputs;
  const list = [x, W, U, b, decay, h0, mask, stateDropout];
  const present = list.filter((t) => t !== null);
  return op("gruDecayed", present, (placed, scope) => {
    let next = 0;
    const [x, W, U, b, decay, h0, mask, stateDropout] = list.map((t) => (t ? placed[next++]! : null));
    const [bias, start, used, dropout] = [b!, h0!, mask!, stateDropout!];
    return run({ x: x!, W: W!, U: U!, b: bias, decay: decay!, h0: start, mask: used, stateDropout: dropout }, options, scope);
  }) as [Tensor, Tensor]; // prettier-ignore
}

function run(inputs: DecayedInputs, options: DecayedOptions, scope: Scope): Tensor[] {
  const { x, W, U, b, decay, h0, mask, stateDropout } = inputs;
  const [B, T, D, H] = sizes("gru", x, W, U);
  const k = sequenceKernels(scope.kernels, "gruDecayed");
  const [y, hT] = [scope.alloc([B, T, H]), scope.alloc([B, H])];
  const differentiable = [x, W, U, b, decay, h0];
  const keep = scope.recording && differentiable.some((t) => t?.tracked);
  const saved = keep ? scope.alloc([k.savedLength("gru", B, T, H)]) : null;
  const call: DecayedCall = {
    B, T, D, H, x: x.ptr, W: W.ptr, U: U.ptr, b: ptrOf(b), h0: ptrOf(h0), c0: 0, cT: 0, mask: ptrOf(mask),
    stateDropout: ptrOf(stateDropout), y: y.ptr, hT: hT.ptr, saved: ptrOf(saved), decay: decay.ptr,
    decayed: scope.alloc([keep ? T : 1, B, H]).ptr, ...options,
  }; // prettier-ignore
  k.gruDecayed(call);
  scope.record(differentiable, [y, hT], () => backward(scope, k, call, inputs, y, hT));
  return [y, hT];
}

function backward(
  scope: Scope,
  k: SequenceKernels,
  call: DecayedCall,
  { x, W, U, b, decay, h0 }: DecayedInputs,
  y: Tensor,
  hT: Tensor,
): void {
  const [dx, ddecay, dh0] = [x, decay, h0].map((t) => (t?.tracked ? scope.alloc(t.shape) : null));
  const summed = (t: Tensor | null) => ptrOf(t && zeroedGrad(scope, t));
  k.gruDecayedGrad(call, {
    dy: ptrOf(y.grad), dhT: ptrOf(hT.grad), dcT: 0, dx: ptrOf(dx), dW: summed(W), dU: summed(U), db: summed(b),
    dh0: ptrOf(dh0), dc0: 0, ddecay: ptrOf(ddecay),
  }); // prettier-ignore
  if (dx) merge(scope, x, dx);
  if (ddecay) merge(scope, decay, ddecay);
  if (dh0) merge(scope, h0!, dh0);
}
