import type { TensorLike } from "../tensor/make.js";
import { showShape, stridesOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { addBoxToGrad, copyBox } from "./box.js";
import { asFloat, op } from "./op.js";

/** x with `value` put around it: for each axis how many elements before and after. */
export function pad(input: TensorLike, widths: readonly (readonly [number, number])[], value = 0): Tensor {
  return op("pad", [input], ([x0], scope) => {
    const x = asFloat(x0!, scope);
    const whole = (n: number) => Number.isInteger(n) && n >= 0;
    check(widths.length === x.rank && widths.every((w) => w.length === 2 && w.every(whole)), () => {
      return `pad: expected [before, after] for each of the ${x.rank} axes of ${showShape(x.shape)}, got ${show(widths)}`;
    });
    const y = scope.alloc(x.shape.map((n, i) => n + widths[i]![0] + widths[i]![1]));
    scope.kernels.fill(y.ptr, value, y.size);
    const strides = stridesOf(y.shape);
    const middle = { offset: widths.reduce((sum, [before], i) => sum + before * strides[i]!, 0), strides };
    const dense = { offset: 0, strides: stridesOf(x.shape) };
    copyBox(scope, x.dtype, x.shape, y.ptr, middle, x.ptr, dense);
    scope.record([x], [y], () => addBoxToGrad(scope, x, x.shape, dense, y.grad!, middle));
    return y;
  });
}
