/** Axes of size 1, put in or left out. */
import { toTensor, type TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { axisOf } from "./axis.js";
import { axesOf, type Axes } from "./reduce.js";
import { reshape } from "./reshape.js";

/** Puts in an axis of size 1 so that it becomes axis `axis` of the result (default the last). */
export function expandDims(input: TensorLike, axis = -1): Tensor {
  const x = toTensor(input, "expandDims");
  return reshape(x, x.shape.toSpliced(axisOf("expandDims", axis, x.shape, x.rank + 1), 0, 1));
}

/** Leaves out axes of size 1: the given ones, or all. */
export function squeeze(input: TensorLike, axis?: Axes): Tensor {
  const x = toTensor(input, "squeeze");
  const axes =
    axis === undefined ? [...x.shape.keys()].filter((i) => x.shape[i] === 1) : axesOf("squeeze", axis, x.shape);
  for (const a of axes) {
    check(x.shape[a] === 1, () => `squeeze: axis ${a} of ${showShape(x.shape)} must have size 1, got ${x.shape[a]}`);
  }
  return reshape(
    x,
    x.shape.filter((_, i) => !axes.includes(i)),
  );
}
