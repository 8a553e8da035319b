/**
 * Small probabilities as m · 2^(256·e), 2^-256 ≤ m < 1, in two arrays: the range of logarithms, with additions and products in place
 * of exponentials and logarithms. Zero is m = 0 with an exponent below all others.
 */
const UP = 2 ** 256;
const DOWN = 2 ** -256;
const LN_UP = 256 * Math.LN2;
/** Far from the least int32, so that an exponent can still be added to it. */
const LEAST = -(2 ** 30);

export class WideNumbers {
  readonly m: Float64Array;
  readonly e: Int32Array;

  constructor(length: number) {
    this.m = new Float64Array(length);
    this.e = new Int32Array(length).fill(LEAST);
  }

  clear(from: number, to: number): void {
    this.m.fill(0, from, to);
    this.e.fill(LEAST, from, to);
  }

  setOne(i: number): void {
    this.m[i] = DOWN;
    this.e[i] = 1;
  }

  /** this[i] = e^x, x ≤ 0 */
  setExp(i: number, x: number): void {
    if (x === -Infinity) return this.clear(i, i + 1);
    const e = x > -LN_UP ? 0 : Math.ceil(x / LN_UP);
    const m = Math.exp(x - e * LN_UP);
    this.m[i] = m < 1 ? m : DOWN;
    this.e[i] = m < 1 ? e : e + 1;
  }

  /** As an ordinary number; 0 where it is too small for one. */
  at(i: number): number {
    return this.m[i]! * scaleOf(this.e[i]!);
  }

  /** ln(this[i] + this[j]) */
  logOfSum(i: number, j: number): number {
    const e = Math.max(this.e[i]!, this.e[j]!);
    const sum = this.m[i]! * scaleOf(this.e[i]! - e) + this.m[j]! * scaleOf(this.e[j]! - e);
    return sum === 0 ? -Infinity : Math.log(sum) + e * LN_UP;
  }
}

function scaleOf(e: number): number {
  return e === 0 ? 1 : e < -3 ? 0 : UP ** e;
}

/**
 * One step of a chain: y[s] = x[s] + x[s + by] (+ x[s + 2·by] where `skips` has a 1), s from low to high. Rows y and x begin at these
 * places of `numbers`, and have two zeros on the side from which is read. What is smaller by more than 2^256 changes nothing in a
 * float64. The sums are brought back into their bounds by {@link weigh}.
 */
export function advance(
  { m, e }: WideNumbers,
  y: number,
  x: number,
  by: 1 | -1,
  [low, high]: readonly [number, number],
  skips: Uint8Array,
): void {
  for (let s = low; s < high; s++) {
    let [sum, scale] = [m[x + s]!, e[x + s]!];
    const reach = skips[by < 0 ? s : s + 2] ? 2 : 1;
    for (let n = 1, from = x + s + by; n <= reach; n++, from += by) {
      const ahead = e[from]! - scale;
      if (ahead === 0) sum += m[from]!;
      else if (ahead === -1) sum += m[from]! * DOWN;
      else if (ahead > 0) {
        sum = m[from]! + (ahead === 1 ? sum * DOWN : 0);
        scale += ahead;
      }
    }
    m[y + s] = sum;
    e[y + s] = scale;
  }
}

/** y[s] *= p[at + symbols[s]], s from low to high. */
export function weigh(
  { m, e }: WideNumbers,
  y: number,
  p: WideNumbers,
  at: number,
  [low, high]: readonly [number, number],
  symbols: Int32Array,
): void {
  const [pm, pe] = [p.m, p.e];
  for (let s = low; s < high; s++) {
    const k = at + symbols[s]!;
    let [value, scale] = [m[y + s]! * pm[k]!, e[y + s]! + pe[k]!];
    if (value >= 1) {
      value *= DOWN;
      scale++;
    } else if (value < DOWN) {
      value *= UP;
      scale = value > 0 ? scale - 1 : LEAST;
    }
    m[y + s] = value;
    e[y + s] = scale;
  }
}

/** out[symbols[s]] -= a[i + s] · b[j + s] / e^ln, s from low to high; each is no more than 1 but for rounding. */
export function takeShares(
  out: Float64Array,
  a: WideNumbers,
  i: number,
  b: WideNumbers,
  j: number,
  ln: number,
  [low, high]: readonly [number, number],
  symbols: Int32Array,
): void {
  const whole = Math.round(ln / LN_UP);
  const factor = 1 / Math.exp(ln - whole * LN_UP);
  for (let s = low; s < high; s++) {
    const scale = a.e[i + s]! + b.e[j + s]! - whole;
    if (scale > -4) out[symbols[s]!]! -= a.m[i + s]! * b.m[j + s]! * factor * scaleOf(scale);
  }
}
