/** Losses of point forecasts, one for each value; `averages.ts` makes scores of them. NaN stands where a denominator is zero. */

type Values = ArrayLike<number>;

/** |y − ŷ| */
export function absoluteErrors(truth: Values, forecast: Values): Float64Array {
  return Float64Array.from(truth, (y, i) => Math.abs(y - forecast[i]!));
}

/** (y − ŷ)² */
export function squaredErrors(truth: Values, forecast: Values): Float64Array {
  return Float64Array.from(truth, (y, i) => (y - forecast[i]!) ** 2);
}

/**
 * 200 |y − ŷ| / (|y| + |ŷ|), in per cent: its mean is sMAPE as the M4 competition computed it (Makridakis, Spiliotis and
 * Assimakopoulos 2020, section 2.2). NaN where y = ŷ = 0, which has none.
 */
export function symmetricErrors(truth: Values, forecast: Values): Float64Array {
  return Float64Array.from(truth, (y, i) => {
    return (200 * Math.abs(y - forecast[i]!)) / (Math.abs(y) + Math.abs(forecast[i]!));
  });
}

/**
 * Losses in the unit of their series: the mean of |y − ŷ| / s is MASE (Hyndman and Koehler 2006, equation 3), the root of the mean of
 * (y − ŷ)² / s² is RMSSE (Makridakis, Spiliotis and Assimakopoulos 2022, the M5 competition, section 3.1).
 * @param scales by value, as `naiveScale` gives them for its series; a value whose scale is NaN or 0 gets NaN
 */
export function scaledBy(losses: Values, scales: Values): Float64Array {
  return Float64Array.from(losses, (loss, i) => (scales[i]! > 0 ? loss / scales[i]! : NaN));
}

export interface ScaleOptions {
  /** Steps of a season, m. Default 1. */
  readonly season?: number;
  /** Mean of absolute values, for MASE, or of squares, for RMSSE. Default 1. */
  readonly power?: 1 | 2;
  /** Leaves out what lies before the first value that is not 0, as the M5 competition did: the product was not sold yet. Default false. */
  readonly fromFirstDemand?: boolean;
}

/**
 * What errors of a series are measured in: the mean of |y[t] − y[t − m]| (or of its square) over the values known at the origin.
 * @returns NaN for a series without m + 1 values, 0 for one that never changes; pairs with a missing value (NaN) are left out
 */
export function naiveScale(
  values: Values,
  { season = 1, power = 1, fromFirstDemand = false }: ScaleOptions = {},
): number {
  let first = 0;
  if (fromFirstDemand) while (first < values.length && values[first] === 0) first++;
  let [sum, count] = [0, 0];
  for (let t = first + season; t < values.length; t++) {
    const change = Math.abs(values[t]! - values[t - season]!);
    if (Number.isNaN(change)) continue;
    sum += change ** power;
    count++;
  }
  return sum / count;
}
