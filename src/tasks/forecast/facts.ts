/** What a report says about the data, and the options with everything that was found out filled in. */
import type { Doubt } from "./doubt/doubt.js";
import { isoOf, type Frame } from "./frame.js";
import type { ForecastOptions } from "./options.js";
import type { ForecastPlan } from "./pipeline.js";
import type { Samples } from "./samples.js";
import { countGaps, showStep } from "./steps.js";

export function settingsFilledIn(options: ForecastOptions, plan: ForecastPlan): Record<string, unknown> {
  const { roles, lookback, season, residual, level, cycles } = plan;
  return {
    ...options,
    lookback,
    residual,
    level,
    calendar: cycles.length === 0 ? "none" : cycles,
    ...(season !== null && { season }),
    ...(roles.time !== null && { time: roles.time }),
    ...(roles.past.length > 0 && { past: roles.past }),
  };
}

export function factsOf(
  rows: number,
  frame: Frame,
  plan: ForecastPlan,
  samples: Readonly<Record<string, Samples | null>>,
): [name: string, text: string][] {
  const { roles, step, season, cycles } = plan;
  const facts: [string, string][] = [["rows", String(rows)]];
  const excerpt = roles.id === null && frame.series.length > 1;
  if (excerpt)
    facts.push(["read from disk", `settings and measures from an evenly spaced excerpt of ${frame.rows.length} rows`]);
  if (roles.id !== null) facts.push(["series", `${frame.series.length}, by ${roles.id}`]);
  facts.push(["target", roles.targets.join(", ")]);
  if (roles.past.length > 0) facts.push(["known up to the present", roles.past.join(", ")]);
  if (roles.future.length > 0) facts.push(["known in the future", roles.future.join(", ")]);
  if (frame.times !== null) facts.push(["dates", datesOf(frame.times)]);
  if (step !== null) facts.push(["step", `${showStep(step)}, ${countGaps(frame, step)} gaps`]);
  if (plan.doubt) facts.push(["doubt", doubtText(plan.doubt, !!samples["calibration"])]);
  if (plan.deepar) facts.push(["lags", plan.deepar.lags.join(", ")]);
  facts.push(["season", season === null ? "none found" : `${season} steps`]);
  facts.push(["calendar", cycles.length === 0 ? "not looked at" : cycles.join(", ")]);
  const missing = roles.targets.map((name) => frame.columns[name]!.filter(Number.isNaN).length);
  if (missing.some((n) => n > 0)) facts.push(["targets missing", `${missing.join(", ")} rows, filled by ${plan.missing}; never counted as truth`]); // prettier-ignore
  for (const [part, some] of Object.entries(samples))
    if (some !== null && some.count > 0) facts.push([`${part} part`, partOf(some)]);
  return facts;
}

function doubtText({ head, levels, conformal }: Doubt, calibrated: boolean): string {
  const source = head === "point" ? "" : head === "quantiles" ? " by the network" : ` by a distribution (${head})`;
  const part = conformal ? `${source && ","} conformal by the ${calibrated ? "calibration" : "validation"} part` : "";
  return `quantiles ${levels.join(", ")}${source}${part}`;
}

function datesOf(times: Float64Array): string {
  return `${isoOf(times.reduce((a, b) => Math.min(a, b)))} to ${isoOf(times.reduce((a, b) => Math.max(a, b)))}`;
}

function partOf(samples: Samples): string {
  const { times } = samples.values.frame;
  const windows = `${samples.count} windows`;
  if (times === null) return windows;
  const origins = Float64Array.from({ length: samples.count }, (_, i) => times[samples.origin(i)]!);
  return `${windows}, horizons from ${datesOf(origins)}`;
}
