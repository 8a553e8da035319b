/** Single units: what each is worth, and where those of a passage are on too. */
import { matchUnits, rankUnits, type Trace } from "../../explain/index.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Run } from "../run.js";
import type { View } from "../view.js";
import type { Explanation, Matches } from "./explanation.js";
import type { Focus } from "./focus.js";

/** Steps from … to − 1, from 0. */
export interface Selection {
  readonly from: number;
  readonly to: number;
  /** A unit is on where its state, above or below zero, reaches so far. Default 0.3, as in LSTMVis. */
  readonly threshold?: number;
}

/** A sample with what went on inside. */
export interface Traced {
  readonly own: Trace;
  readonly view: View;
}

/** Steps of all units together, at most: the network runs once for each unit. */
const MOST_UNIT_STEPS = 400_000;

/** Units of the layer, or of all where that is not too much work, else of the last one. */
export async function effectsOf(
  { model }: Run,
  { own: { layers }, view }: Traced,
  { index }: Focus,
  layer: string | undefined,
): Promise<Explanation["effects"]> {
  const last = layers.at(-1);
  if (!last) return [];
  const work = layers.reduce((sum, { units, steps }) => sum + units * steps, 0);
  const chosen = layer ?? (work > MOST_UNIT_STEPS ? nameOf(last.layer) : undefined);
  if (layer === undefined && last.units * last.steps > MOST_UNIT_STEPS) return [];
  return rankUnits(model, view.x, { output: index, ...(chosen !== undefined && { layer: chosen }) });
}

/** Of a layer that is used several times one name. */
function nameOf(layer: string): string {
  return layer.replace(/(?:#\d+|\[\d+\])$/, "");
}

const THRESHOLD = 0.3;
const MOST_PASSAGES = 20;

/** @param others samples in which is looked as well */
export function matchesOf(
  { own, view }: Traced,
  others: readonly Traced[],
  layer: string | undefined,
  { from, to, threshold = THRESHOLD }: Selection,
): Matches {
  const name = layer ?? own.layers.at(-1)?.layer;
  const steps = own.layers.find((one) => one.layer === name)?.steps;
  check(name !== undefined && steps !== undefined, () => {
    const known = own.layers.map((one) => one.layer).join(", ");
    return `explain: there is no recurrent layer ${show(layer)}; there are ${known}`;
  });
  check(from >= 0 && from < to && to <= steps, () => {
    return `explain: the sample has steps 1 to ${steps}, the selection goes from ${from + 1} to ${to}`;
  });
  const same = JSON.stringify(view.references);
  const all = [{ own, view }, ...others.filter((one) => JSON.stringify(one.view.references) !== same)];
  const { units, matches } = found(all, { layer: name, from, to, threshold });
  const passages = matches.map((match) => {
    const { inputs, references } = all[match.sample]!.view;
    const names = inputs.find((input) => input.kind !== "vector")!.steps[0]!;
    return { ...match, steps: names.slice(match.from, match.to), reference: references[0]! };
  });
  return { layer: name, from, to, units, threshold, passages };
}

function found(all: readonly Traced[], options: Required<Selection> & { readonly layer: string }) {
  const { layer, from, to, threshold } = options;
  const traces = all.map(({ own }) => own);
  try {
    return matchUnits(traces, { ...options, on: "either", limit: MOST_PASSAGES });
  } catch (error) {
    if (!(error instanceof SluiceError) || !error.message.includes("no unit is on")) throw error;
    const hint = `select fewer steps, another layer, or a threshold below ${threshold}`;
    throw new SluiceError(`explain: no unit of ${layer} is on all through steps ${from + 1} to ${to}; ${hint}`);
  }
}
