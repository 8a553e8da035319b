/** Multidirectional broadcasting (docs/Broadcasting.md of ONNX, as NumPy's). */
import { showShape, sizeOf, stridesOf, type Shape } from "../../../tensor/shape.js";
import { check } from "../../../util/errors.js";
import { zeros, type Value, type ValueData } from "../value.js";

export function broadcastShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find((n) => n !== 1) ?? 1;
    check(sizes.every((n) => n === 1 || n === size), () => `shapes ${shapes.map(showShape).join(" and ")} do not broadcast`); // prettier-ignore
    return size;
  });
}

/** The elements repeated to fill `shape`; element i of the result is at `data[i % data.length]`. */
export function cyclic(value: Value, shape: Shape): ValueData {
  const from = value.shape.findIndex((n) => n !== 1);
  const core = from < 0 ? [] : value.shape.slice(from);
  const isSuffix = core.every((n, i) => n === shape[shape.length - core.length + i]);
  return isSuffix ? value.data : expand(value, shape).data;
}

/** The value in the larger shape. */
export function expand(value: Value, shape: Shape): Value {
  const lead = shape.length - value.shape.length;
  const own = stridesOf(value.shape);
  const strides = shape.map((_, axis) => {
    const at = axis - lead;
    return at < 0 || value.shape[at] === 1 ? 0 : own[at]!;
  });
  return strided(value, shape, strides, 0);
}

/** A value of the given shape whose element [i, j, …] is the source's at `offset + i · strides[0] + j · strides[1] + …`. */
export function strided(value: Value, shape: Shape, strides: readonly number[], offset: number): Value {
  const out = zeros(value.type, shape);
  const size = sizeOf(shape);
  if (size === 0) return out;
  const last = shape.length - 1;
  const [n, step] = last < 0 ? [1, 0] : [shape[last]!, strides[last]!];
  const index = new Array<number>(Math.max(0, last)).fill(0);
  const from = value.data;
  let at = offset;
  for (let i = 0; i < size; i += n) {
    if (step === 1) out.data.set(from.subarray(at, at + n), i);
    else for (let j = 0; j < n; j++) out.data[i + j] = from[at + j * step]!;
    at = advance(index, shape, strides, at);
  }
  return out;
}

/** The next index of all axes but the last, and its offset. */
function advance(index: number[], shape: Shape, strides: readonly number[], at: number): number {
  for (let axis = index.length - 1; axis >= 0; axis--) {
    at += strides[axis]!;
    if (++index[axis]! < shape[axis]!) return at;
    at -= strides[axis]! * shape[axis]!;
    index[axis] = 0;
  }
  return at;
}
