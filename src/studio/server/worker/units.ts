/** What units are worth, and where else they are on. */
import { matchUnits, rankUnits, trace, type LayerTrace, type Trace, type UnitMatch } from "../../../explain/index.js";
import { Refusal } from "../problems.js";
import type { EffectsReply, MatchReply } from "../../api/index.js";
import { cellOf } from "./inside.js";
import type { Given, RunPlace } from "./methods.js";
import { onceOfData, openModel, type Opened } from "./models.js";
import { largestOf, lastStep } from "./outputs.js";
import { firstSeen, seen } from "./samples.js";

/** Samples of the run's data that are searched. */
const SEARCHED = 50;
const MOST_PASSAGES = 30;
/** Steps shown on either side of a passage. */
const AROUND = 12;

/** One sample's trace, and what its steps are. */
interface Searched {
  readonly sample: number | null;
  readonly trace: Trace;
  readonly steps: readonly string[];
}

export async function matchOf({ run: place, request }: Given<"match">): Promise<MatchReply> {
  const opened = await openModel(place);
  const { input, layer, from, to, threshold = 0.3 } = request;
  const { view } = await seen(opened, place, input);
  const [own] = await trace(opened.run.model, view.x, { outputs: false });
  const here: Searched = { sample: null, trace: own!, steps: stepsOf(view.inputs) };
  const others = await searched(opened, place);
  const all = [here, ...others.filter(({ sample }) => sample !== input.sample)];
  const traced = own!.layers.find((one) => one.layer === layer);
  if (!traced) throw new Refusal(422, `there is no recurrent layer ${layer}`);
  const fits = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= traced.steps;
  if (!fits) throw new Refusal(422, `from and to must lie in the ${traced.steps} steps`);
  const units = unitsOn(traced, from, to, threshold);
  if (units.length === 0) return { units, passages: [] };
  const traces = all.map((one) => one.trace);
  const { matches } = matchUnits(traces, { layer, sample: 0, from, to, threshold, limit: MOST_PASSAGES });
  return { units, passages: matches.map((match) => passageOf(match, all[match.sample]!)) };
}

/** Those that are on throughout, the most particular first: overlap of the steps at which each is on with the chosen ones (Jaccard). */
function unitsOn(
  { signals, steps, units }: LayerTrace,
  from: number,
  to: number,
  threshold: number,
): MatchReply["units"] {
  const state = signals["state"]!;
  const on = (step: number, unit: number) => state[step * units + unit]! >= threshold;
  const chosen = Array.from({ length: to - from }, (_, i) => from + i);
  const found = Array.from({ length: units }, (_, unit) => unit).filter((unit) =>
    chosen.every((step) => on(step, unit)),
  );
  const scored = found.map((unit) => {
    const lit = Array.from({ length: steps }, (_, step) => step).filter((step) => on(step, unit)).length;
    return { unit, score: chosen.length / lit };
  });
  return scored.sort((a, b) => b.score - a.score || a.unit - b.unit);
}

function passageOf({ from, to, similarity }: UnitMatch, { sample, steps }: Searched): MatchReply["passages"][number] {
  const begin = Math.max(0, from - AROUND);
  return { sample, from, to, steps: steps.slice(begin, to + AROUND), at: from - begin, similarity };
}

/** None where the data are not there any more. */
async function searched(opened: Opened, place: RunPlace): Promise<readonly Searched[]> {
  if ("problem" in place.data) return [];
  return onceOfData(opened, place, "traces", async () => {
    const views = await firstSeen(opened, place, SEARCHED);
    const found: Searched[] = [];
    for (const [sample, view] of views.entries()) {
      const [own] = await trace(opened.run.model, view.x, { outputs: false });
      found.push({ sample, trace: own!, steps: stepsOf(view.inputs) });
    }
    return found;
  });
}

const stepsOf = (inputs: readonly { readonly steps: readonly (readonly string[])[] }[]) =>
  inputs.map(({ steps }) => steps[0]!).find(({ length }) => length > 0) ?? [];

export async function effectsOf({ run: place, request }: Given<"effects">): Promise<EffectsReply> {
  const opened = await openModel(place);
  const { model } = opened.run;
  const { view } = await seen(opened, place, request.input);
  const last = await lastStep(model, view);
  const output = request.output ?? largestOf(last.values);
  const layer = cellOf(request.layer);
  const effects = await rankUnits(model, view.x, { layer, value: 0, scale: "output", output: last.offset + output });
  const changes = [...effects]
    .sort((a, b) => a.unit - b.unit)
    .map(({ change }) => (Number.isFinite(change) ? change : null));
  return { output, changes };
}
