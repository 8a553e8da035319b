import type { TensorLike } from "../tensor/make.js";
import { Tensor } from "../tensor/tensor.js";
import { op } from "./op.js";

/** The same elements as a constant: no gradient flows back through them. */
export function stopGradient(input: TensorLike): Tensor {
  return op("stopGradient", [input], ([x], scope) => {
    return new Tensor(x!.shape, x!.dtype, { memory: scope.kernels.memory, ptr: x!.ptr, lifetime: scope });
  });
}
