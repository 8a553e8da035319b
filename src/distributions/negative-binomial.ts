import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { LEAST, type Distribution, type Family } from "./distribution.js";
import { drawGamma, drawPoisson } from "./draws.js";
import { digamma, incompleteBeta, logGamma, normalQuantile } from "./special.js";

/**
 * The negative binomial distribution of counts by its mean μ and dispersion α, variance μ + α μ² (Salinas et al. 2020, equation 5): as
 * r = 1/α successes of probability p = 1 / (1 + α μ). With α → 0 it is Poisson's.
 * @param options.mean μ > 0
 * @param options.dispersion α > 0
 */
export function negativeBinomial({ mean, dispersion }: { mean: number; dispersion: number }): Distribution {
  checkRange("negativeBinomial", "mean", mean, Number.MIN_VALUE);
  checkRange("negativeBinomial", "dispersion", dispersion, Number.MIN_VALUE);
  const variance = mean + dispersion * mean * mean;
  const r = 1 / dispersion;
  const logProbability = (y: number) => (isCount(y) ? logMass(y, mean, dispersion) : -Infinity);
  const cdf = (y: number) => {
    const k = Math.floor(y);
    if (k < 0) return 0;
    return k === Infinity ? 1 : incompleteBeta(r / (r + mean), mean / (r + mean), r, k + 1);
  };
  /** P(k + 1) = P(k) · ratio(k) */
  const ratio = (k: number) => ((k + r) / (k + 1)) * (mean / (r + mean));
  return {
    mean,
    variance,
    logProbability,
    cdf,
    quantile(p) {
      checkRange("negativeBinomial.quantile", "p", p, 0, 1);
      if (p === 1) return Infinity;
      let k = startOf(p, mean, variance, cdf);
      let [below, mass] = [cdf(k), Math.exp(logProbability(k))];
      // Where the start is right this walk takes no step; a hair less than p counts as p, as rounding may have it.
      const target = p * (1 - 1e-14);
      for (; below < target && k < Number.MAX_SAFE_INTEGER; k++) {
        mass *= ratio(k);
        below += mass;
      }
      for (; k > 0 && below - mass >= target; k--) {
        below -= mass;
        mass /= ratio(k - 1);
      }
      return k;
    },
    crps(y) {
      // Between two whole numbers the integrand is constant; what lies beyond these quantiles counts for less than 1e-10 of the deviation.
      const last = Math.max(this.quantile(1 - 1e-12), Math.ceil(y));
      const first = Math.max(0, Math.min(Math.floor(y), this.quantile(1e-12)));
      let [F, mass, sum] = [cdf(first), Math.exp(logProbability(first)), y < first ? first - y : 0];
      for (let k = first; k <= last; k++) {
        const share = Math.min(Math.max(y - k, 0), 1); // of [k, k + 1) that lies below y
        sum += share * F * F + (1 - share) * (1 - F) * (1 - F);
        mass *= ratio(k);
        F = Math.min(1, F + mass);
      }
      return sum;
    },
    sample: (random) => drawPoisson(random, drawGamma(random, r) * dispersion * mean),
  };
}

const isCount = (y: number) => Number.isInteger(y) && y >= 0;

/** A count close to the quantile: by the normal distribution with a correction for skewness (Cornish and Fisher), then by bisection. */
function startOf(p: number, mean: number, variance: number, cdf: (k: number) => number): number {
  const z = normalQuantile(Math.min(Math.max(p, 1e-300), 1 - 1e-16));
  const deviation = Math.sqrt(variance);
  const skewness = (2 * variance - mean) / (mean * deviation);
  const guess = mean + deviation * (z + (skewness * (z * z - 1)) / 6);
  let low = -1;
  let high = Math.max(1, Math.round(guess));
  for (let step = Math.max(1, Math.ceil(0.01 * deviation)); cdf(high) < p; step *= 2) [low, high] = [high, high + step];
  for (let step = Math.max(1, Math.ceil(0.01 * deviation)); low < 0 && high > 0; step *= 2) {
    const lower = Math.max(0, high - step);
    if (cdf(lower) < p) low = lower;
    else high = lower;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return high;
}

/** ln Γ(y + r) − ln Γ(r) − ln y! + r ln p + y ln (1 − p). */
function logMass(y: number, mean: number, alpha: number): number {
  const r = 1 / alpha;
  const spread = Math.log1p(alpha * mean);
  return logRise(y, r) - logGamma(y + 1) - r * spread + y * (Math.log(alpha * mean) - spread);
}

/** Counts up to here are summed one by one: the difference of two large logarithms would lose their last digits. */
const FEW = 64;

/** ln Γ(y + r) − ln Γ(r) */
function logRise(y: number, r: number): number {
  if (y > FEW) return logGamma(y + r) - logGamma(r);
  let sum = 0;
  for (let k = 0; k < y; k++) sum += Math.log(r + k);
  return sum;
}

/** ψ(y + r) − ψ(r) */
function digammaRise(y: number, r: number): number {
  if (y > FEW) return digamma(y + r) - digamma(r);
  let sum = 0;
  for (let k = 0; k < y; k++) sum += 1 / (r + k);
  return sum;
}

export const negativeBinomialFamily: Family = {
  parameters: ["mean", "dispersion"],
  bounds: [LEAST, LEAST],
  counts: true,
  at: (p, i) => negativeBinomial({ mean: Math.max(p[i]!, LEAST), dispersion: Math.max(p[i + 1]!, LEAST) }),
  negativeLogLikelihood(y, p, i, dp) {
    check(isCount(y), () => `negativeBinomial: labels must be counts, whole numbers of at least 0, got ${show(y)}`);
    const [mean, alpha] = [Math.max(p[i]!, LEAST), Math.max(p[i + 1]!, LEAST)];
    const r = 1 / alpha;
    dp[i] = (mean - y) / (mean * (1 + alpha * mean));
    const byR = digammaRise(y, r) - Math.log1p(mean / r) + (mean - y) / (r + mean);
    dp[i + 1] = byR * r * r; // dr/dα = −r², and the loss is minus the logarithm
    return -logMass(y, mean, alpha);
  },
};
