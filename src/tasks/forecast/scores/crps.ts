/** The continuous ranked probability score ∫ (F(x) − 1{x ≥ y})² dx (Matheson and Winkler 1976), in the unit of y; of a point |y − ŷ|. */
import { check } from "../../../util/errors.js";

type Values = ArrayLike<number>;

export interface SampleOptions {
  /**
   * Divides the second mean by S (S − 1) instead of S²: unbiased, so that forecasts with few samples are not judged worse than those
   * with many (Ferro 2014, equation 1). Default false: the score of the empirical distribution of the samples.
   */
  readonly fair?: boolean;
}

/**
 * E|X − y| − ½ E|X − X′| over S samples of each value (Gneiting and Raftery 2007, equation 21), from their order in S log S.
 * @param samples [N, S]
 * @throws SluiceError when the samples do not fit the truth, or a fair score is asked of a single one
 */
export function crpsOfSamples(truth: Values, samples: Values, { fair = false }: SampleOptions = {}): Float64Array {
  const S = samples.length / truth.length;
  check(Number.isInteger(S) && S >= 1, () => {
    return `crpsOfSamples: expected the same number of samples for each of ${truth.length} values, got ${samples.length} in all`;
  });
  check(!fair || S >= 2, () => "crpsOfSamples: the fair score needs at least two samples of each value, got one");
  const pairs = fair ? S * (S - 1) : S * S;
  return Float64Array.from(truth, (y, i) => {
    const sorted = Float64Array.from({ length: S }, (_, s) => samples[i * S + s]!).sort();
    let [distance, spread] = [0, 0];
    for (let s = 0; s < S; s++) {
      distance += Math.abs(sorted[s]! - y);
      spread += (2 * s - S + 1) * sorted[s]!; // Σ|x − x′| over all ordered pairs is twice this
    }
    return distance / S - spread / pairs;
  });
}

/**
 * In closed form for a normal distribution: σ (z (2 Φ(z) − 1) + 2 φ(z) − 1/√π), z = (y − μ) / σ (Gneiting et al. 2005, equation 5).
 * With σ = 0 it is |y − μ|.
 */
export function crpsOfNormal(truth: Values, mean: Values, deviation: Values): Float64Array {
  return Float64Array.from(truth, (y, i) => {
    const [mu, sigma] = [mean[i]!, deviation[i]!];
    if (sigma === 0) return Math.abs(y - mu);
    const z = (y - mu) / sigma;
    return sigma * (z * (2 * normalCdf(z) - 1) + 2 * normalDensity(z) - 1 / Math.sqrt(Math.PI));
  });
}

const normalDensity = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** Where the distribution function is 0 or 1 to the last bit of a float64 beside 1. */
const TAIL = 8.3;

/** Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …), to about 1e-15 absolute (Marsaglia 2004, Journal of Statistical Software 11, 4). */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  if (Math.abs(z) > TAIL) return z < 0 ? 0 : 1;
  let [sum, term] = [z, z];
  for (let i = 3, before = 0; sum !== before; i += 2) {
    before = sum;
    term *= (z * z) / i;
    sum += term;
  }
  return 0.5 + sum * normalDensity(z);
}
