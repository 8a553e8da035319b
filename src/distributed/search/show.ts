/** Values of a space as people read them; nothing here but text, so that pages may use it. */

/** "64+32", "0.00316" */
export function showValue(value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map(showValue).join("+");
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

/** "units 64, learningRate 0.00316" */
export function showPoint(point: Readonly<Record<string, unknown>>): string {
  return Object.entries(point).map(([name, value]) => `${name} ${showValue(value)}`).join(", "); // prettier-ignore
}
