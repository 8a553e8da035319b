/** Explanations as JSON: their typed arrays, which JSON has no word for, as lists of numbers or as base64. */
import { checkChoice, checkCount, checkOptions } from "../util/checks.js";
import { check, show } from "../util/errors.js";

export interface JsonOptions {
  /** "numbers": lists, rounded; "base64": all bits, little-endian, in a third of the room. Default "numbers". */
  arrays?: "numbers" | "base64";
  /** Significant digits of the lists. Default 5. */
  digits?: number;
}

/** A typed array in "base64": its kind beside it. */
interface Encoded {
  readonly dtype: "float32" | "float64";
  readonly base64: string;
}

/**
 * A copy of a trace, attribution or any other explanation that `JSON.stringify` writes in full. NaN and infinities, which JSON lacks, become
 * null in lists and survive in base64.
 */
export function toJson(explanation: unknown, options: JsonOptions = {}): unknown {
  checkOptions("toJson", options, ["arrays", "digits"]);
  const arrays = checkChoice("toJson", "arrays", options.arrays ?? "numbers", ["numbers", "base64"]);
  const digits = checkCount("toJson", "digits", options.digits ?? 5);
  check(digits <= 17, () => `toJson: digits must be at most 17, got ${digits}`);
  const round = (v: number) => (Number.isFinite(v) ? Number(v.toPrecision(digits)) : null);
  const encode = (value: unknown): unknown => {
    if (value instanceof Float32Array || value instanceof Float64Array)
      return arrays === "base64" ? toBase64(value) : Array.from(value, round);
    if (Array.isArray(value)) return value.map(encode);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encode(inner)]));
    return value;
  };
  return encode(explanation);
}

/** Arrays in base64 as they were; lists stay lists. */
export function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== "object" || value === null) return value;
  if (isEncoded(value)) return fromBase64(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fromJson(inner)]));
}

function isEncoded(value: object): value is Encoded {
  const { dtype, base64 } = value as Partial<Encoded>;
  return (dtype === "float32" || dtype === "float64") && typeof base64 === "string";
}

/** So many bytes at a time become characters: as arguments of one call they must not be too many. */
const CHUNK = 8192;

function toBase64(values: Float32Array | Float64Array): Encoded {
  const wide = values instanceof Float64Array;
  const size = wide ? 8 : 4;
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (const [i, v] of values.entries()) {
    if (wide) view.setFloat64(i * size, v, true);
    else view.setFloat32(i * size, v, true);
  }
  const bytes = new Uint8Array(view.buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return { dtype: wide ? "float64" : "float32", base64: btoa(text) };
}

function fromBase64({ dtype, base64 }: Encoded): Float32Array | Float64Array {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const size = dtype === "float64" ? 8 : 4;
  check(bytes.length % size === 0, () => `fromJson: ${show(base64)} is no whole number of ${dtype} values`);
  const view = new DataView(bytes.buffer);
  if (dtype === "float64")
    return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}
