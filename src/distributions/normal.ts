import { checkRange } from "../util/checks.js";
import { normal as deviate } from "../util/normal.js";
import type { Distribution, Family } from "./distribution.js";
import { LEAST } from "./distribution.js";
import { normalCdf, normalDensity, normalQuantile } from "./special.js";

const LOG_SQRT_2PI = 0.9189385332046727;

/**
 * The normal distribution N(μ, σ²).
 * @param options.mean μ, default 0
 * @param options.deviation σ > 0, default 1
 */
export function normal({ mean = 0, deviation = 1 }: { mean?: number; deviation?: number } = {}): Distribution {
  checkRange("normal", "mean", mean);
  checkRange("normal", "deviation", deviation, Number.MIN_VALUE);
  const zOf = (y: number) => (y - mean) / deviation;
  return {
    mean,
    variance: deviation * deviation,
    logProbability: (y) => -0.5 * zOf(y) ** 2 - Math.log(deviation) - LOG_SQRT_2PI,
    cdf: (y) => normalCdf(zOf(y)),
    quantile: (p) => mean + deviation * normalQuantile(checkRange("normal.quantile", "p", p, 0, 1)),
    crps(y) {
      const z = zOf(y); // Gneiting et al. 2005, equation 5
      return deviation * (z * (2 * normalCdf(z) - 1) + 2 * normalDensity(z) - 1 / Math.sqrt(Math.PI));
    },
    sample: (random) => mean + deviation * deviate(random),
  };
}

export const normalFamily: Family = {
  parameters: ["mean", "deviation"],
  bounds: [-Infinity, LEAST],
  counts: false,
  at: (p, i) => normal({ mean: p[i]!, deviation: Math.max(p[i + 1]!, LEAST) }),
  negativeLogLikelihood(y, p, i, dp) {
    const sigma = Math.max(p[i + 1]!, LEAST);
    const z = (y - p[i]!) / sigma;
    dp[i] = -z / sigma;
    dp[i + 1] = (1 - z * z) / sigma;
    return 0.5 * z * z + Math.log(sigma) + LOG_SQRT_2PI;
  },
};
