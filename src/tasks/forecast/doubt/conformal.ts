/**
 * Quantiles corrected by what held-out windows show: split conformal prediction, for each level by itself, so that both ends of an
 * interval are right and not only their sum (Romano et al. 2019, arXiv 1905.03222, theorem 2; for points, signed residuals as in
 * Linusson et al. 2014). The scores are in units of how much the series has moved over the lookback, so that several series may share
 * them (normalised scores, Papadopoulos et al. 2002; Lei et al. 2018, section 5.2). Exact where windows to come are exchangeable with
 * those that were held out; in time that holds about as far as the series goes on as it was.
 */
import { check, show } from "../../../util/errors.js";
import type { Doubt } from "./doubt.js";
import type { Outlook } from "./outlook.js";

export interface Layout {
  readonly levels: readonly number[];
  readonly horizon: number;
  /** Targets. */
  readonly K: number;
}

/** By level, the correction of each step and target [horizon · K] in units of the scale. */
export type Corrections = readonly (readonly number[])[];

/** Windows that were held out. */
export interface HeldOut {
  /** [N · W] */
  readonly truth: Float64Array;
  /** [N · K], what the scores of each window are measured in. */
  readonly scales: Float64Array;
  /** By window its series. */
  readonly series: readonly unknown[];
}

/**
 * The corrections: with n scores (y − q) / s in order, for the level p below ½ the ⌊(n + 1) p⌋-th, above it the ⌈(n + 1) p⌉-th; ½ is left as
 * it is. Of several series each counts as much as another, whatever its number of windows (weights as in Tibshirani et al. 2019, arXiv
 * 1904.06019, section 2): a forecast is asked for each of them.
 * @throws SluiceError where there are too few windows for the levels
 */
export function calibrate(
  where: string,
  { quantiles }: Outlook,
  { truth, scales, series }: HeldOut,
  { levels, horizon, K }: Layout,
): Corrections {
  const width = horizon * K;
  const N = truth.length / width;
  const tail = Math.min(...levels.map((p) => Math.min(p, 1 - p)));
  const least = Math.ceil(1 / tail - 1e-9) - 1;
  check(N >= least, () => {
    return `${where}: the quantile ${show(levels.find((p) => Math.min(p, 1 - p) === tail))} needs at least ${least} held-out windows to be calibrated, and there are ${N}; take a larger share for validation (or calibration), or levels nearer to 0.5`;
  });
  const weights = weightsOf(series);
  const correction = (q: Float64Array, p: number, w: number) => {
    const scores = Float64Array.from({ length: N }, (_, i) => {
      const [error, scale] = [truth[i * width + w]! - q[i * width + w]!, scales[i * K + (w % K)]!];
      return error === 0 ? 0 : error / scale;
    });
    const found = p < 0.5 ? -ranked(scores.map((s) => -s), weights, 1 - p) : ranked(scores, weights, p); // prettier-ignore
    check(Number.isFinite(found), () => `${where}: the quantile ${p} cannot be calibrated: the series stands still`);
    return found;
  };
  return levels.map((p, l) =>
    Array.from({ length: width }, (_, w) => (p === 0.5 ? 0 : correction(quantiles[l]!, p, w))),
  );
}

/** n in all, the same for every series. */
function weightsOf(series: readonly unknown[]): Float64Array {
  const counts = new Map<unknown, number>();
  for (const one of series) counts.set(one, (counts.get(one) ?? 0) + 1);
  return Float64Array.from(series, (one) => series.length / counts.size / counts.get(one)!);
}

/** The score up to which the weights sum to (n + 1) p: with equal weights the ⌈(n + 1) p⌉-th. */
function ranked(scores: Float64Array, weights: Float64Array, p: number): number {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const wanted = (scores.length + 1) * p - 1e-9;
  let sum = 0;
  for (const i of order) {
    sum += weights[i]!;
    if (sum >= wanted) return scores[i]!;
  }
  return scores[order.at(-1)!]!;
}

/** Quantiles + correction · scale, in order again. */
export function corrected(
  outlook: Outlook,
  corrections: Corrections,
  scales: Float64Array,
  { levels, horizon, K }: Layout,
  least = -Infinity,
): Outlook {
  const width = horizon * K;
  const quantiles = outlook.quantiles.map((values, l) =>
    values.map((q, k) => {
      const correction = corrections[l]![k % width]!;
      const scale = scales[Math.floor(k / width) * K + (k % K)]!;
      return Math.max(least, correction === 0 ? q : q + correction * scale);
    }),
  );
  const row = new Float64Array(levels.length);
  for (let k = 0; k < outlook.point.length; k++) {
    for (let l = 0; l < row.length; l++) row[l] = quantiles[l]![k]!;
    row.sort();
    for (let l = 0; l < row.length; l++) quantiles[l]![k] = row[l]!;
  }
  return { ...outlook, quantiles };
}

/** Steps that the series' own scale counts for beside those of the lookback: a short lookback says little by itself. */
const PRIOR = 10;

/**
 * How much a series moves: mean |y[t] − y[t − 1]| over the lookback, drawn towards its mean over the training part.
 * @param from first step of the lookback
 * @param end the step after its last
 * @param known the mean of the training part; NaN where it is not known
 */
export function movement(values: ArrayLike<number>, from: number, end: number, known: number): number {
  let [sum, count] = Number.isNaN(known) ? [0, 0] : [PRIOR * known, PRIOR];
  for (let t = from + 1; t < end; t++) {
    sum += Math.abs(values[t]! - values[t - 1]!);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** @throws SluiceError for a checkpoint of a training that has not come to its end, where quantiles are corrected */
export function correctionsNow(where: string, corrections: Corrections | null): Corrections {
  check(corrections !== null, () => {
    return `${where}: intervals are calibrated when training ends, and this model is from before; resume its run`;
  });
  return corrections;
}

/** What no quantile is below: counts are not negative. */
export function leastOf({ head }: Doubt): number {
  return head === "negativeBinomial" ? 0 : -Infinity;
}

export function reviveCorrections(where: string, saved: unknown): Corrections | null {
  if (saved === null || saved === undefined) return null;
  const fits = Array.isArray(saved) && saved.every((list) => Array.isArray(list) && list.every(Number.isFinite));
  check(fits, () => `${where}: the saved corrections of quantiles must be lists of numbers, got ${show(saved)}`);
  return saved as Corrections;
}
