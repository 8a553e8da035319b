import type { Ptr } from "../tensor/memory.js";
import { sameShape, showShape, sizeOf, stridesOf, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { SluiceError } from "../util/errors.js";
import { copyBox } from "./box.js";
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
export function stretchedStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : strides[i - lead]!));
}

/** The tensor repeated to a larger shape; itself when it has that shape. */
export function expand(x: Tensor, shape: Shape, scope: Scope): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const y = scope.alloc(shape);
  const from = { offset: 0, strides: stretchedStrides(x.shape, shape) };
  copyBox(scope, x.dtype, shape, y.ptr, { offset: 0, strides: stridesOf(shape) }, x.ptr, from);
  return y;
}

/** dx (of `shape`) += the sum of dy over the axes along which x was repeated. */
export function addReduced(scope: Scope, dx: Ptr, shape: Shape, dy: Ptr, dyShape: Shape): void {
  const k = scope.kernels;
  const size = sizeOf(shape);
  if (sizeOf(dyShape) === 0) return;
  if (sameShape(shape, dyShape)) return k.axpy(dx, 1, dy, size);
  if (size === 1 || isRow(shape, dyShape)) return k.reduce("sum", dx, dy, 1, sizeOf(dyShape) / size, size, true);
  const to = { offset: 0, strides: stretchedStrides(shape, dyShape) };
  copyBox(scope, scope.float, dyShape, dx, to, dy, { offset: 0, strides: stridesOf(dyShape) }, true);
}

/** Whether `row` is a vector along the last axis of `full`: [C], [1, C], … */
export function isRow(row: Shape, full: Shape): boolean {
  const cols = full.at(-1);
  return cols !== undefined && row.at(-1) === cols && sizeOf(row) === cols && row.length <= full.length;
}
