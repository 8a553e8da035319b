/**
 * Writes ONNX models of a single node, so that ONNX Runtime can compute what a layer should: the few messages of onnx.proto
 * that this takes, as protobuf bytes. Numbers are the fields of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
export interface OnnxTensor {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

export type Attribute = number | string | readonly string[] | Float32Array;

export interface OnnxNode {
  operator: string;
  /** In the operator's order; null = left out. */
  inputs: readonly (OnnxTensor | null)[];
  attributes: Readonly<Record<string, Attribute>>;
  /** Names of the outputs, in the operator's order. */
  outputs: readonly string[];
}

/** TensorProto.DataType */
const FLOAT = 1;
const INT32 = 6;
/** AttributeProto.AttributeType */
const TYPE = { int: 2, string: 3, floats: 6, strings: 8 };
const OPSET = 14;

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Base 128, least significant group first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

const int = (field: number, value: number) => Uint8Array.from([...varint(field * 8), ...varint(value)]);

/** A string, raw bytes, or an embedded message. */
function bytes(field: number, content: string | Uint8Array): Uint8Array {
  const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return join([Uint8Array.from([...varint(field * 8 + 2), ...varint(body.length)]), body]);
}

const rawOf = (data: Float32Array | Int32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function tensorProto(name: string, { shape, data }: OnnxTensor): Uint8Array {
  const type = data instanceof Int32Array ? INT32 : FLOAT;
  return join([...shape.map((size) => int(1, size)), int(2, type), bytes(8, name), bytes(9, rawOf(data))]);
}

function attributeProto(name: string, value: Attribute): Uint8Array {
  const typed = (type: number, ...content: Uint8Array[]) => join([bytes(1, name), ...content, int(20, type)]);
  if (typeof value === "number") return typed(TYPE.int, int(3, value));
  if (typeof value === "string") return typed(TYPE.string, bytes(4, value));
  if (value instanceof Float32Array) return typed(TYPE.floats, bytes(7, rawOf(value)));
  return typed(TYPE.strings, ...value.map((text) => bytes(9, text)));
}

/** ValueInfoProto of a float tensor; an output's shape is worked out by the runtime. */
function valueProto(name: string, shape?: readonly number[]): Uint8Array {
  const dimensions = shape ? [bytes(2, join(shape.map((size) => bytes(1, int(1, size)))))] : [];
  return join([bytes(1, name), bytes(2, bytes(1, join([int(1, FLOAT), ...dimensions])))]);
}

/** ModelProto: the first input is fed at run time under the name "x", the others are constants of the model. */
export function onnxModel({ operator, inputs, attributes, outputs }: OnnxNode): Uint8Array {
  const names = inputs.map((t, i) => (t === null ? "" : i === 0 ? "x" : `input${i}`));
  const node = join([
    ...names.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attributeProto(name, value))),
  ]);
  const constants = inputs.flatMap((t, i) => (t && i > 0 ? [bytes(5, tensorProto(names[i]!, t))] : []));
  const values = outputs.filter((name) => name !== "").map((name) => bytes(12, valueProto(name)));
  const graph = [
    bytes(1, node),
    bytes(2, "graph"),
    ...constants,
    bytes(11, valueProto("x", inputs[0]!.shape)),
    ...values,
  ];
  return join([int(1, 8), bytes(7, join(graph)), bytes(8, int(2, OPSET))]);
}
