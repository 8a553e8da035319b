/** Messages of ONNX from plain values. */
import type { Shape } from "../../tensor/shape.js";
import { ENUMS } from "./definitions.js";
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from "./messages.js";
import { encode } from "./protobuf.js";

const Types = ENUMS["AttributeProto.AttributeType"];
const Data = ENUMS["TensorProto.DataType"];

export type ElementType = "float32" | "float64" | "int32" | "int64" | "bool";
const CODES = { float32: Data.FLOAT, float64: Data.DOUBLE, int32: Data.INT32, int64: Data.INT64, bool: Data.BOOL };

/** Whole numbers are an int; a fraction, or { float }, is a float; { ints: [] } and { floats: [] } are lists. */
export type AttributeValue =
  | number
  | string
  | readonly string[]
  | TensorProto
  | GraphProto
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] };

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === "number") return { name, type: Types.INT, i: value };
  if (typeof value === "string") return { name, type: Types.STRING, s: utf8(value) };
  if (Array.isArray(value)) return { name, type: Types.STRINGS, strings: (value as readonly string[]).map(utf8) };
  if ("float" in value) return { name, type: Types.FLOAT, f: value.float };
  if ("floats" in value) return { name, type: Types.FLOATS, floats: Float32Array.from(value.floats) };
  if ("ints" in value) return { name, type: Types.INTS, ints: Float64Array.from(value.ints) };
  if ("data_type" in value) return { name, type: Types.TENSOR, t: value };
  return { name, type: Types.GRAPH, g: value as GraphProto };
}

export function nodeProto(
  op_type: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  name: string = output.find((text) => text !== "") ?? op_type,
): NodeProto {
  const list = Object.entries(attributes).map(([key, value]) => attribute(key, value));
  return { input: [...input], output: [...output], name, op_type, attribute: list };
}

/** Elements as raw little-endian bytes. */
export function tensorProto(name: string, type: ElementType, data: ArrayLike<number>, shape: Shape): TensorProto {
  return { dims: Float64Array.from(shape), data_type: CODES[type], name, raw_data: rawOf(type, data) };
}

function rawOf(type: ElementType, data: ArrayLike<number>): Uint8Array {
  const array = {
    float32: () => (data instanceof Float32Array ? data : Float32Array.from(data)),
    float64: () => Float64Array.from(data),
    int32: () => Int32Array.from(data),
    int64: () => BigInt64Array.from(Array.from(data, BigInt)),
    bool: () => Uint8Array.from(data),
  }[type]();
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A number, the name of a size that may vary, or null for any size. */
export function valueInfo(
  name: string,
  type: ElementType,
  shape: readonly (number | string | null)[] | null,
): ValueInfoProto {
  const sized = (size: number | string) => (typeof size === "number" ? { dim_value: size } : { dim_param: size });
  const dim = shape?.map((size) => (size === null ? {} : sized(size)));
  return { name, type: { tensor_type: { elem_type: CODES[type], ...(dim ? { shape: { dim } } : {}) } } };
}

/** The smallest version of the format that has everything an operator set may use. */
const IR_VERSION = 8;

export function modelBytes(
  graph: GraphProto,
  opset: number,
  producer: { name: string; version: string },
): Uint8Array<ArrayBuffer> {
  return encode("ModelProto", {
    ir_version: IR_VERSION,
    producer_name: producer.name,
    producer_version: producer.version,
    graph: { name: "graph", ...graph },
    opset_import: [{ domain: "", version: opset }],
  });
}
