/** Judgements of prediction intervals, one for each value. */
import { checkRange } from "../../../util/checks.js";

type Values = ArrayLike<number>;

export interface Intervals {
  readonly lower: Values;
  readonly upper: Values;
}

/** 1 where l ≤ y ≤ u, else 0: the mean is the coverage, to be held against the nominal one. NaN where the interval is. */
export function covered(truth: Values, { lower, upper }: Intervals): Float64Array {
  return Float64Array.from(truth, (y, i) => {
    if (Number.isNaN(lower[i]! + upper[i]! + y)) return NaN;
    return y >= lower[i]! && y <= upper[i]! ? 1 : 0;
  });
}

/** u − l, in the unit of y. */
export function widths({ lower, upper }: Intervals): Float64Array {
  return Float64Array.from(upper, (u, i) => u - lower[i]!);
}

/**
 * The interval score, which Winkler (1972) proposed: (u − l) + 2/α (l − y)⁺ + 2/α (y − u)⁺ with α = 1 − coverage (Gneiting and Raftery
 * 2007, equation 43). Divided by the scale of MASE its mean is MSIS of the M4 competition.
 * @param coverage nominal, above 0 and below 1, such as 0.95
 */
export function intervalScores(truth: Values, intervals: Intervals, coverage: number): Float64Array {
  checkRange("intervalScores", "coverage", coverage, Number.MIN_VALUE, 1 - Number.EPSILON / 2);
  const penalty = 2 / (1 - coverage);
  const { lower, upper } = intervals;
  return Float64Array.from(truth, (y, i) => {
    const [l, u] = [lower[i]!, upper[i]!];
    // A NaN bound must not look like a good one: Math.max keeps it.
    return u - l + penalty * (Math.max(l - y, 0) + Math.max(y - u, 0));
  });
}
