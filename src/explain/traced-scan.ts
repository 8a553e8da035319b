/** How recurrent layers run over time while they are traced, where the kernels alone do not tell: own cells, and units that are held. */
import type { CallContext } from "../layers/layer.js";
import type { RecurrentCell } from "../layers/recurrent/cell.js";
import { scan, type Scan, type ScanInputs, type ScanOptions, type ScanResult } from "../layers/recurrent/scan.js";
import { scanSteps } from "../layers/recurrent/stepwise.js";
import { reshape } from "../ops/reshape.js";
import { currentScope, withScope } from "../ops/scope.js";
import { slice } from "../ops/slice.js";
import { timeStep } from "../ops/time-step.js";
import type { Tensor } from "../tensor/tensor.js";
import { runsInKernel } from "./cells.js";
import type { Recorder } from "./recorder.js";
import type { Numbers } from "./types.js";

/** A unit and the value at which it is held: in all rows, or in those of one group where the batch is `of` groups of equal size. */
export type HeldUnit = readonly [unit: number, value: number, group?: number, of?: number];

/** The units of a cell that are held. */
export type Held = ReadonlyMap<RecurrentCell, readonly HeldUnit[]>;

/** @param recorder is told of cells that no kernel knows; null where nobody looks */
export function tracedScan(held: Held, recorder: Recorder | null): Scan {
  const plain: Scan = (cell, inputs, options, context) => {
    return runsInKernel(cell) || !recorder
      ? scan(cell, inputs, options, context)
      : notedScan(cell, inputs, options, context, recorder);
  };
  return (cell, inputs, options, context) => {
    const units = held.get(cell);
    return units
      ? heldScan(plain, cell, inputs, options, context, units, recorder)
      : plain(cell, inputs, options, context);
  };
}

function notedScan(
  cell: RecurrentCell,
  inputs: ScanInputs,
  options: ScanOptions,
  context: CallContext,
  recorder: Recorder,
): ScanResult {
  const T = inputs.x.shape[1]!;
  const states: Numbers[] = [];
  const mask = inputs.mask?.data.slice() ?? null;
  if (!cell.runner) {
    const watch = (t: number, state: Tensor) => void (states[t] = state.data.slice() as Numbers);
    const result = scanSteps(cell, inputs, options, context, watch);
    recorder.note(cell, states, mask);
    return result;
  }
  // A cell with a way of its own shows its outputs, which are its states where steps count.
  const result = scan(cell, inputs, { ...options, returnSequences: true }, context);
  for (let t = 0; t < T; t++) states.push(timeStep(result.sequence!, t).data.slice() as Numbers);
  recorder.note(cell, states, mask);
  return result;
}

/**
 * Step by step, units of the first state set to their values before the first step and after each: the layer's output and its
 * own next step see them so. An LSTM's cell state goes its own way.
 */
function heldScan(
  plain: Scan,
  cell: RecurrentCell,
  { x, initial, mask }: ScanInputs,
  options: ScanOptions,
  context: CallContext,
  units: readonly HeldUnit[],
  recorder: Recorder | null,
): ScanResult {
  const scope = currentScope()!;
  const [B, T, D] = x.shape as [number, number, number];
  const H = cell.outputSize;
  const states = cell.stateSizes.map((size, i) => {
    const state = scope.alloc([B, size]);
    state.data.set(initial[i]?.data ?? new Float32Array(B * size));
    return state;
  });
  const [sequence, shown] = [scope.alloc([B, T, H]), scope.alloc([B, H])];
  shown.data.fill(0);
  hold(states[0]!, units);
  const step = (t: number) =>
    withScope(scope.kernels, false, () => {
      const xt = reshape(timeStep(x, t), [B, 1, D]);
      const use = mask ? slice(mask, [0, t], [B, 1]) : null;
      const inputs = { x: xt, initial: states, mask: use, stateDropout: null };
      const { last, states: next } = plain(
        cell,
        inputs,
        { ...options, reverse: false, returnSequences: true },
        context,
      );
      const isState = last.size === next[0]!.size && sameAt(last, next[0]!, use);
      hold(next[0]!, units);
      recorder?.replaceState(next[0]!.data as Numbers);
      for (const [i, state] of states.entries()) state.data.set(next[i]!.data);
      show(isState ? states[0]! : last, use, shown, sequence, t, options.zeroOutputForMask);
    });
  const run = () => {
    for (let i = 0; i < T; i++) step(options.reverse ? T - 1 - i : i);
  };
  if (recorder) recorder.joined(options.reverse, run);
  else run();
  return { sequence, last: shown, states };
}

export function hold(state: Tensor, units: readonly HeldUnit[]): void {
  if (units.length === 0) return;
  const [B, H] = state.shape as [number, number];
  const { data } = state;
  for (const [unit, value, group = 0, of = 1] of units) {
    for (let b = (B * group) / of; b < (B * (group + 1)) / of; b++) data[b * H + unit] = value;
  }
}

/** Whether a and b [B, H] agree at the rows that count. */
export function sameAt(a: Tensor, b: Tensor, use: Tensor | null): boolean {
  const [B, H] = b.shape as [number, number];
  for (let i = 0; i < B * H; i++) {
    if ((!use || use.data[Math.floor(i / H)]) && a.data[i] !== b.data[i]) return false;
  }
  return true;
}

/** Puts a step's output among those of all steps: at masked steps the one before, or zeros. */
function show(output: Tensor, use: Tensor | null, shown: Tensor, sequence: Tensor, t: number, zeros: boolean): void {
  const [B, T, H] = sequence.shape as [number, number, number];
  const [from, to, all] = [output.data, shown.data, sequence.data];
  for (let b = 0; b < B; b++) {
    const counts = !use || use.data[b] !== 0;
    for (let j = b * H; j < (b + 1) * H; j++) {
      if (counts) to[j] = from[j]!;
      else if (zeros) to[j] = 0;
      all[(b * T + t) * H + j - b * H] = to[j]!;
    }
  }
}
