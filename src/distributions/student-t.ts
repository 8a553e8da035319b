import { checkRange } from "../util/checks.js";
import { normal as deviate } from "../util/normal.js";
import { LEAST, type Distribution, type Family } from "./distribution.js";
import { drawGamma } from "./draws.js";
import { digamma, incompleteBeta, logBeta, normalQuantile } from "./special.js";

/**
 * Student's t distribution with ν degrees of freedom, moved and stretched: μ + σ t(ν).
 * @param options.location μ, default 0
 * @param options.scale σ > 0, default 1; the variance is σ² ν / (ν − 2)
 * @param options.degreesOfFreedom ν > 0; the mean needs ν > 1 and is NaN below, as the CRPS is Infinity
 */
export function studentT({
  location = 0,
  scale = 1,
  degreesOfFreedom: nu,
}: {
  location?: number;
  scale?: number;
  degreesOfFreedom: number;
}): Distribution {
  checkRange("studentT", "location", location);
  checkRange("studentT", "scale", scale, Number.MIN_VALUE);
  checkRange("studentT", "degreesOfFreedom", nu, Number.MIN_VALUE);
  const zOf = (y: number) => (y - location) / scale;
  return {
    mean: nu > 1 ? location : NaN,
    variance: nu > 2 ? (scale * scale * nu) / (nu - 2) : Infinity,
    logProbability: (y) => logDensity(zOf(y), nu) - Math.log(scale),
    cdf: (y) => cdf(zOf(y), nu),
    quantile: (p) => location + scale * quantile(checkRange("studentT.quantile", "p", p, 0, 1), nu),
    crps: (y) => scale * crps(zOf(y), nu),
    sample: (random) => location + scale * deviate(random) * Math.sqrt(nu / (2 * drawGamma(random, nu / 2))),
  };
}

function logDensity(z: number, nu: number): number {
  return -0.5 * (nu + 1) * Math.log1p((z * z) / nu) - logBeta(0.5, nu / 2) - 0.5 * Math.log(nu);
}

/** Abramowitz and Stegun 26.7.1. */
function cdf(z: number, nu: number): number {
  const tail = 0.5 * incompleteBeta(nu / (nu + z * z), (z * z) / (nu + z * z), nu / 2, 0.5);
  return z > 0 ? 1 - tail : tail;
}

/** Jordan, Krüger and Lerch 2019, "Evaluating probabilistic forecasts with scoringRules", appendix A. */
function crps(z: number, nu: number): number {
  if (nu <= 1) return Infinity;
  const spread = Math.exp(logBeta(0.5, nu - 0.5) - 2 * logBeta(0.5, nu / 2));
  const density = Math.exp(logDensity(z, nu));
  return z * (2 * cdf(z, nu) - 1) + (2 * density * (nu + z * z) - 2 * Math.sqrt(nu) * spread) / (nu - 1);
}

/**
 * Newton's method on ln F from the normal quantile, kept between bounds that close in; beyond −1 by ln |z|, in which ln F is nearly a straight
 * line, since the tail is a power of z.
 */
function quantile(p: number, nu: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : Infinity;
  if (p > 0.5) return -quantile(1 - p, nu);
  let z = normalQuantile(p);
  let [low, high] = [-Infinity, 0];
  for (let i = 0; i < 100 && z < 0; i++) {
    const value = Math.log(cdf(z, nu));
    const error = value - Math.log(p);
    if (error > 0) high = z;
    else low = z;
    const step = error * Math.exp(value - logDensity(z, nu));
    let next = z < -1 ? z * Math.exp(-step / z) : z - step;
    if (!(next > low && next < high)) next = low === -Infinity ? 2 * z : (low + high) / 2;
    if (Math.abs(next - z) <= 1e-14 * Math.abs(z)) return next;
    z = next;
  }
  return z;
}

/** Below two degrees of freedom a forecast has no variance, and a few outliers drive the likelihood; DeepAR's code has the same bound. */
const LEAST_FREEDOM = 2 + LEAST;

export const studentTFamily: Family = {
  parameters: ["location", "scale", "degreesOfFreedom"],
  bounds: [-Infinity, LEAST, LEAST_FREEDOM],
  counts: false,
  at: (p, i) =>
    studentT({ location: p[i]!, scale: Math.max(p[i + 1]!, LEAST), degreesOfFreedom: Math.max(p[i + 2]!, LEAST_FREEDOM) }), // prettier-ignore
  negativeLogLikelihood(y, p, i, dp) {
    const sigma = Math.max(p[i + 1]!, LEAST);
    const nu = Math.max(p[i + 2]!, LEAST_FREEDOM);
    const z = (y - p[i]!) / sigma;
    const share = ((nu + 1) * z * z) / (nu + z * z);
    dp[i] = (-(nu + 1) * z) / (nu + z * z) / sigma;
    dp[i + 1] = (1 - share) / sigma;
    dp[i + 2] = -0.5 * (digamma((nu + 1) / 2) - digamma(nu / 2) - 1 / nu - Math.log1p((z * z) / nu) + share / nu);
    return Math.log(sigma) - logDensity(z, nu);
  },
};
