/** Recurrent kernels with layer normalisation inside the cell (Ba et al. 2016, arXiv 1607.06450, equations 20 to 31). */
import type { Ptr } from "../tensor/memory.js";
import type { RecurrentCall } from "./kernels.js";

export type NormalizedCell = "gru" | "lstm";

/**
 * With N(v) = (v − mean) / √(variance + ε) over v's elements, gains α and β, and biases b and c:
 *
 *     GRU   a_zr = α_zr ⊙ N(W_zr x) + b_zr,  a_g = α_g ⊙ N(W_g x) + b_g;  u_zr = β_zr ⊙ N(U_zr ĥ) + c_zr,  u_g = β_g ⊙ N(U_g ĥ) + c_g
 *           z, r = σ(a_zr + u_zr)   g = φ(a_g + r ⊙ u_g)   h = z ⊙ h₋ + (1 − z) ⊙ g
 *     LSTM  i, f, o = σ(·), g = φ(·) of α ⊙ N(W x) + b + β ⊙ N(U ĥ), normalised over all four gates together
 *           c = f ⊙ c₋ + i ⊙ g   h = o ⊙ φ(γ ⊙ N(c) + d)
 *
 * The recurrent call is that of kernels.ts, with what W x gave in place of x and W; `saved` is used up by the backward pass.
 */
export interface NormalizedCall extends Omit<RecurrentCall, "x" | "W" | "D" | "resetAfter"> {
  /** [B, T, GH] W x; with `saved` it holds N(W x) afterwards */
  a: Ptr;
  /** [2, GH] α and β */
  gains: Ptr;
  /** LSTM only: [H] γ and d */
  cellGain: Ptr;
  cellBias: Ptr;
  /** ε */
  epsilon: number;
}

/** dgains, db, dcellGain, dcellBias accumulate (+=); the rest is overwritten; each is skipped where 0 but da, du and states. */
export interface NormalizedGradients {
  dy: Ptr;
  dhT: Ptr;
  dcT: Ptr;
  dgains: Ptr;
  db: Ptr;
  dcellGain: Ptr;
  dcellBias: Ptr;
  dh0: Ptr;
  dc0: Ptr;
  /** [B, T, GH] at W x */
  da: Ptr;
  /** [T, B, GH] at U ĥ, and [T, B, H] the ĥ that it belongs to: dU = Σ ĥᵀ du */
  du: Ptr;
  states: Ptr;
}

export interface NormalizedKernels {
  /** Elements of `saved`: that of kernels.ts, then N(U ĥ) [T, B, GH], for an LSTM N(c) [T, B, H], and 1/√(variance + ε) [T, B, 4 or 3]. */
  normalizedLength(cell: NormalizedCell, B: number, T: number, H: number): number;
  normalizedForward(cell: NormalizedCell, call: NormalizedCall): void;
  normalizedBackward(cell: NormalizedCell, call: NormalizedCall, gradients: NormalizedGradients): void;
}

/** Gates of H columns that are normalised together, and how many scales a step has: one for each of W x and U ĥ, one for c. */
export const NORMALIZED = {
  gru: { gates: [2, 1], scales: 4, cellSlot: 0 },
  lstm: { gates: [4], scales: 3, cellSlot: 4 },
} as const;
