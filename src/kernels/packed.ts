/** Recurrent kernels on packed sequences: rows of real steps only, so that the work is that of the steps there are. */
import type { Cell, RecurrentCall, RecurrentGradients } from "./kernels.js";
import type { Ptr } from "../tensor/memory.js";

/**
 * A recurrent call on B sequences of unequal length, packed: N rows in the order of time, and within a step the longest sequence
 * first, so that step t's rows belong to the first so many sequences. `B`, `h0`, `c0`, `cT` and `stateDropout` count sequences in
 * that order, and T is the longest length. With `reverse` each sequence runs from its own last step to its first.
 */
export interface PackedCall extends Omit<
  RecurrentCall,
  "x" | "mask" | "zeroOutputForMask" | "y" | "hT" | "saved" | "cT"
> {
  /** int32 [T + 1]: step t has rows offsets[t] … offsets[t + 1]; offsets[T] = N */
  offsets: Ptr;
  /** int32 [B], the largest first, at least 1 each */
  lengths: Ptr;
  /** [N, D] */
  x: Ptr;
  /** [N, H] the state after each step, which is the output */
  h: Ptr;
  /** [N, S·H] the slots of RecurrentCall's `saved`; 0 = inference (and for the simple RNN, which has none) */
  gates: Ptr;
  /** LSTM only: [B, H] the cell state after each sequence's last running step; 0 when not wanted */
  cT: Ptr;
}

/** As RecurrentGradients; what arrives at a last state has been added to its row of dh. */
export interface PackedGradients extends Omit<RecurrentGradients, "dy" | "dhT"> {
  /** [N, H] */
  dh: Ptr;
}

export interface PackedKernels {
  packedForward(cell: Cell, call: PackedCall): void;
  packedBackward(cell: Cell, call: PackedCall, gradients: PackedGradients): void;
}
