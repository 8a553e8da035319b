/** Recurrent layers that tell the norms of the gradients at their states, one step after another. */
import { currentScope } from "../../ops/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { RecurrentCell } from "./cell.js";
import { scanPieces } from "./checkpointed.js";
import type { Scan, ScanOptions } from "./scan.js";
import { scanSteps } from "./stepwise.js";

/** ‖∂L/∂h_t‖, the square root of the sum over batch and units; filled in while the gradients are worked out. */
export type StepNorms = Float64Array;

/**
 * A way of running over time in which each step is a piece of its own, so that the gradient at every state is seen; cells without a
 * fused form run by small operations. Values and gradients are those of the layer, to rounding; it takes several times as long.
 * @param begin is told the cell and gives the array for its norms [T]
 */
export function observedScan(begin: (cell: RecurrentCell, T: number) => StepNorms): Scan {
  return (cell, inputs, options, context) => {
    const norms = begin(cell, inputs.x.shape[1]!);
    const { fused } = cell;
    if (fused) {
      const observe = ({ from }: { from: number }, norm: number) => void (norms[from] = norm);
      return scanPieces(fused, inputs, options, { every: 1, observe });
    }
    const scope = currentScope();
    const shows = outputShows(inputs.mask, options);
    return scanSteps(cell, inputs, options, context, (t, state, output) => {
      const holders = output && output !== state ? [state, output] : [state];
      scope?.record(holders, holders, () => {
        norms[t] = normOfSum(state, output === state ? null : output, (row) => shows(row, t));
      });
    });
  };
}

/** Whether the output of a row at time t is the state; at masked steps it may be zeros instead. */
function outputShows(
  mask: Tensor | null,
  { reverse, zeroOutputForMask }: ScanOptions,
): (row: number, t: number) => boolean {
  if (!mask) return () => true;
  const T = mask.shape[1]!;
  const used = mask.data.slice();
  return (row, t) => {
    if (used[row * T + t]) return true;
    const past = reverse ? used.subarray(row * T + t, (row + 1) * T) : used.subarray(row * T, row * T + t);
    return !zeroOutputForMask && past.includes(1);
  };
}

/** Where steps are masked, a state and the output that is the same state get their gradients apart. */
function normOfSum(state: Tensor, output: Tensor | null, shows: (row: number) => boolean): number {
  const [dh, dy] = [state.grad?.data, output?.grad?.data];
  const H = state.shape[1]!;
  let sum = 0;
  for (let i = 0; i < state.size; i++) {
    sum += ((dh?.[i] ?? 0) + (dy && shows(Math.floor(i / H)) ? dy[i]! : 0)) ** 2;
  }
  return Math.sqrt(sum);
}
