/** Masks are int32 [B, T], 1 = use the step. They carry no gradient, so they are made by plain loops in the step's memory. */
import { currentScope } from "../ops/scope.js";
import { sameShape, showShape, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";

/** A mask whose element i says whether `use(i)`. What `use` reads must not be a view taken before: allocating may move it. */
export function maskWhere(shape: Shape, use: (i: number) => boolean): Tensor {
  const mask = currentScope()!.alloc(shape, "int32");
  const { data } = mask;
  for (let i = 0; i < data.length; i++) data[i] = use(i) ? 1 : 0;
  return mask;
}
