/** Outputs under their names: of a model that answers at every step, those of the last one. */
import type { Model } from "sluice";
import { trace, type Numbers, type Trace } from "../../../explain/index.js";
import type { View } from "../../../tasks/view.js";

export interface LastStep {
  /** Where the named outputs begin among all. */
  readonly offset: number;
  /** One for each name. */
  readonly values: Numbers;
}

export function lastOf({ output }: Trace, { outputs }: View): LastStep {
  const width = outputs.length;
  const repeats = width > 0 && output.length > width && output.length % width === 0;
  const offset = repeats ? output.length - width : 0;
  return { offset, values: output.subarray(offset) };
}

export async function lastStep(model: Model, view: View): Promise<LastStep> {
  const [own] = await trace(model, view.x, { outputs: false });
  return lastOf(own!, view);
}

export function largestOf(values: Numbers): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Which of all outputs is meant. Where there are some for every step, the largest of the last one, unless one is named. */
export function outputAt({ offset, values }: LastStep, asked: number | undefined): { output?: number } {
  if (asked !== undefined) return { output: offset + asked };
  return offset > 0 ? { output: offset + largestOf(values) } : {};
}
