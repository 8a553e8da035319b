/** Tensors joined along an axis: end to end, or as slices of a new one. */
import type { TensorLike } from "../tensor/make.js";
import { sameShape, showShape, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { around, axisOf } from "./axis.js";
import { addBoxToGrad, copyBox } from "./box.js";
import { asFloat, op } from "./op.js";
import type { Scope } from "./scope.js";

/** Joins tensors end to end along an axis (default the last); all other sizes must agree. Mixed dtypes become floats. */
export function concat(inputs: readonly TensorLike[], axis = -1): Tensor {
  return op("concat", inputs, (placed, scope) => {
    const shapes = shapesOf("concat", placed);
    const a = axisOf("concat", axis, shapes[0]!);
    const others = (shape: Shape) => shape.toSpliced(a, 1);
    for (const shape of shapes) {
      const fits = shape.length === shapes[0]!.length && sameShape(others(shape), others(shapes[0]!));
      check(fits, () => `concat: shapes must agree except on axis ${a}, got ${shapes.map(showShape).join(" and ")}`);
    }
    const n = shapes.reduce((total, shape) => total + shape[a]!, 0);
    return join(placed, shapes[0]!.with(a, n), a, scope);
  });
}

/** Joins tensors of one shape along a new axis (default the first). Mixed dtypes become floats. */
export function stack(inputs: readonly TensorLike[], axis = 0): Tensor {
  return op("stack", inputs, (placed, scope) => {
    const shapes = shapesOf("stack", placed);
    const [first] = shapes as [Shape];
    for (const shape of shapes) {
      check(sameShape(shape, first), () => `stack: shapes must be equal, got ${shapes.map(showShape).join(" and ")}`);
    }
    const a = axisOf("stack", axis, first, first.length + 1);
    return join(placed, first.toSpliced(a, 0, placed.length), a, scope);
  });
}

function shapesOf(name: string, tensors: readonly Tensor[]): Shape[] {
  check(tensors.length > 0, () => `${name}: expected at least one tensor, got an empty list`);
  return tensors.map((t) => t.shape);
}

/** Each tensor is a block of [outer, its own share of the row] in the result. */
function join(tensors: readonly Tensor[], shape: Shape, axis: number, scope: Scope): Tensor {
  const dtype = tensors.every((t) => t.dtype === "int32") ? "int32" : scope.float;
  const parts = dtype === "int32" ? tensors : tensors.map((t) => asFloat(t, scope));
  const y = scope.alloc(shape, dtype);
  const { outer, n, inner } = around(shape, axis);
  const blocks: { x: Tensor; offset: number; cols: number }[] = [];
  let offset = 0;
  for (const x of parts) {
    const cols = outer === 0 ? 0 : x.size / outer;
    blocks.push({ x, offset, cols });
    offset += cols;
  }
  for (const { x, offset, cols } of blocks) {
    copyBox(scope, dtype, [outer, cols], y.ptr, { offset, strides: [n * inner, 1] }, x.ptr, {
      offset: 0,
      strides: [cols, 1],
    });
  }
  scope.record(parts, [y], () => {
    for (const { x, offset, cols } of blocks) {
      const from = { offset, strides: [n * inner, 1] };
      addBoxToGrad(scope, x, [outer, cols], { offset: 0, strides: [cols, 1] }, y.grad!, from);
    }
  });
  return y;
}
