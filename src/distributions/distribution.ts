import type { Random } from "../util/random.js";

/** One probability distribution of one number. */
export interface Distribution {
  readonly mean: number;
  /** Infinity where there is none. */
  readonly variance: number;
  /** ln of the density, or of the probability of a whole number; -Infinity where that is 0. */
  logProbability(y: number): number;
  /** P(Y ≤ y) */
  cdf(y: number): number;
  /** The least y with P(Y ≤ y) ≥ p, 0 < p < 1. */
  quantile(p: number): number;
  /** ∫ (F(x) − 1{x ≥ y})² dx, in the unit of y (Gneiting and Raftery 2007, section 4.2): 0 is perfect, of a certain forecast it is |y − ŷ|. */
  crps(y: number): number;
  sample(random: Random): number;
}

/** A family of distributions, as a network foresees its parameters and a loss judges them. */
export interface Family {
  /** Names of the parameters, in the order of the network's last axis. */
  readonly parameters: readonly string[];
  /** Lower bounds of the parameters; −Infinity for a location. */
  readonly bounds: readonly number[];
  /** Whether it is a distribution of counts, 0, 1, 2, … */
  readonly counts: boolean;
  /** The distribution whose parameters are p[i], p[i + 1], … */
  at(p: ArrayLike<number>, i: number): Distribution;
  /** −ln of the probability of y; writes its slopes by the parameters to dp from i on. */
  negativeLogLikelihood(y: number, p: ArrayLike<number>, i: number, dp: { [index: number]: number }): number;
}

/** Parameters of scale are at least this: smaller ones are taken for it, so that logarithms and slopes stay finite. */
export const LEAST = 1e-6;
