/** TensorProto to values. Sizes are checked when a file is read; elements are read when they are first used. */
import { showShape, sizeOf, type Shape } from "../../tensor/shape.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { LIMITS } from "../limits.js";
import { ENUMS } from "./definitions.js";
import type { TensorProto } from "./messages.js";
import type { Value, ValueData, ValueType } from "./value.js";

/** Bytes of one element in raw_data, how values hold it, and how it is read. */
interface ElementType {
  readonly width: number;
  readonly type: ValueType;
  /** From raw_data, aligned to the width. */
  raw(buffer: ArrayBufferLike, offset: number, length: number): ValueData;
  /** The field that holds the elements when raw_data does not. */
  readonly field: "float_data" | "double_data" | "int32_data" | "int64_data" | "uint64_data";
}

const Types = ENUMS["TensorProto.DataType"];

/** IEEE 754 binary16. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const bfloats = (words: ArrayLike<number>): Float32Array => {
  return new Float32Array(Uint32Array.from(words, (word) => word << 16).buffer);
};

/** Above 2⁵³ only ±2⁶³ and its like, which exporters write for "to the end", have a meaning as floats. */
function exact(big: bigint): number {
  const n = Number(big);
  check(Number.isSafeInteger(n) || Math.abs(n) >= 2 ** 62, () => `the integer ${big} is beyond 2^53`);
  return n;
}

const ELEMENTS: Readonly<Record<number, ElementType>> = {
  [Types.FLOAT]: { width: 4, type: "float32", field: "float_data", raw: (b, o, n) => new Float32Array(b, o, n) },
  [Types.DOUBLE]: { width: 8, type: "float64", field: "double_data", raw: (b, o, n) => new Float64Array(b, o, n) },
  [Types.INT32]: { width: 4, type: "int32", field: "int32_data", raw: (b, o, n) => new Int32Array(b, o, n) },
  [Types.INT64]: {
    width: 8, type: "int64", field: "int64_data", raw: (b, o, n) => Float64Array.from(new BigInt64Array(b, o, n), exact),
  },
  [Types.BOOL]: {
    width: 1, type: "bool", field: "int32_data", raw: (b, o, n) => Uint8Array.from(new Uint8Array(b, o, n), (v) => (v ? 1 : 0)),
  },
  [Types.UINT8]: { width: 1, type: "int32", field: "int32_data", raw: (b, o, n) => Int32Array.from(new Uint8Array(b, o, n)) },
  [Types.INT8]: { width: 1, type: "int32", field: "int32_data", raw: (b, o, n) => Int32Array.from(new Int8Array(b, o, n)) },
  [Types.UINT16]: { width: 2, type: "int32", field: "int32_data", raw: (b, o, n) => Int32Array.from(new Uint16Array(b, o, n)) },
  [Types.INT16]: { width: 2, type: "int32", field: "int32_data", raw: (b, o, n) => Int32Array.from(new Int16Array(b, o, n)) },
  [Types.UINT32]: { width: 4, type: "int64", field: "uint64_data", raw: (b, o, n) => Float64Array.from(new Uint32Array(b, o, n)) },
  [Types.UINT64]: {
    width: 8, type: "int64", field: "uint64_data", raw: (b, o, n) => Float64Array.from(new BigUint64Array(b, o, n), exact),
  },
  [Types.FLOAT16]: {
    width: 2, type: "float32", field: "int32_data", raw: (b, o, n) => Float32Array.from(new Uint16Array(b, o, n), halfToNumber),
  },
  [Types.BFLOAT16]: { width: 2, type: "float32", field: "int32_data", raw: (b, o, n) => bfloats(new Uint16Array(b, o, n)) },
}; // prettier-ignore

/** "FLOAT16" for 10. */
export function typeName(code: number | undefined): string {
  return Object.entries(Types).find(([, value]) => value === code)?.[0] ?? `type ${code}`;
}

/** How values hold elements of this type of ONNX. */
export function valueType(code: number | undefined, where: string): ValueType {
  const element = ELEMENTS[code ?? 0];
  check(element !== undefined, () => `${where}: elements of ${typeName(code)} are not supported`);
  return element.type;
}

/** A tensor of the file whose elements wait to be read. */
export class StoredTensor implements Value {
  readonly type: ValueType;
  readonly shape: Shape;
  readonly #element: ElementType;
  #source: TensorProto | null;
  #bytes: Uint8Array | undefined;
  #data: ValueData | null = null;

  /**
   * @param where file and tensor, for errors
   * @param external the bytes of external data, when the tensor points to another file
   */
  constructor(
    proto: TensorProto,
    readonly where: string,
    external?: Uint8Array,
  ) {
    this.type = valueType(proto.data_type, where);
    this.#element = ELEMENTS[proto.data_type!]!;
    this.shape = shapeOf(proto, where);
    check(proto.segment === undefined, () => `${where}: is stored in segments, which ONNX has given up`);
    this.#source = proto;
    this.#bytes = external ?? proto.raw_data;
    const expected = sizeOf(this.shape);
    const [count, unit] = this.#count(proto, expected);
    check(count === expected, () => {
      return `${where}: shape ${showShape(this.shape)} holds ${expected} elements, the file has ${count} ${unit}`;
    });
  }

  /** A tensor without elements may have neither field. */
  #count(proto: TensorProto, expected: number): [number, string] {
    const { field, width } = this.#element;
    const others = ["float_data", "double_data", "int32_data", "int64_data", "uint64_data"] as const;
    const given = others.filter((name) => proto[name] !== undefined && proto[name].length > 0);
    if (this.#bytes !== undefined) {
      check(given.length === 0, () => `${this.where}: has raw_data and ${given[0]}`);
      if (this.#bytes.length === expected * width) return [expected, ""];
      return [this.#bytes.length / width, `(${this.#bytes.length} bytes of raw data)`];
    }
    check(given.every((name) => name === field), () => `${this.where}: ${typeName(proto.data_type)} in ${given[0]}`); // prettier-ignore
    return [proto[field]?.length ?? 0, `in ${field}`];
  }

  get data(): ValueData {
    this.#data ??= this.#read();
    return this.#data;
  }

  #read(): ValueData {
    const proto = this.#source!;
    this.#source = null;
    try {
      return this.#bytes === undefined ? this.#fromField(proto) : this.#fromRaw(this.#bytes);
    } catch (cause) {
      throw new SluiceError(`${this.where}: ${(cause as Error).message}`, { cause });
    }
  }

  /** A view where the bytes stand at a multiple of their width, else a copy. */
  #fromRaw(bytes: Uint8Array): ValueData {
    const { width, raw } = this.#element;
    const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
    return raw(aligned.buffer, aligned.byteOffset, aligned.byteLength / width);
  }

  #fromField(proto: TensorProto): ValueData {
    const values = proto[this.#element.field] ?? [];
    const code = proto.data_type;
    if (code === Types.FLOAT16) return Float32Array.from(values, halfToNumber);
    if (code === Types.BFLOAT16) return bfloats(values);
    if (this.type === "bool") return Uint8Array.from(values, (v) => (v ? 1 : 0));
    return (ArrayBuffer.isView(values) ? values : this.#element.raw(new ArrayBuffer(0), 0, 0)) as ValueData;
  }
}

function shapeOf({ dims }: TensorProto, where: string): Shape {
  const shape = Array.from(dims ?? []);
  check(shape.length <= LIMITS.onnxRank, () => `${where}: ${shape.length} dimensions, at most ${LIMITS.onnxRank}`);
  check(shape.every((n) => n >= 0 && n <= LIMITS.elements) && sizeOf(shape) <= LIMITS.elements, () => {
    return `${where}: dimensions ${show(shape)}; expected at least 0, and at most ${LIMITS.elements} elements`;
  });
  return shape;
}
