import { checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { scalerOf, type Scaler, type Statistics } from "./scaler.js";

/** Ranges below this count as constant, and are not divided by (scikit-learn's _handle_zeros_in_scale). */
const TINY = 10 * Number.EPSILON;

export interface MinMaxOptions {
  /** Where the smallest and the largest value of the training part go. Default [0, 1]. */
  range?: readonly [number, number];
}

/**
 * y = (x - min) / (max - min) · (high - low) + low, per column; a constant column becomes low. As scikit-learn's MinMaxScaler:
 * values outside what was fitted leave the range.
 * @throws SluiceError when the range is empty
 */
export function minMaxScaler(options: MinMaxOptions = {}): Scaler {
  const config = withDefaults("minMaxScaler", { range: [0, 1] as readonly [number, number] }, options);
  const [low, high] = checkPair("minMaxScaler", "range", config.range);
  return scalerOf({
    className: "minMaxScaler",
    config: { range: [low, high] },
    keeps: ["count", "min", "max"],
    measure(values) {
      let [min, max] = [Infinity, -Infinity];
      for (const x of values) [min, max] = [Math.min(min, x), Math.max(max, x)];
      return { count: values.length, min, max };
    },
    merge: (a, b) => ({
      count: a["count"]! + b["count"]!,
      min: Math.min(a["min"]!, b["min"]!),
      max: Math.max(a["max"]!, b["max"]!),
    }),
    affine: ({ min, max }) => ({ shift: min!, scale: notZero(max! - min!) / (high - low), offset: low }),
  });
}

/**
 * y = (x - mean) / deviation, per column, with the deviation of the population (divided by N); a constant column becomes 0. As
 * scikit-learn's StandardScaler. Batches are joined by Chan, Golub and LeVeque's update (1979), so that a stream can be fitted.
 */
export function standardScaler(options: Record<string, never> = {}): Scaler {
  withDefaults("standardScaler", {}, options);
  return scalerOf({
    className: "standardScaler",
    config: {},
    keeps: ["count", "mean", "squares"],
    measure: meanAndSquares,
    merge(a, b) {
      const count = a["count"]! + b["count"]!;
      const delta = b["mean"]! - a["mean"]!;
      const mean = a["mean"]! + (delta * b["count"]!) / count;
      const squares = a["squares"]! + b["squares"]! + (delta * delta * a["count"]! * b["count"]!) / count;
      return { count, mean, squares };
    },
    affine: (column) => ({ shift: column["mean"]!, scale: deviationOf(column), offset: 0 }),
  });
}

export interface RobustOptions {
  /** Percentiles whose distance is the unit. Default [25, 75]. */
  quantileRange?: readonly [number, number];
}

/**
 * y = (x - median) / (upper quantile - lower quantile), per column; where these are equal nothing is divided. As scikit-learn's
 * RobustScaler: quantiles are interpolated linearly.
 * @throws SluiceError when the percentiles are not rising within 0 to 100
 */
export function robustScaler(options: RobustOptions = {}): Scaler {
  const defaults = { quantileRange: [25, 75] as readonly [number, number] };
  const config = withDefaults("robustScaler", defaults, options);
  const [low, high] = checkPair("robustScaler", "quantileRange", config.quantileRange, 0, 100);
  return scalerOf({
    className: "robustScaler",
    config: { quantileRange: [low, high] },
    keeps: ["count", "median", "lower", "upper"],
    measure(values) {
      const sorted = values.slice().sort();
      const at = (percent: number) => quantile(sorted, percent / 100);
      return { count: values.length, median: at(50), lower: at(low), upper: at(high) };
    },
    affine: ({ median, lower, upper }) => ({ shift: median!, scale: notZero(upper! - lower!), offset: 0 }),
  });
}

/**
 * y = x / mean |x|, per column; a column of zeros stays as it is. It keeps zero at zero and ratios as they are, which suits
 * counts and sales of unequal size (the scaling of DeepAR, Salinas et al. 2020, section 3.3, without its added 1).
 */
export function meanScaler(options: Record<string, never> = {}): Scaler {
  withDefaults("meanScaler", {}, options);
  return scalerOf({
    className: "meanScaler",
    config: {},
    keeps: ["count", "mean"],
    measure: (values) => ({ count: values.length, mean: meanOf(values.map(Math.abs)) }),
    merge(a, b) {
      const count = a["count"]! + b["count"]!;
      return { count, mean: a["mean"]! + ((b["mean"]! - a["mean"]!) * b["count"]!) / count };
    },
    affine: (column) => ({ shift: 0, scale: column["mean"] || 1, offset: 0 }),
  });
}

function checkPair(
  where: string,
  name: string,
  pair: unknown,
  least = -Infinity,
  most = Infinity,
): readonly [number, number] {
  check(Array.isArray(pair) && pair.length === 2, () => `${where}: ${name} must be [low, high], got ${show(pair)}`);
  const [low, high] = (pair as unknown[]).map((value) => checkRange(where, name, value, least, most)) as [
    number,
    number,
  ];
  check(low < high, () => `${where}: ${name} must rise, got ${show(pair)}`);
  return [low, high];
}

function notZero(range: number): number {
  return range >= 0 && range < TINY ? 1 : range;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const x of values) sum += x;
  return sum / values.length;
}

/** Two passes, and the mean corrected by what rounding left over: columns far from zero keep their digits. */
function meanAndSquares(values: Float64Array): Statistics {
  const first = meanOf(values);
  let [rest, squares] = [0, 0];
  for (const x of values) {
    rest += x - first;
    squares += (x - first) ** 2;
  }
  const count = values.length;
  return { count, mean: first + rest / count, squares: Math.max(0, squares - (rest * rest) / count) };
}

/** scikit-learn's _is_constant_feature: a variance that rounding alone explains counts as none. */
function deviationOf({ count, mean, squares }: Statistics): number {
  const variance = squares! / count!;
  const bound = count! * Number.EPSILON * variance + (count! * mean! * Number.EPSILON) ** 2;
  return variance >= 0 && variance <= bound ? 1 : Math.sqrt(variance);
}

function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below);
}
