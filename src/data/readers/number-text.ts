/** Decimal digits with "." and an exponent: what the languages of the field write. Not 0x1f, not Infinity, not 1,234. */
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const COMMA = /^\s*[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?\s*$/;

/** The number, or NaN where the text is none. */
export function parseNumber(text: string, decimal: "." | ","): number {
  if (decimal === ",") return COMMA.test(text) ? finite(Number(text.replace(",", "."))) : NaN;
  const value = numberAt(text, 0, text.length);
  return Number.isNaN(value) && DECIMAL.test(text) ? finite(Number(text)) : value;
}

/** 1e999 is no number that can be learned from. */
const finite = (value: number): number => (Number.isFinite(value) ? value : NaN);

/** 10ᵏ for all k for which it is exact in a double. */
const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
/** The most digits whose whole number is below 2⁵³ in any case. */
const EXACT_DIGITS = 15;

/**
 * The plain number in text[from, to), without a copy of it; NaN where it is none, or takes more than this: up to 15 digits with
 * a sign and a point. Digits and power of ten are then exact and their quotient is rounded once, so that it is the double
 * nearest to the text (Clinger 1990, "How to read floating point numbers accurately", the fast path).
 */
export function numberAt(text: string, from: number, to: number): number {
  const first = text.charCodeAt(from);
  const negative = first === 45;
  let at = negative || first === 43 ? from + 1 : from;
  let digits = 0;
  let value = 0;
  let point = -1;
  for (; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
    } else if (digit === -2 && point === -1) point = at;
    else return NaN;
  }
  if (digits === 0 || digits > EXACT_DIGITS) return NaN;
  if (point !== -1) value /= POWERS[to - point - 1]!;
  return negative ? -value : value;
}
