/** What a trained network and its baselines foresee at origins, each from what is known there. */
import type { Model } from "sluice";
import type { Entry } from "../../runs/evaluation.js";
import type { Frame } from "../forecast/frame.js";
import { foreseeAll, truthOf } from "../forecast/measure.js";
import { firstSteps, longEnough, settingsOf, usableWindows, type ForecastPipeline } from "../forecast/pipeline.js";
import { Samples } from "../forecast/samples.js";
import { dropBeginnings, valuesOf } from "../forecast/values.js";
import type { Origin } from "./origins.js";

const WHERE = "backtest";

/** A forecast of one series at one origin. */
export interface Place {
  /** Index of the origin. */
  readonly origin: number;
  /** Index of the series. */
  readonly series: number;
  /** The first step that is foreseen. */
  readonly start: number;
}

/** Forecasts of N windows; lists of values are [N · horizon · targets], raw. */
export interface Forecasts {
  readonly places: readonly Place[];
  readonly truth: Float64Array;
  /** The network first. */
  readonly entries: readonly { readonly name: string; readonly kind: Entry["kind"]; readonly values: Float64Array }[];
  /** By level, the network's quantiles; none where it foresees points. */
  readonly quantiles: readonly Float64Array[];
  /** The network's CRPS where its distribution is known. */
  readonly crps: Float64Array | null;
}

/** An origin with its place among all. */
export interface Numbered {
  readonly index: number;
  readonly origin: Origin;
}

/**
 * Nothing from an origin on enters its forecasts: windows end before it, scalers and the linear model are those of training, missing values
 * are filled from the past. Windows whose inputs are not all there, or whose truth is not, are left out.
 * @param fitted the origin at which the network was trained; null for one that was trained elsewhere
 */
export async function forecastsAt(
  model: Model,
  pipeline: ForecastPipeline,
  frame: Frame,
  origins: readonly Numbered[],
  fitted: Origin | null,
): Promise<Forecasts | null> {
  const plan = { ...pipeline.plan, stride: 1 };
  const whole = longEnough(WHERE, dropBeginnings(frame, plan.missing), plan);
  const values = valuesOf(WHERE, whole, plan.roles, plan, knownEnds(frame, whole, fitted));
  const scaling = pipeline.scaling.covering(values.inputs, firstSteps(whole.series, plan));
  const samples = new Samples(values, settingsOf(plan), scaling);
  const wanted = placesByRow(frame, origins);
  const placeOf = (i: number) => wanted.get(whole.rows[samples.origin(i)]!);
  const chosen = usableWindows(values, plan)
    .filter((i) => placeOf(i) !== undefined)
    .sort((a, b) => placeOf(a)!.origin - placeOf(b)!.origin || a - b);
  if (chosen.length === 0) return null;
  const subset = samples.subset(chosen);
  const settings = { ...pipeline.measureSettings(values, pipeline.linear), scaleOf: scaleOf(pipeline) };
  const { outlook, all } = await foreseeAll(model, subset, settings);
  const truth = truthOf(subset);
  return {
    places: Array.from(chosen, (i) => placeOf(i)!),
    truth,
    entries: all.map(({ name, kind, forecasts }) => ({ name: plainName(name), kind, values: forecasts })),
    quantiles: plan.doubt ? outlook.quantiles : [],
    crps: outlook.crps?.(truth) ?? null,
  };
}

/** By row of the table where a horizon begins: series may be left out, and their beginnings dropped, but rows stay what they are. */
function placesByRow(frame: Frame, origins: readonly Numbered[]): Map<number, Place> {
  const out = new Map<number, Place>();
  for (const { index, origin } of origins)
    for (const [series, start] of origin.ends.entries()) {
      if (start >= frame.series[series]!.end) continue;
      const row = frame.rows[start]!;
      // Where a series has no steps between two origins, the first of them has its forecast.
      if (!out.has(row)) out.set(row, { origin: index, series, start });
    }
  return out;
}

/** By series that is left, the step up to which missing values may be filled from both sides: what training knew. */
function knownEnds(frame: Frame, whole: Frame, fitted: Origin | null): number[] {
  const before = new Map(
    frame.series.map(({ id, end }, i) => [id, fitted === null ? Infinity : end - fitted.ends[i]!]),
  );
  return whole.series.map(({ id, begin, end }) => Math.max(begin, end - before.get(id)!));
}

/** Of series that training did not have nothing is known: their later values must not tell how far they move. */
function scaleOf({ plan: { naive, roles } }: ForecastPipeline): (id: string | null) => readonly number[] {
  const known = new Map(naive.map(({ id, errors }) => [id, errors.map((error) => error ?? NaN)]));
  const none = roles.targets.map(() => NaN);
  return (id) => known.get(id) ?? none;
}

/** How many steps the linear model sees may differ from one training to the next. */
function plainName(name: string): string {
  return name.replace(/^(linear autoregression) .*$/, "$1");
}

/** All windows together; baselines that not all of them have are left out. */
export function joined(parts: readonly Forecasts[]): Forecasts {
  const [first] = parts as [Forecasts];
  const common = first.entries.filter(({ name }) => parts.every(({ entries }) => entries.some((e) => e.name === name)));
  const of = (part: Forecasts, name: string) => part.entries.find((entry) => entry.name === name)!.values;
  return {
    places: parts.flatMap(({ places }) => places),
    truth: concatenated(parts.map(({ truth }) => truth)),
    entries: common.map(({ name, kind }) => ({
      name,
      kind,
      values: concatenated(parts.map((part) => of(part, name))),
    })),
    quantiles: first.quantiles.map((_, l) => concatenated(parts.map(({ quantiles }) => quantiles[l]!))),
    crps: parts.every(({ crps }) => crps !== null) ? concatenated(parts.map(({ crps }) => crps!)) : null,
  };
}

function concatenated(lists: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    out.set(list, at);
    at += list.length;
  }
  return out;
}
