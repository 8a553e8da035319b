/**
 * Changes of weights in 4, 2 or 1 byte each. Blocks of 256 share a scale, the largest magnitude m in them. What comes back differs from x by at most
 *
 *     float16   2⁻¹¹·|x| + 2⁻²⁵·m    (half precision of x/m, so that nothing is too large or too small for it)
 *     int8      m / 254              (the nearest of 255 levels from −m to m)
 *
 * and by float32's rounding of the products, 2⁻²³·m. There is no error feedback: what was rounded away would have to travel with a shard's
 * state, 4 bytes a weight, more than int8 saves; and Streaming DiLoCo (Douillard et al. 2025, arXiv 2501.18512) lost nothing at 4 bits without it.
 */
import { check } from "../../../util/errors.js";

export const DELTAS = ["float32", "float16", "int8"] as const;
export type Deltas = (typeof DELTAS)[number];

export const BLOCK = 256;

export interface Packed {
  /** Of float16 and int8 the bytes, four in a number; of float32 the values. */
  readonly values: Float32Array | Int32Array;
  /** One for each block; empty for float32. */
  readonly scales: Float32Array;
}

/** @throws SluiceError for what is not finite */
export function pack(values: Float32Array, as: Deltas): Packed {
  const at = values.findIndex((v) => !Number.isFinite(v));
  check(at < 0, () => `the change of weight ${at} is ${values[at]}: training has gone astray; a smaller learning rate helps`); // prettier-ignore
  if (as === "float32") return { values, scales: new Float32Array(0) };
  const scales = scalesOf(values);
  const bytes = new Uint8Array(bytesOf(values.length, as));
  const small = as === "int8" ? new Int8Array(bytes.buffer) : new Uint16Array(bytes.buffer);
  for (const [i, x] of values.entries()) {
    const scale = scales[Math.floor(i / BLOCK)]!;
    const share = scale === 0 ? 0 : x / scale;
    small[i] = as === "int8" ? Math.round(127 * share) : toHalf(share);
  }
  return { values: new Int32Array(bytes.buffer), scales };
}

/**
 * @param size how many values there must be
 * @throws SluiceError where the parts do not fit together, or hold what no rounding gives
 */
export function unpack({ values, scales }: Packed, as: Deltas, size: number): Float32Array {
  const [length, blocks] = as === "float32" ? [size, 0] : [bytesOf(size, as) / 4, Math.ceil(size / BLOCK)];
  check(values.length === length && scales.length === blocks, () => {
    return `a change of ${size} weights as ${as} has ${length} numbers and ${blocks} scales, got ${values.length} and ${scales.length}`;
  });
  const result = as === "float32" ? Float32Array.from(values) : spread(values as Int32Array, scales, as, size);
  check(result.every(Number.isFinite), () => "a change of weights holds what is not finite");
  return result;
}

function spread(words: Int32Array, scales: Float32Array, as: "float16" | "int8", size: number): Float32Array {
  const { buffer, byteOffset, byteLength } = words;
  const result = new Float32Array(size);
  if (as === "int8") {
    const small = new Int8Array(buffer, byteOffset, byteLength);
    for (let i = 0; i < size; i++) result[i] = (small[i]! / 127) * scales[Math.floor(i / BLOCK)]!;
    return result;
  }
  const small = new Uint16Array(buffer, byteOffset, byteLength / 2);
  for (let i = 0; i < size; i++) result[i] = fromHalf(small[i]!) * scales[Math.floor(i / BLOCK)]!;
  return result;
}

/** Whole words of four bytes. */
function bytesOf(size: number, as: Deltas): number {
  return 4 * Math.ceil((size * (as === "int8" ? 1 : 2)) / 4);
}

function scalesOf(values: Float32Array): Float32Array {
  const scales = new Float32Array(Math.ceil(values.length / BLOCK));
  for (const [i, x] of values.entries()) {
    const block = Math.floor(i / BLOCK);
    if (Math.abs(x) > scales[block]!) scales[block] = Math.abs(x);
  }
  return scales;
}

/** The smallest exponent of a normal number in half precision, and the bits of its fraction. */
const LEAST = -14;
const FRACTION = 10;

/** Half precision of a number of at most 1, to the nearest, of two the even one. */
function toHalf(x: number): number {
  const size = Math.abs(x);
  const exponent = size === 0 ? LEAST : Math.max(LEAST, Math.floor(Math.log2(size)));
  const units = size / 2 ** (exponent - FRACTION);
  // Where rounding reaches the next power of two, or the logarithm fell short of it, the sum carries into the exponent.
  const magnitude = ((exponent - LEAST) << FRACTION) + nearestEven(units);
  return (x < 0 ? 0x8000 : 0) | magnitude;
}

function nearestEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

function fromHalf(bits: number): number {
  const magnitude = bits & 0x7fff;
  const exponent = magnitude >> FRACTION;
  const fraction = magnitude & (2 ** FRACTION - 1);
  const units = exponent === 0 ? fraction : fraction + 2 ** FRACTION;
  const size = exponent === 31 ? Number.NaN : units * 2 ** (Math.max(exponent, 1) - 1 + LEAST - FRACTION);
  return bits & 0x8000 ? -size : size;
}
