/** A recurrent layer over packed sequences as one operation: recurrent.ts for rows that end. */
import type { PackedCall } from "../kernels/packed.js";
import { sequenceKernels, type SequenceKernels } from "../kernels/sequence-kernels.js";
import type { Tensor } from "../tensor/tensor.js";
import { gather } from "./gather.js";
import { asFloat, op } from "./op.js";
import type { Packing } from "./packing.js";
import type { RecurrentInputs, RecurrentOptions } from "./recurrent.js";
import { merge, ptrOf, sizes, zeroedGrad } from "./recurrent.js";
import type { Scope } from "./scope.js";

export interface PackedInputs extends Omit<RecurrentInputs, "mask"> {
  /** [N, D]; initial states and stateDropout are [B, H] in the order of the batch */
  x: Tensor;
}

export type PackedOptions = Omit<RecurrentOptions, "zeroOutputForMask">;

/** @returns y [N, H], the outputs at all steps, then the last states [B, H] in the order of the batch: h, and c for an LSTM. */
export function packedRecurrent(inputs: PackedInputs, options: PackedOptions, packing: Packing): Tensor[] {
  const list = [inputs.x, inputs.W, inputs.U, inputs.b, inputs.stateDropout, ...inputs.initial];
  const present = list.filter((t) => t !== null);
  return op(options.cell, present, (placed, scope) => {
    let next = 0;
    const take = (t: Tensor | null) => (t ? placed[next++]! : null);
    const [x, W, U, b, dropout] = list.slice(0, 5).map(take);
    const initial = inputs.initial.map((t) => sorted(asFloat(take(t)!, scope), packing));
    const stateDropout = dropout ? sorted(dropout, packing) : null;
    return run({ x: asFloat(x!, scope), W: W!, U: U!, b: b!, stateDropout, initial }, options, packing, scope);
  });
}

/** Rows of the batch, the longest sequence first. */
function sorted(x: Tensor, packing: Packing): Tensor {
  return packing.sorting ? gather(x, packing.sorting) : x;
}

function run(inputs: PackedInputs, options: PackedOptions, packing: Packing, scope: Scope): Tensor[] {
  const { x, W, U, b, initial, stateDropout } = inputs;
  const { B, T, N } = packing;
  const [, , D, H] = sizes(options.cell, x.viewAs([1, ...x.shape]), W, U);
  const k = sequenceKernels(scope.kernels, "ragged");
  const y = scope.alloc([N, H]);
  const cT = options.cell === "lstm" ? scope.alloc([B, H]) : null;
  const differentiable = [x, W, U, b, ...initial];
  const keep = scope.recording && differentiable.some((t) => t?.tracked);
  const slots = k.savedLength(options.cell, 1, 1, H) - H;
  const gates = keep && slots > 0 ? scope.alloc([N, slots]) : null;
  const call: PackedCall = {
    ...options, B, T, D, H, offsets: packing.stepOffsets.ptr, lengths: packing.sortedLengths.ptr, x: x.ptr, W: W.ptr, U: U.ptr,
    b: ptrOf(b), h0: ptrOf(initial[0]), c0: ptrOf(initial[1]), stateDropout: ptrOf(stateDropout), h: y.ptr, gates: ptrOf(gates),
    cT: ptrOf(cT),
  }; // prettier-ignore
  k.packedForward(options.cell, call);
  const outputs = cT ? [y, cT] : [y];
  scope.record(differentiable, outputs, () => backward(scope, k, options, call, inputs, y, cT));
  const last = gather(y, options.reverse ? packing.firstRows : packing.lastRows);
  return cT ? [y, last, packing.sorting ? gather(cT, packing.ranks) : cT] : [y, last];
}

function backward(
  scope: Scope,
  k: SequenceKernels,
  { cell }: PackedOptions,
  call: PackedCall,
  { x, W, U, b, initial }: PackedInputs,
  y: Tensor,
  cT: Tensor | null,
): void {
  const fresh = (t: Tensor | null | undefined) => (t?.tracked ? scope.alloc(t.shape) : null);
  const summed = (t: Tensor | null) => (t ? zeroedGrad(scope, t) : null);
  const [dx, dh0, dc0] = [fresh(x), fresh(initial[0]), fresh(initial[1])];
  k.packedBackward(cell, call, {
    dh: ptrOf(y.grad), dcT: ptrOf(cT?.grad), dx: ptrOf(dx), dW: ptrOf(summed(W)), dU: ptrOf(summed(U)), db: ptrOf(summed(b)),
    dh0: ptrOf(dh0), dc0: ptrOf(dc0),
  }); // prettier-ignore
  if (dx) merge(scope, x, dx);
  if (dh0) merge(scope, initial[0]!, dh0);
  if (dc0) merge(scope, initial[1]!, dc0);
}
