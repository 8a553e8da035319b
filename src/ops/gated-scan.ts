/**
 * A minimal gated layer over all time steps as one operation: one product for the gates of all steps, then a kernel for what is left
 * over time (kernels/reference/gated-scan.ts has the equations). The gates are kept in place of the product, and the gradients
 * take their place in turn.
 */
import type { GatedScanCall, MinimalCell } from "../kernels/gated-scan.js";
import { sequenceKernels, type SequenceKernels } from "../kernels/sequence-kernels.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { asFloat, op } from "./op.js";
import type { Scope } from "./scope.js";

export interface GatedScanOptions {
  cell: MinimalCell;
  /** the candidate is x + ½ where x ≥ 0, else σ(x); otherwise x itself */
  positive: boolean;
  reverse: boolean;
  zeroOutputForMask: boolean;
}

export interface GatedScanInputs {
  /** [B, T, D] */
  x: Tensor;
  /** [D, G·H]: columns z | g, or f | i | g */
  W: Tensor;
  /** [G·H] */
  b: Tensor | null;
  /** [B, H]; zeros when absent */
  h0: Tensor | null;
  /** int32 [B, T], 1 = use */
  mask: Tensor | null;
}

/** @returns y [B, T, H], the outputs at all steps, then the last state [B, H]. */
export function gatedScan(inputs: GatedScanInputs, options: GatedScanOptions): [y: Tensor, hT: Tensor] {
  const list = [inputs.x, inputs.W, inputs.b, inputs.h0, inputs.mask];
  const present = list.filter((t) => t !== null);
  return op(options.cell, present, (placed, scope) => {
    let next = 0;
    const [x, W, b, h0, mask] = list.map((t) => (t ? placed[next++]! : null));
    const floats = { x: asFloat(x!, scope), h0: h0 ? asFloat(h0, scope) : null };
    return run({ ...floats, W: W!, b: b!, mask: mask! }, options, scope);
  }) as [Tensor, Tensor];
}

function run(inputs: GatedScanInputs, options: GatedScanOptions, scope: Scope): Tensor[] {
  const { x, W, b, h0, mask } = inputs;
  const [B, T, D, H] = sizes(options.cell, x, W);
  const GH = W.shape[1]!;
  const k = sequenceKernels(scope.kernels, options.cell);
  const y = scope.alloc([B, T, H]);
  const hT = scope.alloc([B, H]);
  const keep = scope.recording && [x, W, b, h0].some((t) => t?.tracked);
  const mark = k.memory.arena.mark();
  const a = scope.alloc([B, T, GH]);
  k.gemm(a.ptr, x.ptr, W.ptr, B * T, GH, D, false, false, false);
  const pointers = { a: a.ptr, b: b?.ptr ?? 0, h0: h0?.ptr ?? 0, mask: mask?.ptr ?? 0, y: y.ptr, hT: hT.ptr };
  const call: GatedScanCall = { ...options, B, T, H, keep, ...pointers };
  k.gatedScan(call);
  if (!keep) k.memory.arena.release(mark);
  scope.record([x, W, b, h0], [y, hT], () => backward(scope, k, call, inputs, a, y, hT));
  return [y, hT];
}

function backward(
  scope: Scope,
  k: SequenceKernels,
  call: GatedScanCall,
  { x, W, b, h0 }: GatedScanInputs,
  da: Tensor,
  y: Tensor,
  hT: Tensor,
): void {
  const [D, GH] = W.shape as [number, number];
  const rows = call.B * call.T;
  const arriving = { dy: y.grad?.ptr ?? 0, dhT: hT.grad?.ptr ?? 0 };
  // Both are wanted from the one pass over time: each is given its place first.
  const dh0 = h0?.tracked ? scope.alloc(h0.shape) : null;
  if (b) scope.accumulateGrad(b, () => undefined);
  k.gatedScanBackward(call, { ...arriving, db: b?.tracked ? b.grad!.ptr : 0, dh0: dh0?.ptr ?? 0 });
  if (dh0) scope.accumulateGrad(h0!, (place) => k.axpy(place, 1, dh0.ptr, h0!.size));
  scope.accumulateGrad(W, (dW) => k.gemm(dW, x.ptr, da.ptr, D, GH, rows, true, false, true));
  scope.assignGrad(x, (dx) => k.gemm(dx, da.ptr, W.ptr, rows, D, GH, false, true, false));
}

const GATES = { minGru: 2, minLstm: 3 } as const;

function sizes(cell: MinimalCell, x: Tensor, W: Tensor): [number, number, number, number] {
  const G = GATES[cell];
  const [B, T, D] = x.shape;
  check(x.rank === 3 && W.rank === 2 && W.shape[0] === D && W.shape[1]! % G === 0, () => {
    return `${cell}: expected x [B, T, D], W [D, ${G}H], got ${showShape(x.shape)}, ${showShape(W.shape)}`;
  });
  return [B!, T!, D!, W.shape[1]! / G];
}
