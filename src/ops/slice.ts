import type { TensorLike } from "../tensor/make.js";
import { showShape, stridesOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { addBoxToGrad, copyBox } from "./box.js";
import { op } from "./op.js";

/**
 * The box of x that starts at `begin` and has the sizes `size`; -1 takes all that is left on an axis. Axes that are not listed
 * are taken whole. A negative begin counts from the end.
 */
export function slice(input: TensorLike, begin: readonly number[], size?: readonly number[]): Tensor {
  return op("slice", [input], ([x], scope) => {
    const { shape, dtype } = x!;
    const from = shape.map((n, i) => ((begin[i] ?? 0) < 0 ? n + begin[i]! : (begin[i] ?? 0)));
    const dims = shape.map((n, i) => ((size?.[i] ?? -1) === -1 ? n - from[i]! : size![i]!));
    const inside = (n: number, i: number) => {
      return (
        Number.isInteger(from[i]) &&
        Number.isInteger(dims[i]) &&
        from[i]! >= 0 &&
        dims[i]! >= 0 &&
        from[i]! + dims[i]! <= n
      );
    };
    check(begin.length <= shape.length && (size?.length ?? 0) <= shape.length && shape.every(inside), () => {
      return `slice: begin ${show(begin)} and size ${show(size)} leave the shape ${showShape(shape)}`;
    });
    const y = scope.alloc(dims, dtype);
    const strides = stridesOf(shape);
    const part = { offset: from.reduce((sum, start, i) => sum + start * strides[i]!, 0), strides };
    const dense = { offset: 0, strides: stridesOf(dims) };
    copyBox(scope, dtype, dims, y.ptr, dense, x!.ptr, part);
    scope.record([x!], [y], () => addBoxToGrad(scope, x!, dims, part, y.grad!, dense));
    return y;
  });
}
