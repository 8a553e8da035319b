/** How a recurrent layer works inside `model.stream`: one step, the state carried, nothing allocated. */
import type { RecurrentCall } from "../../kernels/kernels.js";
import { SluiceError } from "../../util/errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { StepPlan } from "../step-plan.js";
import type { FusedCell, RecurrentCell } from "./cell.js";
import type { RecurrentLayerConfig } from "./recurrent-layer.js";

export function planRecurrentStep(plan: StepPlan, cell: RecurrentCell, config: RecurrentLayerConfig): void {
  const fused = cell.fused;
  if (!fused) {
    const why = "its activation has no fused kernel";
    throw new SluiceError(
      `stream: ${cell.label} cannot be stepped, because ${why}; use sigmoid, tanh, relu, hardSigmoid or linear`,
    );
  }
  const states = cell.stateSizes.map((H) => plan.state([plan.batch, H]));
  const next = cell.stateSizes.map((H) => plan.alloc([plan.batch, H]));
  const call = stepCall(plan, fused, states, next);
  const { kernels } = plan;
  plan.run(() => {
    kernels.recurrentForward(fused.cell, call);
    for (let i = 0; i < states.length; i++) kernels.scale(states[i]!.ptr, 1, next[i]!.ptr, next[i]!.size);
  });
  const h = states[0]!;
  const output = config.returnSequences ? plan.view(h, [plan.batch, 1, cell.outputSize]) : h;
  plan.output(output, ...(config.returnState ? states : []));
}

function stepCall(plan: StepPlan, cell: FusedCell, states: Tensor[], next: Tensor[]): RecurrentCall {
  const x = plan.inputs[0]!;
  const [h, c] = states;
  return {
    B: plan.batch, T: 1, D: x.shape.at(-1)!, H: h!.shape[1]!, reverse: false, x: x.ptr, W: cell.W.ptr, U: cell.U.ptr,
    b: cell.b?.ptr ?? 0, h0: h!.ptr, hT: next[0]!.ptr, c0: c?.ptr ?? 0, cT: next[1]?.ptr ?? 0, mask: 0, stateDropout: 0, y: 0, saved: 0,
    activation: cell.activation, recurrentActivation: cell.recurrentActivation, resetAfter: cell.resetAfter,
    zeroOutputForMask: false,
  }; // prettier-ignore
}
