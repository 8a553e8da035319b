/** How a signal is coloured: what the ends of the scale stand for. */
import { GATES } from "../../../explain/types.js";
import type { SeenLayer } from "./seen.js";

export interface Colouring {
  readonly scale: "sequential" | "diverging";
  readonly range: readonly [low: number, high: number];
}

/** Ends of the scale that people can compare with; the smallest that holds all values is taken. */
const ENDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100];

export function colouringOf({ cell }: SeenLayer, signal: string, values: Float32Array): Colouring {
  const gate = GATES.includes(signal) && cell !== "other";
  if (gate) return { scale: "sequential", range: [0, 1] };
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const end = ENDS.find((end) => end >= largest * 0.999) ?? largest;
  return { scale: "diverging", range: [-end, end] };
}
