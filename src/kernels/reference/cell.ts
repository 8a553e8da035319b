import type { FusedActivation } from "../kernels.js";

/** Weights of a recurrent call, or their gradients. */
export interface Weights {
  /** [D, GH] */
  W: Float64Array;
  /** [H, GH] */
  U: Float64Array;
  /** [GH] or [2, GH]; of length 0 when there is none */
  b: Float64Array;
}

/** One time step of one row of the batch: the cell reads the first four and writes the rest. */
export interface Step {
  /** [D] */
  x: Float64Array;
  /** [H] state before the step */
  hBefore: Float64Array;
  /** [H] what meets U: the state before the step times the dropout factors */
  hDropped: Float64Array;
  /** [H] LSTM's cell state before the step */
  cBefore: Float64Array;
  /** [H] state after the step */
  h: Float64Array;
  /** [S·H] what `saved` keeps for this step */
  gates: Float64Array;
}

/** Gradients at one step: the cell reads dh and dc and adds to the rest, which come as zeros. */
export interface StepGradient {
  dh: Float64Array;
  dc: Float64Array;
  dx: Float64Array;
  dhBefore: Float64Array;
  dhDropped: Float64Array;
  dcBefore: Float64Array;
}

export interface CellOptions {
  activation: FusedActivation;
  recurrentActivation: FusedActivation;
  resetAfter: boolean;
}

/** What the three cells differ in; recurrent.ts does the rest (time, masks, direction, dropout, outputs). */
export interface CellDefinition {
  /** columns of W and U in units of H */
  readonly G: number;
  /** slots of `saved` per step in units of H, after the state itself */
  readonly S: number;
  /** the slot that holds LSTM's cell state after the step */
  readonly cellSlot?: number;
  forward(options: CellOptions, weights: Weights, step: Step): void;
  /** Adds to the gradients of the weights too. */
  backward(options: CellOptions, weights: Weights, gradients: Weights, step: Step, gradient: StepGradient): void;
}
