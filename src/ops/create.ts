/** Constant tensors: in the memory of the step inside of one, else in ordinary arrays. */
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { op } from "./op.js";

/** A float tensor with one value everywhere. */
export function full(shape: Shape, value: number): Tensor {
  return op("full", [], (_, scope) => {
    const y = scope.alloc([...shape]);
    scope.kernels.fill(y.ptr, value, y.size);
    return y;
  });
}

export const zeros = (shape: Shape): Tensor => full(shape, 0);
export const ones = (shape: Shape): Tensor => full(shape, 1);
