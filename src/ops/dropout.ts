/** Inverted dropout (Srivastava et al. 2014): what is kept is scaled, so that prediction needs no change. */
import type { TensorLike } from "../tensor/make.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { mul } from "./arithmetic.js";
import { asFloat, op } from "./op.js";

/** Factors of dropout: 0 with probability `rate`, else 1 / (1 - rate); equal for equal seeds, whatever the kernels. */
export function dropoutMask(shape: Shape, rate: number, seed: number): Tensor {
  checkRange("dropoutMask", "rate", rate, 0, 1);
  return op("dropoutMask", [], (_, scope) => {
    const mask = scope.alloc([...shape]);
    scope.kernels.dropoutMask(mask.ptr, seed, rate, mask.size);
    return mask;
  });
}

/** x ⊙ dropoutMask: drops elements with probability `rate` in [0, 1]. */
export function dropout(input: TensorLike, rate: number, seed: number): Tensor {
  checkRange("dropout", "rate", rate, 0, 1);
  return op("dropout", [input], ([x], scope) => {
    return rate === 0 ? asFloat(x!, scope) : mul(x!, dropoutMask(x!.shape, rate, seed));
  });
}
