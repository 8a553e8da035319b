/** What is known where a forecast begins, and what the network sees of it. */
import type { Table } from "../../data/index.js";
import { tensor } from "../../tensor/make.js";
import type { Tensor } from "../../tensor/tensor.js";
import { check, show } from "../../util/errors.js";
import { frameOf, seriesName, type Frame, type Series } from "./frame.js";
import type { ForecastPipeline } from "./pipeline.js";
import type { Roles } from "./roles.js";
import { countScales, fromLast, inputsOf } from "./samples.js";
import type { Scaling } from "./scaling.js";
import { dateAfter, stepOf } from "./steps.js";
import { dropBeginnings, keepSteps, valuesOf, type Values } from "./values.js";

/** What is known at the end of each series, and of the steps to come. */
export interface Present {
  readonly known: Frame;
  readonly values: Values;
  readonly covering: Scaling;
  readonly scaled: Readonly<Record<string, Float64Array>>;
  /** By series, the covariates over the horizon, scaled. */
  readonly ahead: readonly Readonly<Record<string, Float64Array>>[];
  /** By series, the dates over the horizon; null without dates. */
  readonly times: readonly (readonly number[] | null)[];
}

export function readPresent(where: string, { plan, scaling }: ForecastPipeline, table: Table, roles: Roles): Present {
  const whole = frameOf(where, table, roles);
  const ends = whole.series.map((s) => knownEnd(whole, s, roles));
  const known = dropBeginnings(
    keepSteps(whole, whole.series.map((s, i) => ({ ...s, end: ends[i]! }))), // prettier-ignore
    plan.missing,
  );
  const { lookback, horizon, transform } = plan;
  const needed = lookback + (transform === "difference" ? 1 : 0);
  for (const { id, begin, end } of known.series)
    check(end - begin >= needed, () => {
      return `${where}: ${seriesName(table.source, id)} has ${end - begin} ${end - begin === 1 ? "row" : "rows"} with a target; a forecast needs at least the last ${needed}`;
    });
  const values = valuesOf(where, known, roles, plan);
  const covering = scaling.covering(values.inputs, known.series);
  const ahead = aheadOf(where, whole, ends, roles, horizon).map((columns) => covering.applyCovariates(columns));
  const times = whole.series.map((_, i) => timesAfter(whole, ends[i]!, i, horizon, plan.step));
  return { known, values, covering, scaled: covering.apply(values.inputs, known.series), ahead, times };
}

/** The windows at the ends of the series, as a network that foresees all steps at once takes them. */
export function inputsAhead(
  { plan, settings }: ForecastPipeline,
  { known, values, scaled, ahead }: Present,
  roles: Roles,
): Tensor | Tensor[] {
  const { lookback, horizon } = plan;
  const features = [...settings.targets, ...settings.past, ...settings.future];
  const seen = stack(known.series, lookback, features, (name, s, t) => scaled[name]![s.end - lookback + t]!);
  const x = settings.level ? seen : fromLast(seen, roles.targets.length);
  const future = stack(known.series, horizon, roles.future, (name, _, t, i) => ahead[i]![name]![t]!);
  const lasts = known.series.map((s) => s.end);
  const scale = settings.counts ? countScales(values.raw, roles.targets, lasts, lookback, horizon) : null;
  return inputsOf({ x, future: roles.future.length > 0 ? future : null, raw: scale && { y: scale, scale } });
}

/** The step after the last one at which a target is known. */
function knownEnd({ columns }: Frame, { begin, end }: Series, { targets }: Roles): number {
  let last = end - 1;
  while (last >= begin && targets.every((name) => Number.isNaN(columns[name]![last]!))) last--;
  return last + 1;
}

/** [S, steps, names] */
function stack(
  series: readonly Series[],
  steps: number,
  names: readonly string[],
  at: (name: string, s: Series, t: number, i: number) => number,
): Tensor {
  const D = names.length;
  const out = new Float32Array(series.length * steps * D);
  for (const [i, s] of series.entries())
    for (let t = 0; t < steps; t++)
      for (const [d, name] of names.entries()) out[(i * steps + t) * D + d] = at(name, s, t, i);
  return tensor(out, [series.length, steps, D]);
}

/** By series, the covariates over the horizon. */
function aheadOf(
  where: string,
  whole: Frame,
  ends: readonly number[],
  { future }: Roles,
  horizon: number,
): Record<string, Float64Array>[] {
  return whole.series.map(({ id, end }, i) => {
    const begin = ends[i]!;
    const given = end - begin;
    check(future.length === 0 || given >= horizon, () => {
      const needed = `${horizon} rows after the last target, with ${future.join(", ")} and the target empty`;
      return `${where}: ${seriesName(whole.source, id)} must have ${needed}; it has ${given}`;
    });
    return Object.fromEntries(
      future.map((name) => {
        const values = whole.columns[name]!.slice(begin, begin + horizon);
        const missing = values.findIndex(Number.isNaN);
        check(missing === -1, () => `${where}: column ${show(name)} has no value (${whole.placeOf(begin + missing)})`);
        return [name, values];
      }),
    );
  });
}

/** The dates of the horizon: those that the rows give, and then on by the step of the training data; null without dates. */
function timesAfter(
  { times, series, ...frame }: Frame,
  end: number,
  i: number,
  horizon: number,
  trained: ReturnType<typeof stepOf>,
): number[] | null {
  if (times === null) return null;
  const step = trained ?? stepOf({ times, series, ...frame });
  if (step === null) return null;
  const one = series[i]!;
  const given = times.subarray(end, one.end);
  return Array.from({ length: horizon }, (_, h) => {
    return given[h] ?? dateAfter(times.subarray(one.begin, one.end), step, h + 1 - given.length);
  });
}
