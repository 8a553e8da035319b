/** Special functions in float64: what densities, distribution functions and their slopes are made of. */

/** Coefficients B₂ₖ / (2k (2k − 1)) of Stirling's series, largest power last. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
/** B₂ₖ / (2k) of the series of ψ. */
const PSI = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];
/** From here on the series are exact to the last digits. */
const LARGE = 12;
const HALF_LOG_2PI = 0.9189385332046727;

/** ln Γ(x), x > 0: Stirling's series (Abramowitz and Stegun 6.1.41) above 12, reached by Γ(x + 1) = x Γ(x). */
export function logGamma(x: number): number {
  let [z, product] = [x, 1];
  for (; z < LARGE; z++) product *= z;
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_2PI + series(STIRLING, 1 / (z * z)) / z - Math.log(product);
}

/** ψ(x) = d ln Γ(x) / dx, x > 0 (Abramowitz and Stegun 6.3.18, reached by ψ(x + 1) = ψ(x) + 1/x). */
export function digamma(x: number): number {
  let [z, sum] = [x, 0];
  for (; z < LARGE; z++) sum -= 1 / z;
  return sum + Math.log(z) - 0.5 / z - series(PSI, 1 / (z * z)) / (z * z);
}

function series(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, c) => sum * x + c, 0);
}

/** ln B(a, b). */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/**
 * I_x(a, b), the regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun 26.5.8; modified Lentz
 * method, Numerical Recipes 6.4).
 * @param y 1 − x, given by itself so that it keeps its digits where x is close to 1
 */
export function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const logX = x > 0.5 ? Math.log1p(-y) : Math.log(x);
  const logY = y > 0.5 ? Math.log1p(-x) : Math.log(y);
  const front = Math.exp(a * logX + b * logY - logBeta(a, b));
  return x * (a + b + 2) < a + 1 ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(y, b, a)) / b;
}

const TINY = 1e-300;

function fraction(x: number, a: number, b: number): number {
  const guard = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h;
}

/** φ(z) */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

const HART_P = [220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165, 0.700383064443688, 3.52624965998911e-2]; // prettier-ignore
const HART_Q = [440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461, 16.064177579207, 1.75566716318264, 8.83883476483184e-2]; // prettier-ignore

/** Φ(z), relative error about 1e-14 in the lower tail too (Hart's algorithm 5666 as in West 2005, "Better approximations to cumulative normal functions"). */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  if (Number.isNaN(x)) return NaN;
  if (x > 38) return z > 0 ? 1 : 0;
  const e = Math.exp(-0.5 * x * x);
  const tail =
    x < 7.07106781186547
      ? (e * series(HART_P, x)) / series(HART_Q, x)
      : e / (x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))) / 2.506628274631;
  return z > 0 ? 1 - tail : tail;
}

const A = [2.506628277459239, -30.66479806614716, 138.357751867269, -275.9285104469687, 220.9460984245205, -39.69683028665376]; // prettier-ignore
const B = [1, -13.28068155288572, 66.80131188771972, -155.6989798598866, 161.5858368580409, -54.47609879822406];
const C = [2.938163982698783, 4.374664141464968, -2.549732539343734, -2.400758277161838, -0.3223964580411365, -7.784894002430293e-3]; // prettier-ignore
const D = [1, 3.754408661907416, 2.445134137142996, 0.3224671290700398, 7.784695709041462e-3];

/** Φ⁻¹(p): Acklam's rational approximation (2003), relative error 1e-9, and one step of Halley's method. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const t = Math.sqrt(-2 * Math.log(p));
  const z = p < 0.02425 ? series(C, t) / series(D, t) : (q * series(A, q * q)) / series(B, q * q);
  const e = (normalCdf(z) - p) / normalDensity(z);
  return z - e / (1 + 0.5 * z * e);
}
