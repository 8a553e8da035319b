/**
 * A whole recurrent layer over all time steps as one operation: forward in one kernel call, the backward pass derived by hand
 * (kernels/reference/ has both as equations). The saved gates belong to this call, so a shared layer can run many times.
 */
import type { Cell, FusedActivation, Kernels, RecurrentCall } from "../kernels/kernels.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { asFloat, op } from "./op.js";
import type { Scope } from "./scope.js";

export interface RecurrentOptions {
  cell: Cell;
  activation: FusedActivation;
  /** not read by the simple RNN */
  recurrentActivation: FusedActivation;
  /** GRU only */
  resetAfter: boolean;
  reverse: boolean;
  zeroOutputForMask: boolean;
}

export interface RecurrentInputs {
  /** [B, T, D] */
  x: Tensor;
  /** [D, G·H] */
  W: Tensor;
  /** [H, G·H] */
  U: Tensor;
  /** [G·H], or [2, 3H] for a GRU with resetAfter */
  b: Tensor | null;
  /** [B, H] each: h, and c for an LSTM; zeros when absent */
  initial: readonly Tensor[];
  /** int32 [B, T], 1 = use */
  mask: Tensor | null;
  /** [B, H] */
  stateDropout: Tensor | null;
}

/** @returns y [B, T, H], the outputs at all steps, then the last state: h [B, H], and c [B, H] for an LSTM. */
export function recurrent(inputs: RecurrentInputs, options: RecurrentOptions): Tensor[] {
  const list = [inputs.x, inputs.W, inputs.U, inputs.b, inputs.mask, inputs.stateDropout, ...inputs.initial];
  const present = list.filter((t) => t !== null);
  return op(options.cell, present, (placed, scope) => {
    let next = 0;
    const take = (t: Tensor | null) => (t ? placed[next++]! : null);
    const [x, W, U, b, mask, stateDropout] = list.slice(0, 6).map(take);
    const initial = inputs.initial.map((t) => asFloat(take(t)!, scope));
    return run(
      { x: asFloat(x!, scope), W: W!, U: U!, b: b!, mask: mask!, stateDropout: stateDropout!, initial },
      options,
      scope,
    );
  });
}

function run(inputs: RecurrentInputs, options: RecurrentOptions, scope: Scope): Tensor[] {
  const { x, W, U, b, initial, mask, stateDropout } = inputs;
  const [B, T, D, H] = sizes(options.cell, x, W, U);
  const k = scope.kernels;
  const y = scope.alloc([B, T, H]);
  const last = (options.cell === "lstm" ? [0, 1] : [0]).map(() => scope.alloc([B, H]));
  const differentiable = [x, W, U, b, ...initial];
  const keep = scope.recording && differentiable.some((t) => t?.tracked);
  const saved = keep ? scope.alloc([k.savedLength(options.cell, B, T, H)]) : null;
  const call: RecurrentCall = {
    B, T, D, H, x: x.ptr, W: W.ptr, U: U.ptr, b: ptrOf(b), h0: ptrOf(initial[0]), c0: ptrOf(initial[1]),
    mask: ptrOf(mask), stateDropout: ptrOf(stateDropout), y: y.ptr, hT: last[0]!.ptr, cT: ptrOf(last[1]), saved: ptrOf(saved),
    activation: options.activation, recurrentActivation: options.recurrentActivation, resetAfter: options.resetAfter,
    reverse: options.reverse, zeroOutputForMask: options.zeroOutputForMask,
  }; // prettier-ignore
  k.recurrentForward(options.cell, call);
  scope.record(differentiable, [y, ...last], () => backward(scope, k, options.cell, call, inputs, y, last));
  return [y, ...last];
}

function backward(
  scope: Scope,
  k: Kernels,
  cell: Cell,
  call: RecurrentCall,
  inputs: RecurrentInputs,
  y: Tensor,
  last: Tensor[],
): void {
  const { x, W, U, b, initial } = inputs;
  // The kernel yields all gradients in one pass, so each is given its place first and is merged by the scope's rule afterwards.
  const fresh = (t: Tensor | null | undefined) => (t?.tracked ? scope.alloc(t.shape) : null);
  const summed = (t: Tensor | null) => (t ? zeroedGrad(scope, t) : null);
  const [dx, dh0, dc0] = [fresh(x), fresh(initial[0]), fresh(initial[1])];
  k.recurrentBackward(cell, call, {
    dy: ptrOf(y.grad), dhT: ptrOf(last[0]!.grad), dcT: ptrOf(last[1]?.grad),
    dx: ptrOf(dx), dW: ptrOf(summed(W)), dU: ptrOf(summed(U)), db: ptrOf(summed(b)), dh0: ptrOf(dh0), dc0: ptrOf(dc0),
  }); // prettier-ignore
  if (dx) merge(scope, x, dx);
  if (dh0) merge(scope, initial[0]!, dh0);
  if (dc0) merge(scope, initial[1]!, dc0);
}

/** The gradient's own place, to be added to; null when the weight wants none (a frozen layer). */
export function zeroedGrad(scope: Scope, t: Tensor): Tensor | null {
  scope.accumulateGrad(t, () => undefined);
  return t.tracked ? t.grad : null;
}

export function merge(scope: Scope, t: Tensor, gradient: Tensor): void {
  scope.accumulateGrad(t, (place) => scope.kernels.axpy(place, 1, gradient.ptr, t.size));
}

export function ptrOf(t: Tensor | null | undefined): number {
  return t ? t.ptr : 0;
}

const GATES = { gru: 3, lstm: 4, simpleRnn: 1 } as const;

export function sizes(cell: Cell, x: Tensor, W: Tensor, U: Tensor): [number, number, number, number] {
  const G = GATES[cell];
  const [B, T, D] = x.shape;
  const H = U.shape[0]!;
  check(x.rank === 3 && W.shape[0] === D && W.shape[1] === G * H && U.shape[1] === G * H, () => {
    const shapes = `${showShape(x.shape)}, ${showShape(W.shape)}, ${showShape(U.shape)}`;
    return `${cell}: expected x [B, T, D], W [D, ${G}H], U [H, ${G}H], got ${shapes}`;
  });
  return [B!, T!, D!, H];
}
