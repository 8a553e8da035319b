/** A tensor cut along an axis. */
import type { TensorLike } from "../tensor/make.js";
import { showShape, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { around, axisOf } from "./axis.js";
import { addBoxToGrad, copyBox } from "./box.js";
import { op } from "./op.js";
import type { Scope } from "./scope.js";

/** Cuts x along an axis (default the last) into a number of equal parts, or into parts of the given sizes. */
export function split(input: TensorLike, parts: number | readonly number[], axis = -1): Tensor[] {
  return op("split", [input], ([x], scope) => {
    const a = axisOf("split", axis, x!.shape);
    const n = x!.shape[a]!;
    const sizes = typeof parts === "number" ? equalSizes(x!.shape, parts, a) : parts;
    check(sizes.every((s) => Number.isInteger(s) && s >= 0) && sizes.reduce((sum, s) => sum + s, 0) === n, () => {
      return `split: sizes must be whole numbers that add up to ${n}, axis ${a} of ${showShape(x!.shape)}, got ${show(parts)}`;
    });
    return cut(x!, a, sizes, (size) => x!.shape.with(a, size), scope);
  });
}

/** The slices of x along an axis (default the first), without that axis. */
export function unstack(input: TensorLike, axis = 0): Tensor[] {
  return op("unstack", [input], ([x], scope) => {
    const a = axisOf("unstack", axis, x!.shape);
    const sizes = new Array<number>(x!.shape[a]!).fill(1);
    return cut(x!, a, sizes, () => x!.shape.toSpliced(a, 1), scope);
  });
}

function equalSizes(shape: Shape, parts: number, axis: number): number[] {
  check(Number.isInteger(parts) && parts > 0 && shape[axis]! % parts === 0, () => {
    return `split: axis ${axis} of ${showShape(shape)} cannot be cut into ${show(parts)} equal parts`;
  });
  return new Array<number>(parts).fill(shape[axis]! / parts);
}

function cut(
  x: Tensor,
  axis: number,
  sizes: readonly number[],
  shapeOf: (size: number) => Shape,
  scope: Scope,
): Tensor[] {
  const { outer, n, inner } = around(x.shape, axis);
  let offset = 0;
  const parts = sizes.map((size) => {
    const cols = size * inner;
    const part = {
      y: scope.alloc(shapeOf(size), x.dtype),
      dims: [outer, cols],
      dense: { offset: 0, strides: [cols, 1] },
    };
    const inX = { offset, strides: [n * inner, 1] };
    offset += cols;
    return { ...part, inX };
  });
  for (const { y, dims, dense, inX } of parts) copyBox(scope, x.dtype, dims, y.ptr, dense, x.ptr, inX);
  const outputs = parts.map((part) => part.y);
  scope.record([x], outputs, () => {
    for (const { y, dims, dense, inX } of parts) if (y.grad) addBoxToGrad(scope, x, dims, inX, y.grad, dense);
  });
  return outputs;
}
