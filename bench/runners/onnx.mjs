/**
 * Writes the ONNX model of one GRU, so that ONNX Runtime can be measured without Python: the few protobuf messages of
 * onnx.proto3 that it takes, by hand. Operator: https://onnx.ai/onnx/operators/onnx__GRU.html (opset 14), reset after
 * the product (`linear_before_reset` = 1, the form of sluice, Keras and PyTorch), layout [T, B, D].
 */
import { uniform } from "./protocol.mjs";

const FLOAT = 1;
const ATTRIBUTE_INT = 2;

/** @param {number} value @returns {number[]} base-128 */
function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** @param {number} field @param {number} value */
const int = (field, value) => Uint8Array.from([...varint(field * 8), ...varint(value)]);

/** @param {number} field @param {Uint8Array | string} content a string, bytes or an embedded message */
function bytes(field, content) {
  const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return concat(Uint8Array.from([...varint(field * 8 + 2), ...varint(body.length)]), body);
}

/** @param {Uint8Array[]} parts */
function concat(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** TensorProto. @param {string} name @param {number[]} shape @param {number} seed @param {number} scale */
function weights(name, shape, seed, scale) {
  const values = uniform(
    shape.reduce((a, b) => a * b),
    scale,
    seed,
  );
  const raw = new Uint8Array(values.buffer);
  return concat(...shape.map((size) => int(1, size)), int(2, FLOAT), bytes(8, name), bytes(9, raw));
}

/** ValueInfoProto. @param {string} name @param {number[]} shape */
function value(name, shape) {
  const dimensions = concat(...shape.map((size) => bytes(1, int(1, size))));
  return concat(bytes(1, name), bytes(2, bytes(1, concat(int(1, FLOAT), bytes(2, dimensions)))));
}

/** AttributeProto. @param {string} name @param {number} content */
const attribute = (name, content) => concat(bytes(1, name), int(3, content), int(20, ATTRIBUTE_INT));

/**
 * Inputs `x` [T, B, D] and `h` [1, B, H]; output `last` [1, B, H].
 * @param {import("../workloads.mjs").Spec} spec
 * @returns {Uint8Array} ModelProto
 */
export function gruModel({ time, batch, features, units }) {
  const d = features ?? 0;
  const h = units[0];
  const scale = 1 / Math.sqrt(h);
  const node = concat(
    ...["x", "W", "R", "B", "", "h"].map((name) => bytes(1, name)),
    ...["", "last"].map((name) => bytes(2, name)),
    bytes(4, "GRU"),
    bytes(5, attribute("hidden_size", h)),
    bytes(5, attribute("linear_before_reset", 1)),
  );
  const graph = concat(
    bytes(1, node),
    bytes(2, "gru"),
    bytes(5, weights("W", [1, 3 * h, d], 11, scale)),
    bytes(5, weights("R", [1, 3 * h, h], 12, scale)),
    bytes(5, weights("B", [1, 6 * h], 13, scale)),
    bytes(11, value("x", [time, batch, d])),
    bytes(11, value("h", [1, batch, h])),
    bytes(12, value("last", [1, batch, h])),
  );
  return concat(int(1, 8), bytes(7, graph), bytes(8, int(2, 14)));
}
