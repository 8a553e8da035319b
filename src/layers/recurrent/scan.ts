/** Runs a cell over the time axis: as one fused operation where the cell has one, else step by step. */
import { timeStep } from "../../ops/time-step.js";
import { recurrent } from "../../ops/recurrent.js";
import type { Tensor } from "../../tensor/tensor.js";
import { SluiceError } from "../../util/errors.js";
import type { CallContext } from "../layer.js";
import type { StepPlan } from "../step-plan.js";
import type { FusedCell, RecurrentCell } from "./cell.js";
import type { gruStep } from "./gru-step.js";

export interface ScanOptions {
  reverse: boolean;
  zeroOutputForMask: boolean;
  /** Whether anybody will look at the outputs of all steps. */
  returnSequences?: boolean;
  checkpointEvery?: number | null;
}

export interface ScanInputs {
  /** [B, T, D] */
  x: Tensor;
  /** [B, H] each; empty = zeros */
  initial: readonly Tensor[];
  /** int32 [B, T] */
  mask: Tensor | null;
  stateDropout: Tensor | null;
}

export interface ScanResult {
  /** [B, T, H], each output at its own time; a scan that keeps little may leave it out without returnSequences */
  sequence: Tensor | null;
  /** [B, H], the output of the step that ran last */
  last: Tensor;
  states: Tensor[];
}

export type Scan = (cell: RecurrentCell, inputs: ScanInputs, options: ScanOptions, context: CallContext) => ScanResult;

/** Where a cell's step in a stream reads and writes: [B, H] each. */
export interface StepPlaces {
  states: Tensor[];
  next: Tensor[];
  output: Tensor;
  zeroOutput: boolean;
}

/** How a cell without a fused form is run: over a sequence, and in a stream. */
export interface CellRunner {
  scan: Scan;
  planStep(plan: StepPlan, cell: RecurrentCell, places: StepPlaces): void;
  /** Whether a sequence may be run piece by piece: all that goes on are the states, and the output is the first of them. */
  readonly inPieces?: boolean;
}

/** How every cell can be run (stepwise.ts). */
export interface Stepwise extends CellRunner {
  gru: typeof gruStep;
}

/** Own cells, and activations that no kernel knows, need it. A bundle that only loads models leaves it out unless it asks. */
let provided: Stepwise | null = null;

export function provideStepwise(how: Stepwise): void {
  provided = how;
}

export function stepwiseOf(cell: RecurrentCell): Stepwise {
  if (provided) return provided;
  const how = `import { stepwise } from "sluice/inference" and call it once, or import from "sluice"`;
  throw new SluiceError(`${cell.label}: runs step by step, which this bundle leaves out; ${how}`);
}

/** The cell's own way, or step by step. */
export function runnerOf(cell: RecurrentCell): CellRunner {
  return cell.runner?.() ?? stepwiseOf(cell);
}

export function scan(cell: RecurrentCell, inputs: ScanInputs, options: ScanOptions, context: CallContext): ScanResult {
  const fused = cell.fused;
  return fused ? scanFused(fused, inputs, options) : runnerOf(cell).scan(cell, inputs, options, context);
}

function scanFused(cell: FusedCell, inputs: ScanInputs, options: ScanOptions): ScanResult {
  const { W, U, b, ...kernel } = cell;
  const [sequence, ...states] = recurrent({ ...inputs, W, U, b }, { ...options, ...kernel });
  // Where steps are masked the last output may differ from the last state: zeros, or nothing shown yet.
  const last = inputs.mask ? timeStep(sequence!, options.reverse ? 0 : sequence!.shape[1]! - 1) : states[0]!;
  return { sequence: sequence!, last, states };
}
