/** Functions of one number that several operators share. */

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** log(1 + eˣ), which does not overflow. */
export const softplus = (x: number): number => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));

export function halfToEven(x: number): number {
  const near = Math.round(x);
  return Math.abs(x % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
}

/**
 * Up to 3 by the series erf x = 2/√π · e^(−x²) · Σ (2x²)^k x / (1·3·…·(2k+1)) (Abramowitz & Stegun 7.1.6), beyond it by the continued
 * fraction of erfc (7.1.14); either to 1e-15.
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(a) || a > 6) return Number.isNaN(a) ? a : Math.sign(x);
  const scale = Math.exp(-a * a) / Math.sqrt(Math.PI);
  if (a > 3) {
    let fraction = a;
    for (let k = 60; k > 0; k--) fraction = a + k / 2 / fraction;
    return Math.sign(x) * (1 - scale / fraction);
  }
  let [term, sum] = [a, a];
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (2 * a * a) / (2 * k + 1);
    sum += term;
  }
  return Math.sign(x) * 2 * scale * sum;
}
