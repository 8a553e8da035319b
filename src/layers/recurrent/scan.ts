/** Runs a cell over the time axis: as one fused operation where the cell has one, else step by step. */
import { slice } from "../../ops/slice.js";
import { stack } from "../../ops/concat.js";
import { recurrent } from "../../ops/recurrent.js";
import { reshape } from "../../ops/reshape.js";
import { where } from "../../ops/where.js";
import { zeros } from "../../ops/create.js";
import { broadcastTo } from "../../ops/broadcast-to.js";
import type { Tensor } from "../../tensor/tensor.js";
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

function scanSteps(cell: RecurrentCell, inputs: ScanInputs, options: ScanOptions, context: CallContext): ScanResult {
  const { x, mask, stateDropout } = inputs;
  const [B, T, D] = x.shape as [number, number, number];
  let states = inputs.initial.length > 0 ? [...inputs.initial] : cell.stateSizes.map((H) => zeros([B, H]));
  let output: Tensor | undefined;
  const outputs: Tensor[] = [];
  for (let i = 0; i < T; i++) {
    const t = options.reverse ? T - 1 - i : i;
    const xt = reshape(slice(x, [0, t, 0], [B, 1, D]), [B, D]);
    const [y, ...next] = cell.call([xt, ...states], { ...context, stateDropout });
    if (!mask) [output, states] = [y!, next];
    else {
      const use = slice(mask, [0, t], [B, 1]);
      const idle: Tensor = options.zeroOutputForMask || !output ? zeros(y!.shape) : output;
      output = where(broadcastTo(use, y!.shape), y!, idle);
      states = next.map((s, j) => where(broadcastTo(use, s.shape), s, states[j]!));
    }
    outputs.push(output!);
  }
  const sequence = stack(options.reverse ? outputs.reverse() : outputs, 1);
  return { sequence, last: output!, states };
}
