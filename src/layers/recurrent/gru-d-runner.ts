/** How GRU-D runs over time: what depends on the input alone is worked out for all steps at once, then a GRU runs whose state decays. */
import type { DecayedCall, ImputeCall } from "../../kernels/decay.js";
import { sequenceKernels } from "../../kernels/sequence-kernels.js";
import { mul } from "../../ops/arithmetic.js";
import { concat } from "../../ops/concat.js";
import { decay } from "../../ops/decay.js";
import { dropoutMask } from "../../ops/dropout.js";
import { gruDecayed } from "../../ops/gru-decayed.js";
import { impute } from "../../ops/impute.js";
import { ptrOf } from "../../ops/recurrent.js";
import { reshape } from "../../ops/reshape.js";
import { split } from "../../ops/split.js";
import { timeStep } from "../../ops/time-step.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../layer.js";
import { drawSeed } from "../seed.js";
import type { StepPlan } from "../step-plan.js";
import type { CellContext, RecurrentCell } from "./cell.js";
import type { GRUDCell } from "./gru-d-cell.js";
import { stepwiseOf, type CellRunner, type ScanInputs, type ScanOptions, type ScanResult, type StepPlaces } from "./scan.js"; // prettier-ignore

export function gruDRunner(cell: GRUDCell): CellRunner {
  return {
    scan: (_, inputs, options, context) => scan(cell, inputs, options, context),
    planStep: (plan, _, places) =>
      fusedOf(cell) ? planFused(plan, cell, places) : stepwiseOf(cell).planStep(plan, cell, places),
  };
}

/** The activations, where the kernels know both. */
function fusedOf({ activation, recurrentActivation, config }: GRUDCell) {
  const [phi, sigma] = [activation.fused, recurrentActivation.fused];
  return phi && sigma ? { activation: phi, recurrentActivation: sigma, resetAfter: config.resetAfter! } : null;
}

function scan(cell: GRUDCell, inputs: ScanInputs, options: ScanOptions, context: CallContext): ScanResult {
  const { W, U, b, inputDecay: w, inputDecayBias, stateDecay, stateDecayBias, mean } = cell.weights;
  const { reverse, zeroOutputForMask } = options;
  const { mask, stateDropout } = inputs;
  const [h0 = null, last = null] = inputs.initial;
  const [filled, gaps, lastT] = impute({ x: inputs.x, w, b: inputDecayBias, mean, last, mask }, reverse);
  const factors = decay(gaps!, stateDecay, stateDecayBias, mask);
  const x = dropVariables(cell, filled!, context);
  const fused = fusedOf(cell);
  if (!fused) {
    const wide = { x: concat([x, factors], -1), initial: h0 ? [h0] : [], mask, stateDropout };
    const result = stepwiseOf(cell).scan(stepOf(cell), wide, options, context);
    return { ...result, states: [...result.states, lastT!] };
  }
  const run = { ...fused, reverse, zeroOutputForMask };
  const [sequence, h] = gruDecayed({ x, W, U, b, decay: factors, h0, mask, stateDropout }, run);
  const shown = mask ? timeStep(sequence, reverse ? 0 : sequence.shape[1]! - 1) : h;
  return { sequence, last: shown, states: [h, lastT!] };
}

/** A variable that is dropped is dropped at all steps, with its mask. */
function dropVariables(cell: GRUDCell, x: Tensor, context: CallContext): Tensor {
  const [B, , width] = x.shape as [number, number, number];
  const rate = cell.config.dropout!;
  if (!context.training || rate === 0) return x;
  const variables = dropoutMask([B, width / 2], rate, drawSeed(cell.config, context));
  return mul(x, reshape(concat([variables, variables], -1), [B, 1, width]));
}

/** For activations that no kernel knows: one step on x̂, m and the factors side by side. */
function stepOf(cell: GRUDCell): RecurrentCell {
  const { units: H, resetAfter } = cell.config;
  const { W, U, b } = cell.weights;
  const { activation, recurrentActivation } = cell;
  const call = ([wide, h]: Tensor[], { stateDropout }: CellContext) => {
    const [x, factors] = split(wide!, [wide!.shape[1]! - H, H], -1);
    const gru = { H, resetAfter: resetAfter!, activation, recurrentActivation, W, U, b };
    return stepwiseOf(cell).gru(gru, x!, mul(factors!, h!), stateDropout);
  };
  return { call, stateSizes: [H], label: cell.label } as unknown as RecurrentCell;
}

/** One step of a stream: four kernel calls on fixed addresses. */
function planFused(plan: StepPlan, cell: GRUDCell, { states, next, output, zeroOutput }: StepPlaces): void {
  const [B, H] = states[0]!.shape as [number, number];
  const D = states[1]!.shape[1]!;
  const k = sequenceKernels(plan.kernels, cell.label);
  const { W, U, b, inputDecay, inputDecayBias, stateDecay, stateDecayBias, mean } = cell.weights;
  const [filled, gaps, factors] = [2 * D, D, H].map((size) => plan.alloc([B, size])) as [Tensor, Tensor, Tensor];
  const mask = ptrOf(plan.masks[0]);
  const silent = mask !== 0 && zeroOutput;
  const common = { B, T: 1, reverse: false, mask };
  const observed: ImputeCall = {
    ...common, D, x: plan.inputs[0]!.ptr, w: inputDecay.ptr, b: inputDecayBias.ptr, mean: mean.ptr, last0: states[1]!.ptr,
    y: filled.ptr, gaps: gaps.ptr, before: 0, lastT: next[1]!.ptr,
  }; // prettier-ignore
  const step: DecayedCall = {
    ...common, ...fusedOf(cell)!, D: 2 * D, H, x: filled.ptr, W: W.ptr, U: U.ptr, b: ptrOf(b), h0: states[0]!.ptr, c0: 0,
    cT: 0, stateDropout: 0, zeroOutputForMask: zeroOutput, y: silent ? output.ptr : 0, hT: next[0]!.ptr, saved: 0,
    decay: factors.ptr, decayed: plan.alloc([B, H]).ptr,
  }; // prettier-ignore
  const [f, g, V, c] = [factors.ptr, gaps.ptr, stateDecay.ptr, stateDecayBias.ptr];
  plan.run(() => {
    k.impute(observed);
    k.gemm(f, g, V, B, H, D, false, false, false);
    k.decay(f, f, c, mask, B, H);
    k.gruDecayed(step);
    // A masked step shows the state as it was.
    if (!silent) k.scale(output.ptr, 1, step.hT, B * H);
  });
}
