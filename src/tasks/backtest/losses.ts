/** Losses of every forecast value, by metric: what the tables of a backtest are averages of. */
import type { Frame } from "../forecast/frame.js";
import { bandsOf } from "../forecast/doubt/doubt.js";
import { covered, intervalScores, widths } from "../forecast/scores/intervals.js";
import { absoluteErrors, naiveScale, scaledBy, squaredErrors, symmetricErrors } from "../forecast/scores/point.js";
import { pinballLosses } from "../forecast/scores/quantiles.js";
import type { Forecasts } from "./forecasts.js";
import type { Origin } from "./origins.js";

/** Losses [N · K, horizon]: a row for each window and target. */
export interface Loss {
  readonly metric: string;
  readonly values: Float64Array;
  /** mean: the score is the mean of the losses; root: its root; rowRoots: the mean over rows of the roots of their means. */
  readonly as: "mean" | "root" | "rowRoots";
}

export interface LossSettings {
  readonly frame: Frame;
  readonly origins: readonly Origin[];
  readonly targets: readonly string[];
  readonly horizon: number;
  /** Steps of a season, for the scales. */
  readonly season: number;
  /** Of the network's quantiles. */
  readonly levels: readonly number[];
  /** Whether errors of one target of one series have a unit that says something. */
  readonly raw: boolean;
}

/** By entry, its losses; those of quantiles are the network's alone. */
export function lossesOf(forecasts: Forecasts, settings: LossSettings): Loss[][] {
  const { horizon, targets } = settings;
  const byRow = (values: Float64Array) => rowsOf(values, horizon, targets.length);
  const truth = byRow(forecasts.truth);
  const scales = scalesOf(forecasts, settings, 1);
  const squareScales = scalesOf(forecasts, settings, 2);
  return forecasts.entries.map(({ kind, values }) => {
    const forecast = byRow(values);
    const [absolute, squared] = [absoluteErrors(truth, forecast), squaredErrors(truth, forecast)];
    const inUnits: Loss[] = [
      { metric: "RMSE", values: squared, as: "root" },
      { metric: "MAE", values: absolute, as: "mean" },
    ];
    const always: Loss[] = [
      { metric: "MASE", values: scaledBy(absolute, scales), as: "mean" },
      { metric: "RMSSE", values: scaledBy(squared, squareScales), as: "rowRoots" },
      { metric: "sMAPE", values: symmetricErrors(truth, forecast), as: "mean" },
    ];
    const doubt = kind === "network" ? doubtLosses(forecasts, truth, settings.raw ? null : scales, settings) : [];
    return [...(settings.raw ? inUnits : []), ...always, ...doubt];
  });
}

/** Pinball loss, CRPS and widths are in raw units, or in those of MASE where series or targets have several. */
function doubtLosses(
  { quantiles, crps }: Forecasts,
  truth: Float64Array,
  scales: Float64Array | null,
  { horizon, targets, levels }: LossSettings,
): Loss[] {
  if (quantiles.length === 0) return [];
  const byRow = (values: Float64Array) => rowsOf(values, horizon, targets.length);
  const unit = scales ? "scaled " : "";
  const loss = (metric: string, values: Float64Array): Loss => {
    return { metric: unit + metric, values: scales ? scaledBy(values, scales) : values, as: "mean" };
  };
  const pinball = new Float64Array(truth.length);
  for (const [l, level] of levels.entries())
    for (const [i, value] of pinballLosses(truth, byRow(quantiles[l]!), level).entries()) pinball[i]! += value / levels.length; // prettier-ignore
  const bands = bandsOf(levels).flatMap(({ name, share, lower, upper }): Loss[] => {
    const interval = { lower: byRow(quantiles[lower]!), upper: byRow(quantiles[upper]!) };
    return [
      { metric: `coverage ${name}`, values: covered(truth, interval), as: "mean" },
      loss(`width ${name}`, widths(interval)),
      loss(`interval score ${name}`, intervalScores(truth, interval, share)),
    ];
  });
  return [loss("pinball", pinball), ...(crps ? [loss("CRPS", byRow(crps))] : []), ...bands];
}

/** [N, horizon, K] → [N · K, horizon]. */
export function rowsOf(values: Float64Array, horizon: number, K: number): Float64Array {
  if (K === 1) return values;
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const [h, k] = [Math.floor(i / K) % horizon, i % K];
    out[(Math.floor(i / (horizon * K)) * K + k) * horizon + h] = values[i]!;
  }
  return out;
}

/** By value, what its error is measured in: from the values of its series and target that its origin knows. */
function scalesOf({ places }: Forecasts, { frame, origins, targets, horizon, season }: LossSettings, power: 1 | 2): Float64Array {
  const K = targets.length;
  const out = new Float64Array(places.length * K * horizon);
  for (const [w, { origin, series, start }] of places.entries())
    for (const [k, name] of targets.entries()) {
      const known = frame.columns[name]!.subarray(origins[origin]!.begins[series], start);
      out.fill(naiveScale(known, { season, power }), (w * K + k) * horizon, (w * K + k + 1) * horizon);
    }
  return out;
} // prettier-ignore
