/** Normal deviates that are the same on every engine: log and cos from series, because Math's vary. */
import type { Random } from "./random.js";

/** Standard normal deviate (Box and Muller 1958). */
export function normal(random: Random): number {
  const u = 1 - random.uniform();
  return Math.sqrt(-2 * portableLog(u)) * cosTurn(random.uniform());
}

/** 1/23, 1/21, … 1: the series of atanh, innermost term first. */
const ODD_RECIPROCALS = Float64Array.from({ length: 12 }, (_, i) => 1 / (23 - 2 * i));
/** -1/(k(k-1)) and -1/(k(k+1)) for k = 16, 14, … 2: what one term of the series of cos and of sin is of the one before. */
const COS_FACTORS = Float64Array.from({ length: 8 }, (_, i) => -1 / ((16 - 2 * i) * (15 - 2 * i)));
const SIN_FACTORS = Float64Array.from({ length: 8 }, (_, i) => -1 / ((16 - 2 * i) * (17 - 2 * i)));

/** Natural logarithm of x in (0, 1] by frexp and atanh series, from exactly rounded operations only; error below 1e-15 relative. */
function portableLog(x: number): number {
  let exponent = 0;
  let m = x;
  while (m < 0.7071067811865476) {
    m *= 2;
    exponent--;
  }
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let sum = 0;
  for (let i = 0; i < ODD_RECIPROCALS.length; i++) sum = sum * s2 + ODD_RECIPROCALS[i]!;
  return 2 * s * sum + exponent * 0.6931471805599453;
}

/** cos(2πu) for u in [0, 1) by symmetry and Taylor series on an eighth of a turn. */
function cosTurn(u: number): number {
  const quarter = Math.round(u * 4);
  const a = (u - quarter / 4) * 6.283185307179586;
  const a2 = a * a;
  let cos = 0;
  let sin = 0;
  for (let i = 0; i < COS_FACTORS.length; i++) {
    cos = a2 * COS_FACTORS[i]! * (1 + cos);
    sin = a2 * SIN_FACTORS[i]! * (1 + sin);
  }
  const c = 1 + cos;
  const s = a * (1 + sin);
  switch (quarter % 4) {
    case 0:
      return c;
    case 1:
      return -s;
    case 2:
      return -c;
    default:
      return s;
  }
}
