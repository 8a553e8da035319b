import type { TensorData } from "../tensor/dtype.js";
import { check } from "../util/errors.js";

/** Bytes of an element, for the types that can be read. */
export const BYTES = {
  F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1,
} as const; // prettier-ignore
export type StoredType = keyof typeof BYTES;

export function isStoredType(value: unknown): value is StoredType {
  return typeof value === "string" && Object.hasOwn(BYTES, value);
}

type ArrayMaker<T> = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
  BYTES_PER_ELEMENT: number;
};

/** The values from byte `at` on: a view where the type is one of ours and aligned, else a converted copy. */
export function readValues(
  bytes: Uint8Array,
  at: number,
  { dtype, begin, end }: { dtype: StoredType; begin: number; end: number },
  where: string,
): TensorData {
  const as = <T>(type: ArrayMaker<T>) => viewOrCopy(type, bytes, at, end - begin);
  switch (dtype) {
    case "F64":
      return as(Float64Array);
    case "F32":
      return as(Float32Array);
    case "I32":
      return as(Int32Array);
    case "F16":
      return Float32Array.from(as(Uint16Array), halfToFloat);
    case "BF16":
      return new Float32Array(Uint32Array.from(as(Uint16Array), (bits) => bits << 16).buffer);
    case "I16":
      return Int32Array.from(as(Int16Array));
    case "U16":
      return Int32Array.from(as(Uint16Array));
    case "I8":
      return Int32Array.from(as(Int8Array));
    case "U8":
    case "BOOL":
      return Int32Array.from(as(Uint8Array));
    case "U32":
      return narrowed(as(Uint32Array), where);
    case "I64":
      return narrowed(as(BigInt64Array), where);
    case "U64":
      return narrowed(as(BigUint64Array), where);
  }
}

function viewOrCopy<T>(type: ArrayMaker<T>, bytes: Uint8Array, at: number, byteLength: number): T {
  const width = type.BYTES_PER_ELEMENT;
  const address = bytes.byteOffset + at;
  if (address % width === 0) return new type(bytes.buffer, address, byteLength / width);
  return new type(bytes.slice(at, at + byteLength).buffer, 0, byteLength / width);
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
