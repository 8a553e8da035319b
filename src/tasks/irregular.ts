/** What the tasks share where observations are irregular: the unit of the gaps, and networks that begin with GRU-D. */
import { layers, type SymbolicTensor } from "sluice";
import { recurrentStack, recurrentWithLast, type RecurrentOptions } from "./network.js";

/** The median of the times between steps. */
export function usualGap(times: readonly Float64Array[]): number {
  const passed = times.flatMap((list) => Array.from(list.subarray(1), (at, i) => at - list[i]!)).sort((a, b) => a - b);
  return passed[passed.length >> 1] ?? 1;
}

/** What GRU-D reads of these variables, three times as many numbers. */
export function observedNames(variables: readonly string[]): string[] {
  return ["", " observed", " gap"].flatMap((what) => variables.map((name) => `${name}${what}`));
}

/** What is read of a sequence: all steps [B, T, H] and what is known at the end [B, H]; H doubles where it is read both ways. */
interface Read {
  readonly sequences: SymbolicTensor;
  readonly last: SymbolicTensor;
}

/**
 * GRU-D on values, mask and gaps [B, T, 3D], then the further layers of the stack, with dropout between them.
 * @param x with padding masked, where there is any
 */
export function gruDStack(x: SymbolicTensor, options: RecurrentOptions): Read {
  const { units, bidirectional, dropout } = options;
  const layer = layers.gruD({ units: units[0]!, returnSequences: true, returnState: true });
  const [first, ...states] = (bidirectional ? layers.bidirectional({ layer }) : layer).apply(x, "all");
  // The states of each direction are h and the last observation; what it knows is h.
  const ends = states.filter((_, i) => i % 2 === 0);
  const read = { sequences: first!, last: ends.length === 1 ? ends[0]! : layers.concatenate().apply(ends) };
  if (units.length === 1) return read;
  const between = dropout > 0 ? layers.dropout({ rate: dropout }).apply(first!) : first!;
  const [middle, end] = [units.slice(1, -1), units.slice(-1)];
  const below = middle.length > 0 ? recurrentStack(between, { ...options, units: middle }, true) : between;
  return recurrentWithLast(below, { ...options, units: end });
}
