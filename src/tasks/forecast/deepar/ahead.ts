import type { Model } from "sluice";
import { calendarFeatures } from "../../../data/index.js";
import { check } from "../../../util/errors.js";
import type { Outlook } from "../doubt/outlook.js";
import type { Frame } from "../frame.js";
import type { ForecastPlan } from "../pipeline.js";
import { usualOf } from "../samples.js";
import type { Scaling } from "../scaling.js";
import { calendarColumns, type Values } from "../values.js";
import { pathOutlook, shapeOf } from "./outlook.js";
import { indicesOf, type Start } from "./tracks.js";

/** Sample paths of the steps after the last known one of each series. */
export function pathsAhead(
  model: Model,
  plan: ForecastPlan,
  present: {
    readonly known: Frame;
    readonly values: Values;
    readonly covering: Scaling;
    readonly scaled: Readonly<Record<string, Float64Array>>;
    readonly ahead: readonly Readonly<Record<string, Float64Array>>[];
    readonly times: readonly (readonly number[] | null)[];
    readonly future: readonly string[];
  },
): Outlook {
  const { lookback, horizon, roles, transform, cycles } = plan;
  const { known, values, scaled, ahead, times, future } = present;
  const calendar = calendarColumns(cycles);
  const starts = known.series.map((series, i): Start => {
    const dates = times[i];
    check(cycles.length === 0 || !!dates, () => `forecast.predict: a single row does not say how its dates go on`);
    const turns = cycles.length === 0 ? {} : calendarFeatures([...dates!], cycles);
    const join = (name: string, more: Float64Array) => {
      const past = scaled[name]!.subarray(series.begin, series.end);
      const out = new Float64Array(past.length + horizon);
      out.set(past);
      out.set(more, past.length);
      return out;
    };
    const covariates = [
      ...future.map((name) => join(name, ahead[i]![name]!)),
      ...calendar.map((name) => join(name, turns[name]!)),
    ];
    const level = values.levels[roles.targets[0]!]!.subarray(series.begin, series.end);
    const said = [series.id, ...(series.categories ?? [])].filter((value) => value !== null);
    const categories = indicesOf(plan.deepar!, said);
    const usual = usualOf(present.covering, series.id, 1);
    return { track: { level, covariates, begin: 0, usual, categories }, origin: level.length };
  });
  const shape = shapeOf(plan.deepar!, plan.doubt!, lookback, horizon);
  return pathOutlook(model, starts, shape, plan.doubt!, transform);
}
