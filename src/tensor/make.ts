import { check, show, SluiceError } from "../util/errors.js";
import { dtypeOf, makeData, type DType, type FloatDType, type TensorData } from "./dtype.js";
import { showShape, sizeOf, type Shape } from "./shape.js";
import { Tensor } from "./tensor.js";

/** Nested arrays of numbers or booleans, a typed array, or a single number. */
export type ArrayInput = number | boolean | ArrayBufferView | readonly ArrayInput[];

/**
 * Makes a tensor.
 * @param data nested arrays (the shape is read off), a flat array or typed array with `shape`, or a number
 * @param shape sizes; left out, that of the nested arrays
 * @param dtype left out: a Float64Array stays float64, integer typed arrays become int32, all else float32
 * @throws SluiceError when rows differ in length, or the shape does not hold as many elements as came
 */
export function tensor(data: ArrayInput, shape?: Shape, dtype?: DType): Tensor {
  const { flat, found } = flatten(data);
  const wanted = shape ?? found;
  check(Array.isArray(wanted) && wanted.every((n) => Number.isInteger(n) && n >= 0), () => {
    return `tensor: shape must be a list of whole numbers, got ${show(shape)}`;
  });
  check(sizeOf(wanted) === flat.length, () => {
    return `tensor: shape ${showShape(wanted)} holds ${sizeOf(wanted)} elements, got ${flat.length}`;
  });
  return Tensor.of(convert(flat, dtype ?? naturalType(flat)), [...wanted]);
}

/** What users may pass as input: a tensor, or what `tensor()` takes. */
export type TensorLike = Tensor | ArrayInput;

/** @param float what plain numbers become; tensors and typed arrays keep their own dtype */
export function toTensor(value: TensorLike, where: string, float: FloatDType = "float32"): Tensor {
  if (value instanceof Tensor) return value;
  try {
    return tensor(value, undefined, ArrayBuffer.isView(value) ? undefined : float);
  } catch (error) {
    if (error instanceof SluiceError) throw new SluiceError(`${where}: ${error.message}`);
    throw error;
  }
}

/** The elements as another dtype; the same array when nothing changes. Fractions are cut off towards zero for int32. */
export function convert(flat: ArrayLike<number>, dtype: DType): TensorData {
  if (isTensorData(flat) && dtypeOf(flat) === dtype) return flat;
  const out = makeData(dtype, flat.length);
  out.set(flat);
  return out;
}

function isTensorData(data: unknown): data is TensorData {
  return data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array;
}

function naturalType(flat: ArrayLike<number>): DType {
  if (isTensorData(flat)) return dtypeOf(flat);
  return ArrayBuffer.isView(flat) ? "int32" : "float32";
}

function flatten(data: ArrayInput): { flat: ArrayLike<number>; found: number[] } {
  if (typeof data === "number" || typeof data === "boolean") return { flat: [Number(data)], found: [] };
  if (ArrayBuffer.isView(data)) {
    check(!(data instanceof DataView) && !(data instanceof BigInt64Array) && !(data instanceof BigUint64Array), () => {
      return `tensor: expected numbers, got ${show(data)}`;
    });
    const flat = data as unknown as ArrayLike<number>;
    return { flat, found: [flat.length] };
  }
  check(Array.isArray(data), () => `tensor: expected numbers in nested arrays or a typed array, got ${show(data)}`);
  const found = shapeOf(data);
  const flat: number[] = new Array<number>(sizeOf(found));
  fill(data, found, 0, 0, flat);
  return { flat, found };
}

function shapeOf(data: ArrayInput): number[] {
  const shape: number[] = [];
  let level: ArrayInput = data;
  while (Array.isArray(level) || ArrayBuffer.isView(level)) {
    const row = level as readonly ArrayInput[];
    shape.push(row.length);
    if (row.length === 0) break;
    level = row[0]!;
  }
  return shape;
}

/** Copies one level; the size left below `axis` gives the offset, so that a row of the wrong length is named where it stands. */
function fill(data: ArrayInput, shape: number[], axis: number, offset: number, out: number[]): void {
  if (axis === shape.length) {
    const ok = typeof data === "number" || typeof data === "boolean";
    check(ok, () => `tensor: expected a number at element ${offset}, got ${show(data)}`);
    out[offset] = Number(data);
    return;
  }
  const row = data as readonly ArrayInput[];
  check((Array.isArray(row) || ArrayBuffer.isView(row)) && row.length === shape[axis], () => {
    const came = Array.isArray(row) || ArrayBuffer.isView(row) ? `${row.length} entries` : show(data);
    return `tensor: rows must have equal lengths: expected ${shape[axis]} entries on axis ${axis}, got ${came}`;
  });
  const below = sizeOf(shape.slice(axis + 1));
  for (let i = 0; i < row.length; i++) fill(row[i]!, shape, axis + 1, offset + i * below, out);
}
