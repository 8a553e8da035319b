import type { TensorData } from "../tensor/dtype.js";
import { check } from "../util/errors.js";

/** How the elements of each type that can be read lie in the file. */
const ARRAYS = {
  F64: Float64Array, F32: Float32Array, F16: Uint16Array, BF16: Uint16Array, I64: BigInt64Array, I32: Int32Array,
  I16: Int16Array, I8: Int8Array, U64: BigUint64Array, U32: Uint32Array, U16: Uint16Array, U8: Uint8Array, BOOL: Uint8Array,
} as const; // prettier-ignore
export type StoredType = keyof typeof ARRAYS;
export const STORED_TYPES = Object.keys(ARRAYS);

export function isStoredType(value: unknown): value is StoredType {
  return typeof value === "string" && Object.hasOwn(ARRAYS, value);
}

/** Bytes of an element. */
export function widthOf(dtype: StoredType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/** The values from byte `at` on: a view where the type is one of ours and aligned, else a converted copy. */
export function readValues(
  bytes: Uint8Array,
  at: number,
  { dtype, begin, end }: { dtype: StoredType; begin: number; end: number },
  where: string,
): TensorData {
  const width = widthOf(dtype);
  const aligned = (bytes.byteOffset + at) % width === 0;
  const [buffer, from] = aligned
    ? [bytes.buffer, bytes.byteOffset + at]
    : [bytes.slice(at, at + end - begin).buffer, 0];
  const raw = new ARRAYS[dtype](buffer as ArrayBuffer, from, (end - begin) / width);
  if (dtype === "F16") return Float32Array.from(raw as Uint16Array, halfToFloat);
  if (dtype === "BF16") return new Float32Array(Uint32Array.from(raw as Uint16Array, (bits) => bits << 16).buffer);
  if (raw instanceof Float64Array || raw instanceof Float32Array || raw instanceof Int32Array) return raw;
  return narrowed(raw, where);
}

function narrowed(values: Iterable<number | bigint> & { length: number }, where: string): Int32Array {
  const result = new Int32Array(values.length);
  let i = 0;
  for (const value of values) {
    result[i] = Number(value);
    check(BigInt(result[i]!) === BigInt(value), () => `${where}: value ${i} is ${value}, which int32 cannot hold`);
    i++;
  }
  return result;
}

/** IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 of fraction. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
