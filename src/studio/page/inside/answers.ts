/** Which of the outputs are shown at a step, and how. */
import type { Seen } from "./seen.js";
import { rowAt } from "./seen.js";
import { stepName } from "./words.js";

export interface AnswerRow {
  readonly name: string;
  readonly value: number;
  /** Without pins and silent units. */
  readonly free: number;
  readonly change: number;
}

export interface AnswersAt {
  /** Shares of one in the order of classes, the likeliest of many, or plain numbers. */
  readonly kind: "probability" | "probabilities" | "likely" | "scaled" | "values";
  readonly rows: readonly AnswerRow[];
  /** Whether they are of the step, not of the end. */
  readonly live: boolean;
}

/** So many classes are shown all, of more the likeliest; numbers stay in their order. */
const MOST = 12;
const MOST_NUMBERS = 48;

export function answersAt(seen: Seen, free: Seen, step: number): AnswersAt {
  const width = seen.outputNames.length;
  const [values, others] = [valuesAt(seen, step), valuesAt(free, step)];
  const live = seen.outputs !== null;
  const kind = kindOf(seen);
  let order = Array.from({ length: Math.min(width, values.length) }, (_, i) => i);
  if (kind === "scaled") order = order.slice(0, MOST_NUMBERS);
  else if (order.length > MOST) order = order.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, MOST);
  const rows = order.map((i) => {
    const [value, freeValue] = [values[i] ?? Number.NaN, others[i] ?? Number.NaN];
    return { name: stepName(seen.outputNames[i]!.name), value, free: freeValue, change: value - freeValue };
  });
  return { kind: kind === "probabilities" && width > MOST ? "likely" : kind, rows, live };
}

/** Whether its numbers are shares of one. */
export const areShares = ({ kind }: AnswersAt): boolean => kind !== "scaled" && kind !== "values";

/** The outputs at a step where they can be read, else those at the end: the last ones of [steps, outputs], flattened. */
function valuesAt({ outputs, outputNames, output }: Seen, step: number): ArrayLike<number> {
  const width = outputNames.length;
  if (outputs) return rowAt(outputs, Math.min(step, outputs.length / width - 1), width);
  return output.slice(-width).map((value) => value ?? Number.NaN);
}

function kindOf({ task, output, outputNames }: Seen): AnswersAt["kind"] {
  const width = outputNames.length;
  const last = output.slice(-width);
  const sum = last.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0);
  const positive = last.every((value) => value !== null && value >= 0 && value <= 1);
  if (positive && width > 1 && Math.abs(sum - 1) < 1e-3) return "probabilities";
  if (positive && width === 1 && task === "classify") return "probability";
  return task === "forecast" || task === "regress" ? "scaled" : "values";
}
