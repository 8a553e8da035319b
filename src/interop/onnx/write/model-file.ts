/**
 * The bytes of a model: its messages as protobufjs writes them, and round them, in place, the weights. A writer that grows and
 * moves what it holds would copy them several times.
 */
import protobuf from "protobufjs/minimal.js";
import type { Shape } from "../../../tensor/shape.js";
import { check } from "../../../util/errors.js";
import { ENUMS } from "../definitions.js";
import type { GraphProto, ModelProto, TensorProto } from "../messages.js";
import { encode } from "../protobuf.js";
import type { RawValues } from "./raw-values.js";

export interface Weight {
  readonly name: string;
  readonly shape: Shape;
  readonly values: RawValues;
}

/** Numbers of onnx.proto's fields that hold others. */
const FIELD = { graph: 7, initializer: 5, rawData: 9 };
/** Protobuf's own limit of a message (protobuf.dev/programming-guides/proto-limits). */
const MOST_BYTES = 2 ** 31 - 1;

/** @param graph without the weights */
export function modelFile(where: string, model: ModelProto, graph: GraphProto, weights: readonly Weight[]): Uint8Array {
  const head = encode("ModelProto", model);
  const own = encode("GraphProto", graph);
  const tensors = weights.map(({ name, shape, values }) => {
    const proto: TensorProto = { dims: Float64Array.from(shape), data_type: ENUMS["TensorProto.DataType"].FLOAT, name };
    const fields = joinBytes(encode("TensorProto", proto), begin(FIELD.rawData, values.bytes));
    return { start: joinBytes(begin(FIELD.initializer, fields.length + values.bytes), fields), values };
  });
  const graphBytes = tensors.reduce((sum, { start, values }) => sum + start.length + values.bytes, own.length);
  check(graphBytes < MOST_BYTES - head.length, () => {
    return `${where}: ${graphBytes} bytes of weights; an ONNX file holds less than 2 GB`;
  });
  const start = joinBytes(head, begin(FIELD.graph, graphBytes), own);
  const file = new Uint8Array(start.length + graphBytes - own.length);
  file.set(start);
  let at = start.length;
  for (const tensor of tensors) {
    file.set(tensor.start, at);
    at += tensor.start.length;
    tensor.values.write(new DataView(file.buffer, at, tensor.values.bytes));
    at += tensor.values.bytes;
  }
  return file;
}

/** Tag and length of a field of bytes or of a message. */
function begin(field: number, bytes: number): Uint8Array {
  return protobuf.Writer.create().uint32(field * 8 + 2).uint32(bytes).finish(); // prettier-ignore
}

function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
