/** How the minimal cells run: one product and one kernel over a whole sequence; in a stream the same kernel on one step. */
import type { GatedScanCall } from "../../kernels/gated-scan.js";
import { sequenceKernels } from "../../kernels/sequence-kernels.js";
import { gatedScan } from "../../ops/gated-scan.js";
import { timeStep } from "../../ops/time-step.js";
import type { StepPlan } from "../step-plan.js";
import type { RecurrentCell } from "./cell.js";
import type { MinimalRecurrentCell } from "./minimal-cell.js";
import type { CellRunner, StepPlaces } from "./scan.js";

export const minimalRunner: CellRunner = {
  scan(cell, { x, initial, mask }, { reverse, zeroOutputForMask }) {
    const { kind, positive, W, b } = cell as MinimalRecurrentCell;
    const options = { cell: kind, positive, reverse, zeroOutputForMask };
    const [sequence, state] = gatedScan({ x, W, b, h0: initial[0] ?? null, mask }, options);
    // Where steps are masked the last output may differ from the last state: zeros, or nothing shown yet.
    const last = mask ? timeStep(sequence, reverse ? 0 : x.shape[1]! - 1) : state;
    return { sequence, last, states: [state] };
  },

  planStep(plan: StepPlan, cell: RecurrentCell, { states, next, output, zeroOutput }: StepPlaces) {
    const { kind, positive, W, b } = cell as MinimalRecurrentCell;
    const k = sequenceKernels(plan.kernels, cell.label);
    const x = plan.inputs[0]!;
    const [B, GH, D] = [plan.batch, W.shape[1]!, x.shape.at(-1)!];
    const [a, hT] = [plan.alloc([B, GH]), next[0]!];
    const mask = plan.masks[0] ?? null;
    const options = { cell: kind, positive, reverse: false, zeroOutputForMask: zeroOutput, keep: false };
    const pointers = { a: a.ptr, b: b?.ptr ?? 0, h0: states[0]!.ptr, mask: mask?.ptr ?? 0, y: output.ptr, hT: hT.ptr };
    const call: GatedScanCall = { B, T: 1, H: hT.shape[1]!, ...options, ...pointers };
    plan.run(() => {
      k.gemm(a.ptr, x.ptr, W.ptr, B, GH, D, false, false, false);
      k.gatedScan(call);
      // The kernel knows nothing of the steps before: at a masked one the output stays what it was, the state.
      if (mask && !zeroOutput) k.scale(output.ptr, 1, hT.ptr, hT.size);
    });
  },
};
