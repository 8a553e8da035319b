/** Losses of quantile forecasts, one for each value. */

type Values = ArrayLike<number>;

/** A forecast as quantiles: by level τ the values that y is below with that probability. */
export type Quantiles = readonly { readonly level: number; readonly values: Values }[];

/** ρ = max(τ (y − q), (τ − 1)(y − q)) (Koenker and Bassett 1978). Half the absolute error at τ = ½. */
export function pinballLosses(truth: Values, quantile: Values, level: number): Float64Array {
  return Float64Array.from(truth, (y, i) => {
    const error = y - quantile[i]!;
    return Math.max(level * error, (level - 1) * error);
  });
}

/**
 * wQL = 2 Σ ρ / Σ |y| over all values, and its mean over the levels (Park et al. 2022, equation 6; GluonTS: wQuantileLoss and
 * mean_wQuantileLoss). At τ = ½ it is the weighted absolute percentage error.
 * @returns NaN where Σ |y| is 0
 */
export function weightedQuantileLoss(
  truth: Values,
  quantiles: Quantiles,
): { mean: number; byLevel: { level: number; value: number }[] } {
  const size = sum(Float64Array.from(truth, Math.abs));
  const byLevel = quantiles.map(({ level, values }) => ({
    level,
    value: size === 0 ? NaN : (2 * sum(pinballLosses(truth, values, level))) / size,
  }));
  return { mean: byLevel.reduce((total, { value }) => total + value, 0) / byLevel.length, byLevel };
}

/**
 * The continuous ranked probability score from quantiles: CRPS = 2 ∫ ρ(τ) dτ (Gneiting and Ranjan 2011, equation 9) as the mean of
 * 2 ρ over the levels. An estimate, in the unit of y: close where the levels lie evenly and close together, such as 0.05, 0.1 … 0.95.
 */
export function crpsOfQuantiles(truth: Values, quantiles: Quantiles): Float64Array {
  const out = new Float64Array(truth.length);
  for (const { level, values } of quantiles) {
    const losses = pinballLosses(truth, values, level);
    for (let i = 0; i < out.length; i++) out[i]! += (2 * losses[i]!) / quantiles.length;
  }
  return out;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
