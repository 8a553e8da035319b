import type { Model } from "sluice";
import { calendarFeatures } from "../../../data/index.js";
import { check } from "../../../util/errors.js";
import type { Outlook } from "../doubt/outlook.js";
import type { ForecastPlan } from "../pipeline.js";
import type { Present } from "../present.js";
import type { Roles } from "../roles.js";
import { usualOf } from "../samples.js";
import { calendarColumns } from "../values.js";
import { pathOutlook, shapeOf } from "./outlook.js";
import { indicesOf, type Start } from "./tracks.js";

/** Sample paths of the steps after the last known one of each series. */
export function pathsAhead(model: Model, plan: ForecastPlan, present: Present, roles: Roles): Outlook {
  const shape = shapeOf(plan.deepar!, plan.doubt!, plan.lookback, plan.horizon);
  return pathOutlook(model, startsAhead(plan, present, roles), shape, plan.doubt!, plan.transform);
}

/** Where each series is foreseen from: after its last known step. */
export function startsAhead(plan: ForecastPlan, present: Present, { future }: Roles): Start[] {
  const { horizon, roles, cycles } = plan;
  const { known, values, scaled, ahead, times } = present;
  const calendar = calendarColumns(cycles);
  return known.series.map((series, i): Start => {
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
}
