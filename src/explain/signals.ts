/** From what a kernel call kept to a cell's signals by name. */
import type { Memory } from "../tensor/memory.js";
import { SIGNALS, type Numbers, type TracedCell } from "./types.js";
import type { Heard } from "./watch.js";

/** The slot that holds each signal as the kernel left it (kernels.ts, gated-scan.ts); the others follow from these. */
const SLOTS: Record<TracedCell, Readonly<Record<string, number>>> = {
  gru: { keep: 0, reset: 1, candidate: 2 },
  lstm: { input: 0, forget: 1, candidate: 2, output: 3, cell: 4 },
  simpleRnn: {},
  minGru: { write: 0, candidate: 1 },
  minLstm: { forget: 0, input: 1, candidate: 2 },
  other: {},
};

export type Signals = Record<string, Numbers>;

/** Room for the signals of so many steps, [steps, units] each. */
export function makeSignals(cell: TracedCell, steps: number, units: number, float: Memory["float"]): Signals {
  const Data = float === "float64" ? Float64Array : Float32Array;
  return Object.fromEntries(SIGNALS[cell].map((name) => [name, new Data(steps * units)]));
}

/** Writes the signals of one row of gates and of one state as step `step`. */
export function copyStep(
  signals: Signals,
  heard: Heard,
  row: number,
  step: number,
  gates: Numbers,
  states: Numbers,
): void {
  const { cell, H, slots } = heard;
  const to = step * H;
  const slotOf = SLOTS[cell];
  for (const name in slotOf) {
    const [signal, from] = [signals[name]!, (row * slots + slotOf[name]!) * H];
    for (let j = 0; j < H; j++) signal[to + j] = gates[from + j]!;
  }
  const { state } = signals;
  for (let j = 0; j < H; j++) state![to + j] = states[row * H + j]!;
}

/** Fills in the shares that follow from the gates. */
export function completeSignals(cell: TracedCell, signals: Signals): void {
  if (cell === "gru") fillRest(signals["write"]!, signals["keep"]!);
  else if (cell === "minGru") fillRest(signals["keep"]!, signals["write"]!);
  else if (cell === "minLstm") {
    const { forget, input, keep, write } = signals;
    for (let i = 0; i < keep!.length; i++) keep![i] = forget![i]! / (forget![i]! + input![i]!);
    fillRest(write!, keep!);
  }
}

function fillRest(to: Numbers, from: Numbers): void {
  for (let i = 0; i < to.length; i++) to[i] = 1 - from[i]!;
}
