/** Pictures of doubt: fans over the horizon, and how much of the truth they hold. */
import type { Picture } from "../../../runs/evaluation.js";
import { isoOf, type Series } from "../frame.js";
import type { Samples } from "../samples.js";
import { bandsOf, type Band, type Doubt } from "./doubt.js";
import type { Outlook } from "./outlook.js";

/** Fans of so many series, and of so many targets. */
const SERIES = 3;
const TARGETS = 3;

/** Windows that a fan of single steps goes over. */
const STEPS = 120;

export function doubtPictures(samples: Samples, truth: Float64Array, outlook: Outlook, { levels }: Doubt): Picture[] {
  const bands = bandsOf(levels);
  const { targets, horizon } = samples.settings;
  const lasts = lastOfSeries(samples).slice(0, targets.length > 1 ? 1 : SERIES);
  const fans = lasts.flatMap((i) =>
    targets
      .slice(0, TARGETS)
      .map((_, k) => (horizon > 1 ? horizonFan : stepsFan)(samples, truth, outlook, bands, i, k)),
  );
  if (horizon === 1 || bands.length === 0) return fans;
  return [...fans, coveragePicture(truth, outlook, bands, horizon, targets.length)];
}

/** The last window of each series, those with most windows first. */
function lastOfSeries(samples: Samples): number[] {
  const found = new Map<Series, { last: number; count: number }>();
  for (let i = 0; i < samples.count; i++) {
    const series = samples.seriesOf(i);
    const before = found.get(series);
    const later = !before || samples.origin(i) > samples.origin(before.last);
    found.set(series, { last: later ? i : before.last, count: (before?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count).map(({ last }) => last);
}

function titleOf(
  { settings, seriesOf }: { settings: Samples["settings"]; seriesOf: string | null },
  k: number,
): string {
  return `${settings.targets[k]}${seriesOf === null ? "" : `, series ${seriesOf}`}`;
}

/** What was known, and from there all steps of the horizon. */
function horizonFan(
  samples: Samples,
  truth: Float64Array,
  outlook: Outlook,
  bands: readonly Band[],
  i: number,
  k: number,
): Picture {
  const { horizon, lookback, targets } = samples.settings;
  const K = targets.length;
  const { begin, id } = samples.seriesOf(i);
  const origin = samples.origin(i);
  const past = Math.min(origin - begin, Math.max(lookback, 2 * horizon));
  const history = Array.from(samples.values.raw[targets[k]!]!.subarray(origin - past, origin));
  const ahead = (values: ArrayLike<number>) =>
    Array.from({ length: horizon }, (_, h) => values[(i * horizon + h) * K + k]!);
  // The fan opens at the last known value.
  const fan = (values: ArrayLike<number>) => [...history.slice(0, -1).fill(NaN), history.at(-1)!, ...ahead(values)];
  return {
    kind: "fan",
    title: `${titleOf({ settings: samples.settings, seriesOf: id }, k)}: the last ${horizon} steps, foreseen at once`,
    x: placesOf(
      samples,
      begin,
      Array.from({ length: past + horizon }, (_, t) => origin - past + t),
    ),
    yLabel: targets[k]!,
    truth: [...history, ...ahead(truth)],
    forecast: fan(outlook.point),
    bands: bands.map(({ name, lower, upper }) => ({
      name,
      lower: fan(outlook.quantiles[lower]!),
      upper: fan(outlook.quantiles[upper]!),
    })),
  };
}

/** One step ahead, window after window of the series of window i. */
function stepsFan(
  samples: Samples,
  truth: Float64Array,
  outlook: Outlook,
  bands: readonly Band[],
  i: number,
  k: number,
): Picture {
  const { targets } = samples.settings;
  const K = targets.length;
  const series = samples.seriesOf(i);
  const windows = Array.from({ length: samples.count }, (_, j) => j)
    .filter((j) => samples.seriesOf(j) === series)
    .slice(-STEPS);
  const take = (values: ArrayLike<number>) => windows.map((j) => values[j * K + k]!);
  return {
    kind: "fan",
    title: `${titleOf({ settings: samples.settings, seriesOf: series.id }, k)}: one step ahead, with doubt`,
    x: placesOf(samples, series.begin, windows.map((j) => samples.origin(j))), // prettier-ignore
    yLabel: targets[k]!,
    truth: take(truth),
    forecast: take(outlook.point),
    bands: bands.map(({ name, lower, upper }) => ({
      name,
      lower: take(outlook.quantiles[lower]!),
      upper: take(outlook.quantiles[upper]!),
    })),
  };
}

function placesOf(samples: Samples, begin: number, steps: readonly number[]): string[] | number[] {
  const { times } = samples.values.frame;
  return times ? steps.map((step) => isoOf(times[step]!)) : steps.map((step) => step - begin);
}

function coveragePicture(
  truth: Float64Array,
  { quantiles }: Outlook,
  bands: readonly Band[],
  horizon: number,
  K: number,
): Picture {
  const inside = ({ lower, upper }: Band, h: number) => {
    let [sum, count] = [0, 0];
    for (let k = 0; k < truth.length; k++) {
      if (Math.floor(k / K) % horizon !== h) continue;
      if (truth[k]! >= quantiles[lower]![k]! && truth[k]! <= quantiles[upper]![k]!) sum++;
      count++;
    }
    return sum / count;
  };
  return {
    kind: "horizon",
    title: "Share of the truth inside the intervals by step of the horizon",
    yLabel: "coverage",
    lines: bands.map((band) => ({
      name: `${band.name} foreseen`,
      values: Array.from({ length: horizon }, (_, h) => inside(band, h)),
    })),
  };
}
