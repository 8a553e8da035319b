/** Elements repeated. */
import type { TensorLike } from "../tensor/make.js";
import { sameShape, showShape, stridesOf, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount } from "../util/checks.js";
import { check } from "../util/errors.js";
import { axisOf } from "./axis.js";
import { copyBox } from "./box.js";
import { addReduced, broadcastShape, stretchedStrides } from "./broadcast.js";
import { op } from "./op.js";
import { reshape } from "./reshape.js";

/** x repeated to a larger shape by numpy's rule: axes are aligned at the right, and size 1 stretches. */
export function broadcastTo(input: TensorLike, shape: Shape): Tensor {
  return op("broadcastTo", [input], ([x], scope) => {
    check(sameShape(broadcastShape("broadcastTo", x!.shape, shape), shape), () => {
      return `broadcastTo: ${showShape(x!.shape)} does not stretch to ${showShape(shape)}`;
    });
    const y = scope.alloc([...shape], x!.dtype);
    const from = { offset: 0, strides: stretchedStrides(x!.shape, shape) };
    copyBox(scope, x!.dtype, shape, y.ptr, { offset: 0, strides: stridesOf(shape) }, x!.ptr, from);
    scope.record([x!], [y], () => {
      scope.accumulateGrad(x!, (dx) => addReduced(scope, dx, x!.shape, y.grad!.ptr, shape));
    });
    return y;
  });
}

/** Each slice along an axis (default the last) `times` in a row: [a, b] twice is [a, a, b, b]. */
export function repeat(input: TensorLike, times: number, axis = -1): Tensor {
  checkCount("repeat", "times", times, 0);
  return op("repeat", [input], ([x]) => {
    const { shape } = x!;
    const a = axisOf("repeat", axis, shape);
    const between = shape.toSpliced(a + 1, 0, 1);
    const all = broadcastTo(reshape(x!, between), between.with(a + 1, times));
    return reshape(all, shape.with(a, shape[a]! * times));
  });
}
