/** Errors of forecasts in raw units. All lists are [samples · horizon · targets]. */

export interface Shape {
  readonly horizon: number;
  /** Targets. */
  readonly K: number;
}

/**
 * Mean absolute and root mean squared error; sMAPE = 200 % · mean |y − ŷ| / (|y| + |ŷ|), 0 where both are 0 (Makridakis 1993, as the
 * M4 competition used it); MASE = mean of |y − ŷ| / s with s the mean absolute error of the seasonal naive forecast, one step ahead,
 * in the training part of the series (Hyndman and Koehler 2006, equation 3).
 * @param scales by sample and target, s; NaN where there is none, which leaves the sample out of MASE
 */
export function errorsOf(
  truth: ArrayLike<number>,
  forecast: ArrayLike<number>,
  scales: ArrayLike<number>,
  { horizon, K }: Shape,
): { RMSE: number; MAE: number; sMAPE: number; MASE: number } {
  let [squares, absolute, symmetric, scaled, judged] = [0, 0, 0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    const error = Math.abs(truth[i]! - forecast[i]!);
    const size = Math.abs(truth[i]!) + Math.abs(forecast[i]!);
    squares += error * error;
    absolute += error;
    symmetric += size === 0 ? 0 : error / size;
    const scale = scales[Math.floor(i / (horizon * K)) * K + (i % K)]!;
    if (!(scale > 0)) continue;
    scaled += error / scale;
    judged++;
  }
  const n = truth.length;
  return { RMSE: Math.sqrt(squares / n), MAE: absolute / n, sMAPE: (200 * symmetric) / n, MASE: scaled / judged };
}

/** The values of one target. */
export function targetOf(values: ArrayLike<number>, k: number, K: number): Float64Array {
  return Float64Array.from({ length: values.length / K }, (_, i) => values[i * K + k]!);
}

/** Mean absolute error of each step of the horizon, over all samples of one target. */
export function errorByStep(truth: ArrayLike<number>, forecast: ArrayLike<number>, horizon: number): number[] {
  const sums = new Array<number>(horizon).fill(0);
  for (let i = 0; i < truth.length; i++) sums[i % horizon]! += Math.abs(truth[i]! - forecast[i]!);
  return sums.map((sum) => (sum * horizon) / truth.length);
}

/** Mean |x[t] − x[t − m]|: what MASE is measured in. NaN for a series without m + 1 values, or that never changes. */
export function naiveError(values: Float64Array, m: number): number {
  let [sum, count] = [0, 0];
  for (let t = m; t < values.length; t++) {
    const error = Math.abs(values[t]! - values[t - m]!);
    if (Number.isNaN(error)) continue;
    sum += error;
    count++;
  }
  return sum > 0 ? sum / count : NaN;
}
