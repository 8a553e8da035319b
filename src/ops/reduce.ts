/** Sums, means and maxima along axes. */
import type { Reduce } from "../kernels/kernels.js";
import type { TensorLike } from "../tensor/make.js";
import { showShape, sizeOf, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { axisOf } from "./axis.js";
import { copyBox } from "./box.js";
import { asFloat, op } from "./op.js";
import { reshape } from "./reshape.js";
import type { Scope } from "./scope.js";

/** One axis, several, or all of them when left out. */
export type Axes = number | readonly number[] | undefined;

function reduce(f: Reduce, input: TensorLike, axis: Axes, keepDims: boolean): Tensor {
  return op(f, [input], ([x0], scope) => {
    const x = asFloat(x0!, scope);
    const axes = axesOf(f, axis, x.shape);
    let y = x;
    for (const [first, end] of runs(axes)) y = reduceRun(f, y, first, end, scope);
    const shape = y.shape.filter((_, i) => keepDims || !axes.includes(i));
    return reshape(y, shape);
  });
}

export function axesOf(name: string, axis: Axes, shape: Shape): number[] {
  if (axis === undefined) return shape.map((_, i) => i);
  const axes = (typeof axis === "number" ? [axis] : axis).map((a) => axisOf(name, a, shape)).sort((a, b) => a - b);
  check(new Set(axes).size === axes.length, () => {
    return `${name}: axes must differ, got [${String(axis)}] for shape ${showShape(shape)}`;
  });
  return axes;
}

/** Neighbouring axes are reduced together: [first, end) of each run. */
function runs(axes: readonly number[]): [number, number][] {
  const out: [number, number][] = [];
  for (const a of axes) {
    const last = out.at(-1);
    if (last && last[1] === a) last[1] = a + 1;
    else out.push([a, a + 1]);
  }
  return out;
}

/** x [outer, n, inner] → [outer, 1, inner], where n stands for the axes from `first` to `end`. */
function reduceRun(f: Reduce, x: Tensor, first: number, end: number, scope: Scope): Tensor {
  const k = scope.kernels;
  const outer = sizeOf(x.shape.slice(0, first));
  const n = sizeOf(x.shape.slice(first, end));
  const inner = sizeOf(x.shape.slice(end));
  check(
    f !== "max" || n > 0 || outer * inner === 0,
    () => `max: there is no element to choose from in ${showShape(x.shape)}`,
  );
  const y = scope.alloc(x.shape.map((size, i) => (i >= first && i < end ? 1 : size)));
  k.reduce(f, y.ptr, x.ptr, outer, n, inner, false);
  const repeat = (dst: number, src: number) => {
    const to = { offset: 0, strides: [n * inner, inner, 1] };
    copyBox(scope, x.dtype, [outer, n, inner], dst, to, src, { offset: 0, strides: [inner, 0, 1] });
  };
  scope.record([x], [y], () => {
    const dy = f === "max" ? sharedAmongTies(x, y, outer, n, inner, repeat, scope) : y.grad!;
    scope.assignGrad(x, (dx) => {
      repeat(dx, dy.ptr);
      if (f === "mean") k.scale(dx, 1 / n, dx, x.size);
      if (f === "max") k.binary("mul", dx, dx, x.size, chosen(x, y, repeat, scope).ptr, x.size, x.size);
    });
  });
  return y;
}

/** 1 where an element equals the largest of its line. */
function chosen(x: Tensor, y: Tensor, repeat: (dst: number, src: number) => void, scope: Scope): Tensor {
  const mask = scope.alloc(x.shape);
  repeat(mask.ptr, y.ptr);
  scope.kernels.binary("equal", mask.ptr, mask.ptr, x.size, x.ptr, x.size, x.size);
  return mask;
}

/** dy divided by the number of elements that share the maximum. */
function sharedAmongTies(
  x: Tensor, y: Tensor, outer: number, n: number, inner: number, repeat: (dst: number, src: number) => void, scope: Scope,
): Tensor {
  const share = scope.alloc(y.shape);
  scope.kernels.reduce("sum", share.ptr, chosen(x, y, repeat, scope).ptr, outer, n, inner, false);
  scope.kernels.binary("div", share.ptr, y.grad!.ptr, y.size, share.ptr, y.size, y.size);
  return share;
} // prettier-ignore

/** Σ x along the axes (all when left out); keepDims leaves them with size 1. int32 is summed as floats. */
export const sum = (x: TensorLike, axis?: Axes, keepDims = false): Tensor => reduce("sum", x, axis, keepDims);

/** Mean along the axes (all when left out); NaN where there is no element. */
export const mean = (x: TensorLike, axis?: Axes, keepDims = false): Tensor => reduce("mean", x, axis, keepDims);

/** Largest along the axes (all when left out); elements that share the maximum share the gradient equally. */
export const max = (x: TensorLike, axis?: Axes, keepDims = false): Tensor => reduce("max", x, axis, keepDims);
