/** How a recurrent layer works inside `model.stream`: one step, the state carried; nothing is allocated when the cell is fused. */
import type { Kernels, RecurrentCall } from "../../kernels/kernels.js";
import type { Tensor } from "../../tensor/tensor.js";
import { check } from "../../util/errors.js";
import { checkFrame, type StepPlan } from "../step-plan.js";
import type { FusedCell } from "./cell.js";
import type { RecurrentLayer, RecurrentLayerConfig } from "./recurrent-layer.js";
import { runnerOf } from "./scan.js";

export function planRecurrentStep(plan: StepPlan, layer: RecurrentLayer<RecurrentLayerConfig>): void {
  const { batch, kernels } = plan;
  const { cell, config } = layer;
  checkFrame(plan, layer);
  check(plan.inputs.length === 1, () => {
    return `stream: ${layer.label} cannot be run step by step, because it is given initial states; a stream carries its own (restore() sets them)`;
  });
  const states = cell.stateSizes.map((H) => plan.state([batch, H]));
  const next = cell.stateSizes.map((H) => plan.alloc([batch, H]));
  const fused = cell.fused;
  // A fused cell's output is its state h, but for zeros at masked steps, and but for what it is before the first step that counts.
  const stateIsOutput = fused !== null && !(plan.masks[0] && config.zeroOutputForMask);
  const output = stateIsOutput ? states[0]! : plan.alloc([batch, cell.outputSize]);
  if (fused) {
    const call = stepCall(plan, fused, states, next, stateIsOutput ? 0 : output.ptr);
    plan.run(() => kernels.recurrentForward(fused.cell, call));
  } else runnerOf(cell).planStep(plan, cell, { states, next, output, zeroOutput: config.zeroOutputForMask! });
  plan.run(() => carry(kernels, states, next));
  const sequence = config.returnSequences;
  plan.output(
    sequence ? plan.view(output, [batch, 1, cell.outputSize]) : output,
    ...(config.returnState ? states : []),
  );
  plan.outputMasks(sequence ? (plan.masks[0] ?? null) : null);
}

function carry(kernels: Kernels, states: readonly Tensor[], next: readonly Tensor[]): void {
  for (let i = 0; i < states.length; i++) kernels.scale(states[i]!.ptr, 1, next[i]!.ptr, next[i]!.size);
}

function stepCall(plan: StepPlan, cell: FusedCell, states: Tensor[], next: Tensor[], y: number): RecurrentCall {
  const x = plan.inputs[0]!;
  const [h, c] = states;
  return {
    B: plan.batch, T: 1, D: x.shape.at(-1)!, H: h!.shape[1]!, reverse: false, x: x.ptr, W: cell.W.ptr, U: cell.U.ptr,
    b: cell.b?.ptr ?? 0, h0: h!.ptr, hT: next[0]!.ptr, c0: c?.ptr ?? 0, cT: next[1]?.ptr ?? 0, mask: plan.masks[0]?.ptr ?? 0,
    stateDropout: 0, y, saved: 0, activation: cell.activation, recurrentActivation: cell.recurrentActivation,
    resetAfter: cell.resetAfter, zeroOutputForMask: y !== 0,
  }; // prettier-ignore
}
