/** Runs a cell over the time axis: as one fused operation where the cell has one, else step by step. */
import { slice } from "../../ops/slice.js";
import { recurrent } from "../../ops/recurrent.js";
import { reshape } from "../../ops/reshape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { SluiceError } from "../../util/errors.js";
import type { CallContext } from "../layer.js";
import type { FusedCell, RecurrentCell } from "./cell.js";

export interface ScanOptions {
  reverse: boolean;
  zeroOutputForMask: boolean;
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
  /** [B, T, H], each output at its own time */
  sequence: Tensor;
  /** [B, H], the output of the step that ran last */
  last: Tensor;
  states: Tensor[];
}

export type Scan = (cell: RecurrentCell, inputs: ScanInputs, options: ScanOptions, context: CallContext) => ScanResult;

/**
 * The way step by step (stepwise.ts) is needed by own cells and by activations that no kernel knows. A bundle that only loads
 * models does without it unless it asks.
 */
let scanSteps: Scan = (cell) => {
  const how = `import { stepwise } from "sluice/inference" and call it once, or import from "sluice"`;
  throw new SluiceError(`${cell.label}: runs step by step, which this bundle leaves out; ${how}`);
};

export function provideStepwise(scan: Scan): void {
  scanSteps = scan;
}

export function scan(cell: RecurrentCell, inputs: ScanInputs, options: ScanOptions, context: CallContext): ScanResult {
  const fused = cell.fused;
  return fused ? scanFused(fused, inputs, options) : scanSteps(cell, inputs, options, context);
}

function scanFused(cell: FusedCell, inputs: ScanInputs, options: ScanOptions): ScanResult {
  const { W, U, b, ...kernel } = cell;
  const [sequence, ...states] = recurrent({ ...inputs, W, U, b }, { ...kernel, ...options });
  // Where steps are masked the last output may differ from the last state: zeros, or nothing shown yet.
  const last = inputs.mask ? lastStep(sequence!, options.reverse) : states[0]!;
  return { sequence: sequence!, last, states };
}

function lastStep(sequence: Tensor, reverse: boolean): Tensor {
  const [B, T, H] = sequence.shape as [number, number, number];
  return reshape(slice(sequence, [0, reverse ? 0 : T - 1, 0], [B, 1, H]), [B, H]);
}
