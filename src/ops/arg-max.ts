import type { TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { around, axisOf } from "./axis.js";
import { asFloat, op } from "./op.js";

/** Index of the first largest element along an axis (default the last): int32, without that axis. No gradient. */
export function argMax(input: TensorLike, axis = -1): Tensor {
  return op("argMax", [input], ([x0], scope) => {
    const x = asFloat(x0!, scope);
    const a = axisOf("argMax", axis, x.shape);
    const { outer, n, inner } = around(x.shape, a);
    check(n > 0, () => `argMax: there is no element to choose from on axis ${a} of ${showShape(x.shape)}`);
    const y = scope.alloc(x.shape.toSpliced(a, 1), "int32");
    scope.kernels.argMax(y.ptr, x.ptr, outer, n, inner);
    return y;
  });
}
