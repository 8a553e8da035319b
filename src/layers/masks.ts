/** Masks are int32 [B, T], 1 = use the step. They carry no gradient, so they are made by plain loops in the step's memory. */
import { currentScope } from "../ops/scope.js";
import type { TensorData } from "../tensor/dtype.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A mask of `shape` whose element i says whether `use(values of x, i)`. */
export function maskFrom(x: Tensor, shape: Shape, use: (values: TensorData, i: number) => boolean): Tensor {
  const mask = currentScope()!.alloc(shape, "int32");
  // Views are taken after the allocation, which may move the memory.
  fillMask(mask, x, use);
  return mask;
}

export function fillMask(mask: Tensor, x: Tensor, use: (values: TensorData, i: number) => boolean): void {
  const [data, values] = [mask.data, x.data];
  for (let i = 0; i < data.length; i++) data[i] = use(values, i) ? 1 : 0;
}

/** 1 where any of the masks is; null, which means that all steps count, when one of them is null. */
export function anyMask(masks: readonly (Tensor | null)[]): Tensor | null {
  const present = masks.filter((m) => m !== null);
  const [first, ...others] = present;
  if (!first || present.length < masks.length) return null;
  return others.reduce((all, m) => maskFrom(m, m.shape, either(all)), first);
}

/** For {@link maskFrom}: 1 where this mask or the other one is. */
export function either(mask: Tensor): (values: TensorData, i: number) => boolean {
  return (values, i) => values[i] !== 0 || mask.data[i] !== 0;
}
