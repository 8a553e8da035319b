/** Kernels of the minimal recurrent cells (layers/recurrent/minimal-cell.ts); reference/gated-scan.ts has the equations. */
import type { Ptr } from "../tensor/memory.js";

/** Cells whose gates see the input alone. */
export type MinimalCell = "minGru" | "minLstm";

/** h = h₋ + s ⊙ (g − h₋) over all steps, where s and g are functions of a + b. */
export interface GatedScanCall {
  cell: MinimalCell;
  /** g(x) = x + ½ where x ≥ 0, else σ(x); otherwise g(x) = x */
  positive: boolean;
  B: number;
  T: number;
  H: number;
  /** from the last step to the first; outputs stay at their own t */
  reverse: boolean;
  /** masked steps give zeros in `y` instead of the state, which the mask carries over them */
  zeroOutputForMask: boolean;
  /** whether `a` is to hold afterwards what backward reads: σ(z) | g, or σ(f) | σ(i) | g */
  keep: boolean;
  /** [B, T, G·H] W x of all steps, columns z | g (minGru) or f | i | g (minLstm) */
  a: Ptr;
  /** [G·H], added to a; 0 without bias */
  b: Ptr;
  /** [B, H] initial state; 0 means zeros */
  h0: Ptr;
  /** int32 [B, T], 1 = use the step, 0 = skip it; 0 means that all steps count */
  mask: Ptr;
  /** [B, T, H] outputs of all steps; zeros at masked steps before the first that counts */
  y: Ptr;
  /** [B, H] state after the last step in running order; 0 when not wanted */
  hT: Ptr;
}

/** Gradients of such a call. db accumulates (+=), dh0 overwrites; each is skipped where 0. */
export interface GatedScanGradients {
  /** [B, T, H]; 0 when no gradient arrives at the outputs */
  dy: Ptr;
  /** [B, H]; 0 when none arrives at the last state */
  dhT: Ptr;
  db: Ptr;
  dh0: Ptr;
}

export interface GatedScanKernels {
  gatedScan(call: GatedScanCall): void;
  /** After a call with `keep`, whose y still stands: `a` becomes the gradient at W x + b. */
  gatedScanBackward(call: GatedScanCall, gradients: GatedScanGradients): void;
}
