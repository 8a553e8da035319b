import type { Shape } from "../tensor/shape.js";
import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul } from "./arithmetic.js";
import { op } from "./op.js";

/** 0 with probability `rate`, else 1 / (1 − rate): what dropout multiplies by (Srivastava et al. 2014, inverted). */
export function dropoutMask(shape: Shape, rate: number, seed: number): Tensor {
  return op("dropoutMask", [], (_, scope) => {
    const y = scope.alloc([...shape]);
    scope.kernels.dropoutMask(y.ptr, seed, rate, y.size);
    return y;
  });
}

/** Sets a share of the elements to zero and scales the others, so that the mean stays. Equal seeds drop the same elements. */
export function dropout(input: TensorLike, rate: number, seed: number): Tensor {
  return op("dropout", [input], ([x]) => mul(x!, dropoutMask(x!.shape, rate, seed)));
}
