/** How good forecasts are, and whether one is better than another by more than chance. */

export interface Score {
  /** Mean absolute error, and root of the mean squared error, in the unit of the values. */
  mae: number;
  rmse: number;
}

export function score(truth: readonly number[], forecast: readonly number[]): Score {
  const errors = truth.map((value, i) => forecast[i]! - value);
  return { mae: mean(errors.map(Math.abs)), rmse: Math.sqrt(mean(errors.map((e) => e * e))) };
}

/** By how much b's absolute error exceeds a's, on average, and the 95 % interval of that. */
export interface Difference {
  mean: number;
  low: number;
  high: number;
}

/**
 * Diebold and Mariano (1995) on absolute errors, for forecasts one step ahead: the differences of the errors day by day, their
 * mean, and its standard error.
 */
export function compare(truth: readonly number[], a: readonly number[], b: readonly number[]): Difference {
  const differences = truth.map((value, i) => Math.abs(b[i]! - value) - Math.abs(a[i]! - value));
  const centre = mean(differences);
  const deviation = Math.sqrt(mean(differences.map((d) => (d - centre) ** 2)));
  const margin = (1.96 * deviation) / Math.sqrt(differences.length);
  return { mean: centre, low: centre - margin, high: centre + margin };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
