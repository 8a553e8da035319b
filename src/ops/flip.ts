import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { around, axisOf } from "./axis.js";
import { addBoxToGrad, copyBox } from "./box.js";
import { op } from "./op.js";

/** The slices along an axis (default the first) in reverse order. */
export function flip(input: TensorLike, axis = 0): Tensor {
  return op("flip", [input], ([x], scope) => {
    const { outer, n, inner } = around(x!.shape, axisOf("flip", axis, x!.shape));
    const y = scope.alloc(x!.shape, x!.dtype);
    const dims = [outer, inner];
    const at = (i: number) => ({ offset: i * inner, strides: [n * inner, 1] });
    for (let i = 0; i < n; i++) copyBox(scope, x!.dtype, dims, y.ptr, at(i), x!.ptr, at(n - 1 - i));
    scope.record([x!], [y], () => {
      for (let i = 0; i < n; i++) addBoxToGrad(scope, x!, dims, at(n - 1 - i), y.grad!, at(i));
    });
    return y;
  });
}
