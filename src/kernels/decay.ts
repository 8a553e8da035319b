/** Kernels of GRU-D (layers/recurrent/gru-d.ts), for series whose values are observed at some steps only. */
import type { Ptr } from "../tensor/memory.js";
import type { RecurrentCall, RecurrentGradients } from "./kernels.js";

/**
 * Values that were not observed, filled in (Che et al. 2018, arXiv 1606.01865, equations 10 and 11). With m above 0.5 where x was
 * observed, δ the gap and x' the last observation before the step (μ before the first):
 *
 *     γ = exp(-max(0, w ⊙ δ + b))
 *     x̂ = x where it was observed, else μ + γ ⊙ (x' - μ)
 *
 * The last observation is kept as x' - μ, so that zeros mean that there was none.
 */
export interface ImputeCall {
  B: number;
  T: number;
  D: number;
  /** Runs from the last step to the first; the gaps are then those to the next observation, worked out of the ones given. */
  reverse: boolean;
  /** [B, T, 3D]: x, m and δ */
  x: Ptr;
  /** [D] each */
  w: Ptr;
  b: Ptr;
  mean: Ptr;
  /** [B, D] x' - μ before the first step; 0 means zeros */
  last0: Ptr;
  /** int32 [B, T], 1 = use; at a masked step y and gaps are zeros and x' stays; 0 means that all steps count */
  mask: Ptr;
  /** [B, T, 2D]: x̂ and m */
  y: Ptr;
  /** [B, T, D] the gaps in the direction of the run */
  gaps: Ptr;
  /** [B, T, D] x' - μ before each step, kept for backward; 0 = inference */
  before: Ptr;
  /** [B, D] x' - μ after the last step */
  lastT: Ptr;
}

/** dw, db and dmean accumulate; dx and dlast0 overwrite; each is skipped where 0. dy, dgaps and dlastT are zeros where 0. */
export interface ImputeGradients {
  dy: Ptr;
  dgaps: Ptr;
  dlastT: Ptr;
  dx: Ptr;
  dw: Ptr;
  db: Ptr;
  dmean: Ptr;
  dlast0: Ptr;
}

/** A GRU whose state is multiplied by a factor at the beginning of each step. */
export interface DecayedCall extends RecurrentCall {
  /** [B, T, H], 1 at masked steps */
  decay: Ptr;
  /** Room for [T, B, H] where `saved` is given, else for [B, H]: the state as it enters each step. */
  decayed: Ptr;
}

export interface DecayedGradients extends RecurrentGradients {
  /** [B, T, H], overwritten; at masked steps its rows are zeros */
  ddecay: Ptr;
}

export interface DecayKernels {
  impute(call: ImputeCall): void;
  imputeGrad(call: ImputeCall, gradients: ImputeGradients): void;
  /** y = exp(-max(0, a + b)) by rows of `cols`, 1 in the rows where the mask (int32 [rows], or 0) is 0; y may be a. */
  decay(y: Ptr, a: Ptr, b: Ptr, mask: Ptr, rows: number, cols: number): void;
  /** da = -dy ⊙ y where y is below 1, else 0; da may be dy. */
  decayGrad(da: Ptr, dy: Ptr, y: Ptr, n: number): void;
  gruDecayed(call: DecayedCall): void;
  gruDecayedGrad(call: DecayedCall, gradients: DecayedGradients): void;
}
