import type { Kernels } from "../kernels/kernels.js";
import type { Ptr } from "../tensor/memory.js";
import { sameShape, showShape, sizeOf, stridesOf, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { SluiceError } from "../util/errors.js";
import type { Scope } from "./scope.js";

/** The joint shape of two operands by numpy's rule: axes are aligned at the right, and size 1 stretches. */
export function broadcastShape(name: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[a.length - rank + i] ?? 1;
    const n = b[b.length - rank + i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new SluiceError(`${name}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast`);
    }
    return m === 1 ? n : m;
  });
}

/** Strides of `from` seen as `to`: 0 along the axes that are repeated. */
function stretchedStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : strides[i - lead]!));
}

/** The tensor repeated to a larger shape; itself when it has that shape. */
export function expand(x: Tensor, shape: Shape, scope: Scope): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const y = scope.alloc(shape);
  scope.kernels.copy(y.ptr, x.ptr, shape, stridesOf(shape), stretchedStrides(x.shape, shape), false);
  return y;
}

/** dx (of `shape`) += the sum of dy over the axes along which x was repeated. */
export function addReduced(k: Kernels, dx: Ptr, shape: Shape, dy: Ptr, dyShape: Shape): void {
  const size = sizeOf(shape);
  if (sameShape(shape, dyShape)) return k.axpy(dx, 1, dy, size);
  if (size === 1 || isRow(shape, dyShape)) return k.reduce("sum", dx, dy, 1, sizeOf(dyShape) / size, size, true);
  k.copy(dx, dy, dyShape, stretchedStrides(shape, dyShape), stridesOf(dyShape), true);
}

/** Whether `row` is a vector along the last axis of `full`: [C], [1, C], … */
export function isRow(row: Shape, full: Shape): boolean {
  const cols = full.at(-1);
  return cols !== undefined && row.at(-1) === cols && sizeOf(row) === cols && row.length <= full.length;
}
