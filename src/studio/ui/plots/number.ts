/** Three significant digits, as people write them: 0.0123, 1.5e−7, −12. */
export function shortNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5)
      ? value.toExponential(digits - 2)
      : String(Number(value.toPrecision(digits)));
  return text.replace("e+", "e").replace(".0e", "e").replaceAll("-", "−");
}

/** Digits beyond which two ticks are one for all purposes. */
const MOST_DIGITS = 8;

/** Ticks of one axis: as many digits more as it takes to tell them apart, as where a loss hardly moves. */
export function tickTexts(ticks: readonly (number | null)[]): string[] {
  const texts = (digits: number) => ticks.map((tick) => (tick === null ? "" : shortNumber(tick, digits)));
  const differ = (all: readonly string[]) => new Set(all.filter(Boolean)).size === all.filter(Boolean).length;
  for (let digits = 3; digits < MOST_DIGITS; digits++) if (differ(texts(digits))) return texts(digits);
  return texts(MOST_DIGITS);
}
