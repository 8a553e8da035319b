/** Decimal digits with "." and an exponent: what the languages of the field write. Not 0x1f, not Infinity, not 1,234. */
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const COMMA = /^\s*[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?\s*$/;

/** The number, or NaN where the text is none. */
export function parseNumber(text: string, decimal: "." | ","): number {
  if (decimal === ",") return COMMA.test(text) ? Number(text.replace(",", ".")) : NaN;
  const value = Number(text);
  // Number() also reads "", "0x1f" and "Infinity"; the pattern is only tried on what could be one of those.
  return value - value === 0 && plain(text) ? value : NaN;
}

/** 0x, 0o and 0b have a letter in second place, at the latest after a blank; "" and blanks have no digit. */
function plain(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 49 && first <= 57 ? true : DECIMAL.test(text);
}
