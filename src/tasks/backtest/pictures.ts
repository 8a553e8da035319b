/** Pictures of a backtest: forecasts from each origin over the truth, the last of them with doubt, and the error by step. */
import type { Entry, Judge, Picture } from "../../runs/evaluation.js";
import { isoOf } from "../forecast/frame.js";
import { bandsOf } from "../forecast/doubt/doubt.js";
import type { Assembly } from "./assemble.js";
import type { Forecasts } from "./forecasts.js";

/** Steps that a picture goes over at most, the last ones; and series or targets that have one. */
const SHOWN = 500;
const MOST = 3;

export function picturesOf(
  forecasts: Forecasts,
  byStep: readonly { readonly entries: readonly Entry[] }[],
  judge: Judge,
  assembly: Assembly,
): Picture[] {
  const { targets, levels } = assembly;
  const several = targets.length > 1 ? 1 : MOST;
  const busiest = seriesByWindows(forecasts).slice(0, several);
  const over = busiest.flatMap((windows) =>
    targets.slice(0, MOST).flatMap((_, k) => {
      const fan = levels.length > 0 ? [fanPicture(forecasts, windows.at(-1)!, k, assembly)] : [];
      return [originsPicture(forecasts, windows, k, assembly), ...fan];
    }),
  );
  if (byStep.length < 2) return over;
  const lineOf = (metric: string) =>
    byStep[0]!.entries
      .map(({ name }, e) => ({ name, values: byStep.map(({ entries }) => entries[e]!.values[metric] ?? NaN) }))
      .filter(({ values }) => values.some((value) => !Number.isNaN(value)));
  const coverage = bandsOf(levels).map(({ name }) => ({
    name: `${name} foreseen`,
    values: byStep.map(({ entries }) => entries[0]!.values[`coverage ${name}`]!),
  }));
  const inside: Picture[] = coverage.length > 0 ? [{ kind: "horizon", title: "Share of the truth inside the intervals by step of the horizon", yLabel: "coverage", lines: coverage }] : []; // prettier-ignore
  return [
    ...over,
    { kind: "horizon", title: `${judge.name} by step of the horizon`, yLabel: judge.name, lines: lineOf(judge.name) },
    ...inside,
  ];
}

/** Windows of each series in order of time, those of the series with most of them first. */
function seriesByWindows({ places }: Forecasts): number[][] {
  const out = new Map<number, number[]>();
  for (const [w, { series }] of places.entries()) out.set(series, [...(out.get(series) ?? []), w]);
  const start = (w: number) => places[w]!.start;
  return [...out.values()].sort((a, b) => b.length - a.length).map((own) => own.sort((a, b) => start(a) - start(b)));
}

function titleOf({ frame, targets }: Assembly, series: number, k: number): string {
  const { id } = frame.series[series]!;
  return id === null ? targets[k]! : `${targets[k]!}, series ${id}`;
}

function originsPicture(forecasts: Forecasts, windows: readonly number[], k: number, assembly: Assembly): Picture {
  const { frame, targets, horizon } = assembly;
  const { places, entries } = forecasts;
  const { series, start: last } = places[windows.at(-1)!]!;
  const begin = Math.max(frame.series[series]!.begin, places[windows[0]!]!.start - horizon, last + horizon - SHOWN);
  const steps = Array.from({ length: last + horizon - begin }, (_, i) => begin + i);
  const shown = windows.filter((w) => places[w]!.start >= begin);
  return {
    kind: "origins",
    title: `${titleOf(assembly, series, k)}: forecasts from ${shown.length} origins over the truth`,
    x: axisOf(assembly, series, steps),
    yLabel: targets[k]!,
    truth: steps.map((step) => frame.columns[targets[k]!]![step]!),
    forecasts: entries
      .filter(({ kind }, e) => kind === "network" || e === 1)
      .map(({ name, values }) => ({
        name,
        parts: shown.map((w) => ({ from: places[w]!.start - begin, values: aheadOf(values, w, k, assembly) })),
      })),
  };
}

/** What was known before an origin, and from there the forecast with its intervals. */
function fanPicture({ places, entries, quantiles }: Forecasts, w: number, k: number, assembly: Assembly): Picture {
  const { frame, targets, horizon, levels } = assembly;
  const { series, start } = places[w]!;
  const begin = Math.max(frame.series[series]!.begin, start - 3 * Math.max(horizon, 10));
  const steps = Array.from({ length: start + horizon - begin }, (_, i) => begin + i);
  const truth = steps.map((step) => frame.columns[targets[k]!]![step]!);
  // The fan opens at the last known value.
  const fan = (values: Float64Array) => [...truth.slice(0, start - begin - 1).fill(NaN), truth[start - begin - 1] ?? NaN, ...aheadOf(values, w, k, assembly)]; // prettier-ignore
  return {
    kind: "fan",
    title: `${titleOf(assembly, series, k)}: the forecast from the last origin`,
    x: axisOf(assembly, series, steps),
    yLabel: targets[k]!,
    truth,
    forecast: fan(entries[0]!.values),
    bands: bandsOf(levels).map(({ name, lower, upper }) => ({
      name,
      lower: fan(quantiles[lower]!),
      upper: fan(quantiles[upper]!),
    })),
  };
}

function aheadOf(values: Float64Array, w: number, k: number, { horizon, targets }: Assembly): number[] {
  const K = targets.length;
  return Array.from({ length: horizon }, (_, h) => values[(w * horizon + h) * K + k]!);
}

function axisOf({ frame }: Assembly, series: number, steps: readonly number[]): string[] | number[] {
  const { begin } = frame.series[series]!;
  return frame.times ? steps.map((step) => isoOf(frame.times![step]!)) : steps.map((step) => step - begin);
}
