/** What flows between the nodes of an ONNX graph: dense arrays in ordinary memory. */
import { showShape, sizeOf, type Shape } from "../../tensor/shape.js";
import { check } from "../../util/errors.js";
import { LIMITS } from "../limits.js";

/**
 * Half-precision floats are computed as float32. int64 is held in float64, exact to 2⁵³; narrower integers are held as int32
 * and uint32 and uint64 as int64, after they have been read by their own rules.
 */
export type ValueType = "float32" | "float64" | "int32" | "int64" | "bool";
export type ValueData = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface Value {
  readonly type: ValueType;
  readonly shape: Shape;
  readonly data: ValueData;
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: Float64Array,
  bool: Uint8Array,
};

export const isFloat = (type: ValueType): boolean => type === "float32" || type === "float64";

/** Bytes of `size` elements as they are held. */
export const bytesOf = (type: ValueType, size: number): number => size * ARRAYS[type].BYTES_PER_ELEMENT;

/** A value of zeros; refused when it alone would pass what a run may hold. */
export function zeros(type: ValueType, shape: Shape): Value {
  check(shape.length <= LIMITS.onnxRank && bytesOf(type, sizeOf(shape)) <= LIMITS.runBytes / 2, () => {
    return `a result of shape ${showShape(shape)} is beyond the limit of ${LIMITS.runBytes / 2} bytes or ${LIMITS.onnxRank} axes`;
  });
  return { type, shape, data: new ARRAYS[type](sizeOf(shape)) };
}

/** The same elements under another shape of equal size. */
export const reshaped = ({ type, data }: Value, shape: Shape): Value => ({ type, shape, data });

export const ints = (values: readonly number[], shape: Shape = [values.length]): Value => {
  return { type: "int64", shape, data: Float64Array.from(values) };
};

/** The elements of a list of sizes, axes or indices. */
export function wholeNumbers(value: Value, what: string): number[] {
  check(value.type === "int64" || value.type === "int32", () => `${what} must be integers, got ${value.type}`);
  check(value.shape.length <= 1, () => `${what} must be a list, got shape ${showShape(value.shape)}`);
  check(value.data.length <= LIMITS.onnxLoose, () => `${what} has ${value.data.length} entries`);
  return Array.from(value.data);
}

/** An axis counted from the front, given one that may count from the back. */
export function axisOf(axis: number, rank: number): number {
  check(Number.isInteger(axis) && axis >= -rank && axis < rank, () => `axis ${axis} of a tensor with ${rank} axes`);
  return axis < 0 ? axis + rank : axis;
}

/** Rounds and wraps as storing into an integer type does. */
export function castTo(type: ValueType, value: Value): Value {
  if (value.type === type) return value;
  const out = zeros(type, value.shape);
  const from = value.data;
  if (type === "bool") for (let i = 0; i < from.length; i++) out.data[i] = from[i] === 0 ? 0 : 1;
  else if (type === "int64") for (let i = 0; i < from.length; i++) out.data[i] = Math.trunc(from[i]!);
  else out.data.set(from);
  return out;
}
