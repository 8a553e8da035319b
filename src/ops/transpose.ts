import type { TensorLike } from "../tensor/make.js";
import { showShape, stridesOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { axisOf } from "./axis.js";
import { copyBox } from "./box.js";
import { op } from "./op.js";

/**
 * Axes in another order: axis i of the result is axis `order[i]` of x. Left out, the order is reversed, which for a matrix is
 * its transpose.
 */
export function transpose(input: TensorLike, order?: readonly number[]): Tensor {
  return op("transpose", [input], ([x], scope) => {
    const { shape, rank, dtype } = x!;
    const axes = order ? order.map((a) => axisOf("transpose", a, shape)) : shape.map((_, i) => rank - 1 - i);
    check(axes.length === rank && new Set(axes).size === rank, () => {
      return `transpose: expected each of the ${rank} axes of ${showShape(shape)} once, got ${show(order)}`;
    });
    const dims = axes.map((a) => shape[a]!);
    const y = scope.alloc(dims, dtype);
    const strides = stridesOf(shape);
    const spread = { offset: 0, strides: axes.map((a) => strides[a]!) };
    const dense = { offset: 0, strides: stridesOf(dims) };
    copyBox(scope, dtype, dims, y.ptr, dense, x!.ptr, spread);
    scope.record([x!], [y], () => {
      scope.assignGrad(x!, (dx) => copyBox(scope, dtype, dims, dx, spread, y.grad!.ptr, dense));
    });
    return y;
  });
}
