import { showShape, sizeOf, type Shape } from "../tensor/shape.js";
import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { op } from "./op.js";

/** The same elements in another shape; one size may be -1 and is then worked out. */
export function reshape(input: TensorLike, shape: Shape): Tensor {
  return op("reshape", [input], ([x], scope) => {
    check(
      shape.filter((n) => n === -1).length <= 1,
      () => `reshape: at most one size may be -1, got ${showShape(shape)}`,
    );
    const known = sizeOf(shape.filter((n) => n !== -1));
    const full = shape.map((n) => (n === -1 && known > 0 ? x!.size / known : n));
    check(sizeOf(full) === x!.size && full.every((n) => Number.isInteger(n) && n >= 0), () => {
      return `reshape: ${showShape(x!.shape)} has ${x!.size} elements, which do not fit ${showShape(shape)}`;
    });
    const y = x!.viewAs(full);
    scope.record([x!], [y], () => {
      scope.accumulateGrad(x!, (dx) => scope.kernels.axpy(dx, 1, y.grad!.ptr, y.size));
    });
    return y;
  });
}
