import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { asFloat, op } from "./op.js";

/** min(max(x, low), high); the gradient is 1 from low to high, both included, and 0 outside. */
export function clip(input: TensorLike, low: number, high: number): Tensor {
  check(low <= high, () => `clip: expected low ≤ high, got low ${show(low)} and high ${show(high)}`);
  return op("clip", [input], ([x0], scope) => {
    const x = asFloat(x0!, scope);
    const k = scope.kernels;
    const n = x.size;
    const y = scope.alloc(x.shape);
    k.clip(y.ptr, x.ptr, low, high, n);
    scope.record([x], [y], () => {
      scope.assignGrad(x, (dx) => {
        k.binary("equal", dx, x.ptr, n, y.ptr, n, n);
        k.binary("mul", dx, dx, n, y.grad!.ptr, n, n);
      });
    });
    return y;
  });
}
