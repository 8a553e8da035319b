/** A cell run over the time axis by small operations, one step after another: for every cell, and the twin of the fused way. */
import { slice } from "../../ops/slice.js";
import { stack } from "../../ops/concat.js";
import { timeStep } from "../../ops/time-step.js";
import { where } from "../../ops/where.js";
import { zeros } from "../../ops/create.js";
import { broadcastTo } from "../../ops/broadcast-to.js";
import type { Tensor } from "../../tensor/tensor.js";
import { withScope } from "../../ops/scope.js";
import { Random } from "../../util/random.js";
import type { StepPlan } from "../step-plan.js";
import type { CallContext } from "../layer.js";
import type { RecurrentCell } from "./cell.js";
import { gruStep } from "./gru-step.js";
import { provideStepwise, type ScanInputs, type ScanOptions, type ScanResult, type StepPlaces } from "./scan.js";

/** From now on cells without a fused form can be run. */
export function stepwise(): void {
  provideStepwise({ scan: scanSteps, gru: gruStep, planStep: planCellCall });
}

/** @param watch told of each step's time, of the first state after it, and of the output where that is the same state */
export function scanSteps(
  cell: RecurrentCell,
  inputs: ScanInputs,
  options: ScanOptions,
  context: CallContext,
  watch?: (t: number, state: Tensor, output: Tensor | null) => void,
): ScanResult {
  const { x, mask, stateDropout } = inputs;
  const [B, T] = x.shape as [number, number];
  let states = inputs.initial.length > 0 ? [...inputs.initial] : cell.stateSizes.map((H) => zeros([B, H]));
  let output: Tensor | undefined;
  const outputs: Tensor[] = [];
  for (let i = 0; i < T; i++) {
    const t = options.reverse ? T - 1 - i : i;
    const xt = timeStep(x, t);
    const [y, ...next] = cell.call([xt, ...states], { ...context, stateDropout });
    if (!mask) [output, states] = [y!, next];
    else {
      const use = slice(mask, [0, t], [B, 1]);
      const idle: Tensor = options.zeroOutputForMask || !output ? zeros(y!.shape) : output;
      output = where(broadcastTo(use, y!.shape), y!, idle);
      states = next.map((s, j) => where(broadcastTo(use, s.shape), s, states[j]!));
    }
    outputs.push(output!);
    watch?.(t, states[0]!, y === next[0] ? output! : null);
  }
  const sequence = stack(options.reverse ? outputs.reverse() : outputs, 1);
  return { sequence, last: output!, states };
}

/** A cell without a fused form: its `call`, whose tensors live for one step. */
function planCellCall(plan: StepPlan, cell: RecurrentCell, { states, next, output, zeroOutput }: StepPlaces): void {
  const x = plan.view(plan.inputs[0]!, [plan.batch, plan.inputs[0]!.shape.at(-1)!]);
  // Outside of training a cell draws nothing and adds no loss.
  const context = { training: false, random: new Random(0), masks: [], addLoss: () => undefined, stateDropout: null };
  const mask = plan.masks[0] ?? null;
  const idle = mask && !zeroOutput ? plan.state(output.shape) : null;
  plan.run(() => {
    withScope(plan.kernels, false, () => {
      const [y, ...after] = cell.call([x, ...states], context);
      writeRows(output, y!, mask, idle);
      for (const [i, s] of after.entries()) writeRows(next[i]!, s, mask, states[i]!);
      idle?.data.set(output.data);
    });
  });
}

/** Rows of `from` where the mask says so, elsewhere those of `otherwise`, or zeros. */
function writeRows(to: Tensor, from: Tensor, mask: Tensor | null, otherwise: Tensor | null): void {
  const [B, size] = to.shape as [number, number];
  const [target, values, idle, use] = [to.data, from.data, otherwise?.data, mask?.data];
  for (let i = 0; i < B * size; i++) {
    target[i] = !use || use[Math.floor(i / size)] ? values[i]! : (idle?.[i] ?? 0);
  }
}
