/** Which output of a sample is explained, and what its inputs are compared with. */
import type { Baseline } from "../../explain/index.js";
import type { Tensor } from "sluice";
import { nearest } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import type { TaskName } from "../task.js";
import type { View } from "../view.js";

/** An output by its place. */
export interface Focus {
  readonly name: string;
  /** Over all outputs of the sample, flattened. */
  readonly index: number;
  /** Of a network that answers at every step: which one, from 0; else null. */
  readonly step: number | null;
  /** Whether it is the class that has the rest of the output's probability. */
  readonly opposite: boolean;
}

/**
 * The output that was asked for, or what the answer is made of: the likeliest class or piece, the first step of a forecast (its median).
 * @param output the sample's outputs, flattened
 * @param wanted a name among the view's outputs or their opposites, or its number from 0
 * @param at of a network that answers at every step, the step from 0. Default the last; of a recording that is written down the one at
 * which something is heard most clearly
 */
export function focusOf(
  view: View,
  task: TaskName,
  output: ArrayLike<number>,
  wanted?: string | number,
  at?: number,
): Focus {
  const names = view.outputs.map(({ name }) => name);
  const V = names.length;
  const steps = output.length / V;
  const every = steps > 1 || task === "generate" || task === "transcribe" || task === "translate";
  check(at === undefined || (every && Number.isInteger(at) && at >= 0 && at < steps), () => {
    return every
      ? `explain: there are steps 1 to ${steps}, got ${at! + 1}`
      : "explain: the network answers once, not at every step; leave out step";
  });
  const step = at ?? (task === "transcribe" && wanted === undefined ? clearest(output, V) : steps - 1);
  const opposites = view.outputs.flatMap((one) => one.opposite ?? []);
  const all = [...names, ...opposites];
  const k = wanted === undefined ? usual(names, task, output, step * V) : placeOf(all, wanted);
  return { name: all[k]!, index: step * V + (k % V), step: every ? step : null, opposite: k >= V };
}

/** The step whose likeliest symbol, the blank (the first) aside, stands out most. */
function clearest(output: ArrayLike<number>, V: number): number {
  const margin = (step: number) => {
    const row = Array.from({ length: V }, (_, k) => output[step * V + k]!);
    return Math.max(...row.slice(1)) - row[0]!;
  };
  const steps = Array.from({ length: output.length / V }, (_, step) => step);
  return steps.reduce((best, step) => (margin(step) > margin(best) ? step : best), 0);
}

function usual(names: readonly string[], task: TaskName, output: ArrayLike<number>, from: number): number {
  if (task === "forecast") {
    const median = names.findIndex((name) => name.endsWith(" +1 q0.5"));
    return Math.max(0, median);
  }
  if (task === "regress") return 0;
  const first = task === "transcribe" ? 1 : 0; // the blank is no answer
  let best = Math.min(first, names.length - 1);
  for (let k = best + 1; k < names.length; k++) if (output[from + k]! > output[from + best]!) best = k;
  return best;
}

function placeOf(names: readonly string[], wanted: string | number): number {
  const text = String(wanted);
  const byName = names.indexOf(text);
  const k = byName >= 0 ? byName : /^\d+$/.test(text) ? Number(text) : -1;
  check(k >= 0 && k < names.length, () => {
    const near = nearest(text, names);
    const some = names.slice(0, 12).map(show).join(", ") + (names.length > 12 ? ` and ${names.length - 12} more` : "");
    return `explain: there is no output ${show(text)}${near === undefined ? "." : `; did you mean ${show(near)}?`} There are ${some}`;
  });
  return k;
}

/** Inputs that say what is asked or there, not what was seen: they are held as they are. */
const HELD = new Set(["present", "asked", "scale"]);

/**
 * What each input is compared with: of scaled numbers zero, their mean in training; of a forecast's window its own mean, since its scale may begin
 * at the least value; of tokens the vector of zeros.
 * @param view of one sample
 */
export function baselinesFor(view: View, task: TaskName): Record<string, Baseline> {
  const arrays = (Array.isArray(view.x) ? view.x : [view.x]) as readonly Tensor[];
  return Object.fromEntries(
    view.inputs.map(({ name, kind }, i): [string, Baseline] => {
      if (HELD.has(name)) return [name, Array.from(arrays[i]!.data)];
      return [name, task === "forecast" && kind === "series" ? "mean" : "zeros"];
    }),
  );
}
