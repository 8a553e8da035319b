/**
 * GRU (resetAfter) or LSTM with layer normalisation inside, over all time steps as one operation (kernels/normalized.ts has the
 * equations): W x is one product for all steps, the loop over time is one kernel call, and so are their gradients.
 */
import type { FusedActivation } from "../kernels/kernels.js";
import type { NormalizedCall, NormalizedCell } from "../kernels/normalized.js";
import { normalizedKernels } from "../kernels/normalized-kernels.js";
import type { Tensor } from "../tensor/tensor.js";
import { asFloat, op } from "./op.js";
import { merge, ptrOf, sizes, zeroedGrad } from "./recurrent.js";
import type { Scope } from "./scope.js";

export interface NormalizedInputs {
  /** [B, T, D] */
  x: Tensor;
  /** [D, G·H] */
  W: Tensor;
  /** [H, G·H] */
  U: Tensor;
  /** [2, G·H] gains of W x and of U h */
  gains: Tensor;
  /** [G·H], or [2, 3H] for a GRU */
  b: Tensor | null;
  /** LSTM only: [H] each */
  cellGain: Tensor | null;
  cellBias: Tensor | null;
  /** int32 [B, T], 1 = use */
  mask: Tensor | null;
  /** [B, H] */
  stateDropout: Tensor | null;
}

export interface NormalizedOptions {
  cell: NormalizedCell;
  activation: FusedActivation;
  recurrentActivation: FusedActivation;
  epsilon: number;
  reverse: boolean;
  zeroOutputForMask: boolean;
}

/**
 * @param initial [B, H] each: h, and c for an LSTM; zeros when absent
 * @returns y [B, T, H], then the last state: h [B, H], and c [B, H] for an LSTM
 */
export function normalizedRecurrent(
  inputs: NormalizedInputs,
  initial: readonly Tensor[],
  options: NormalizedOptions,
): Tensor[] {
  const names = Object.keys(inputs) as (keyof NormalizedInputs)[];
  const present = names.filter((name) => inputs[name] !== null);
  return op(options.cell, [...present.map((name) => inputs[name]!), ...initial], (placed, scope) => {
    const at = Object.fromEntries(names.map((name) => [name, placed[present.indexOf(name)] ?? null]));
    const all = at as unknown as NormalizedInputs;
    const states = placed.slice(present.length).map((t) => asFloat(t, scope));
    return run({ ...all, x: asFloat(all.x, scope) }, states, options, scope);
  });
}

function run(inputs: NormalizedInputs, initial: Tensor[], options: NormalizedOptions, scope: Scope): Tensor[] {
  const { x, W, U, gains, b, cellGain, cellBias, mask, stateDropout } = inputs;
  const { cell, ...how } = options;
  const [B, T, D, H] = sizes(cell, x, W, U);
  const GH = U.shape[1]!;
  const k = normalizedKernels(scope.kernels, cell);
  const y = scope.alloc([B, T, H]);
  const last = (cell === "lstm" ? [0, 1] : [0]).map(() => scope.alloc([B, H]));
  const differentiable = [x, W, U, gains, b, cellGain, cellBias, ...initial];
  const keep = scope.recording && differentiable.some((t) => t?.tracked);
  const saved = keep ? scope.alloc([k.normalizedLength(cell, B, T, H)]) : null;
  const a = scope.alloc([B, T, GH]);
  k.gemm(a.ptr, x.ptr, W.ptr, B * T, GH, D, false, false, false);
  const call: NormalizedCall = {
    ...how, B, T, H, a: a.ptr, U: U.ptr, gains: gains.ptr, b: ptrOf(b), cellGain: ptrOf(cellGain), cellBias: ptrOf(cellBias),
    h0: ptrOf(initial[0]), c0: ptrOf(initial[1]), mask: ptrOf(mask), stateDropout: ptrOf(stateDropout), y: y.ptr,
    hT: last[0]!.ptr, cT: ptrOf(last[1]), saved: ptrOf(saved),
  }; // prettier-ignore
  k.normalizedForward(cell, call);
  scope.record(differentiable, [y, ...last], () => backward(scope, cell, call, inputs, initial, y, last));
  return [y, ...last];
}

function backward(
  scope: Scope,
  cell: NormalizedCell,
  call: NormalizedCall,
  { x, W, U, gains, b, cellGain, cellBias }: NormalizedInputs,
  initial: readonly Tensor[],
  y: Tensor,
  last: readonly Tensor[],
): void {
  const k = normalizedKernels(scope.kernels, cell);
  const [rows, GH, D] = [call.B * call.T, U.shape[1]!, W.shape[0]!];
  const summed = (t: Tensor | null) => ptrOf(t && zeroedGrad(scope, t));
  const [dh0, dc0] = [0, 1].map((i) => (initial[i]?.tracked ? scope.alloc(initial[i].shape) : null));
  const [da, du, states] = [GH, GH, call.H].map((width) => scope.alloc([rows, width]).ptr) as [number, number, number];
  k.normalizedBackward(cell, call, {
    dy: ptrOf(y.grad), dhT: ptrOf(last[0]!.grad), dcT: ptrOf(last[1]?.grad), dgains: summed(gains), db: summed(b),
    dcellGain: summed(cellGain), dcellBias: summed(cellBias), dh0: ptrOf(dh0), dc0: ptrOf(dc0), da, du, states,
  }); // prettier-ignore
  scope.accumulateGrad(U, (dU) => k.gemm(dU, states, du, call.H, GH, rows, true, false, true));
  scope.accumulateGrad(W, (dW) => k.gemm(dW, x.ptr, da, D, GH, rows, true, false, true));
  scope.assignGrad(x, (dx) => k.gemm(dx, da, W.ptr, rows, D, GH, false, true, false));
  if (dh0) merge(scope, initial[0]!, dh0);
  if (dc0) merge(scope, initial[1]!, dc0);
}
