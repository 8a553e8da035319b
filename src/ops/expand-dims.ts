/** Axes of size 1, put in or left out. */
import type { TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { axisOf } from "./axis.js";
import { op } from "./op.js";
import { axesOf, type Axes } from "./reduce.js";
import { reshape } from "./reshape.js";

/** Puts in an axis of size 1 so that it becomes axis `axis` of the result (default the last). */
export function expandDims(input: TensorLike, axis = -1): Tensor {
  return op("expandDims", [input], ([x]) => {
    const { shape, rank } = x!;
    return reshape(x!, shape.toSpliced(axisOf("expandDims", axis, shape, rank + 1), 0, 1));
  });
}

/** Leaves out axes of size 1: the given ones, or all. */
export function squeeze(input: TensorLike, axis?: Axes): Tensor {
  return op("squeeze", [input], ([x]) => {
    const { shape } = x!;
    const axes = axis === undefined ? [...shape.keys()].filter((i) => shape[i] === 1) : axesOf("squeeze", axis, shape);
    for (const a of axes) {
      check(shape[a] === 1, () => `squeeze: axis ${a} of ${showShape(shape)} must have size 1, got ${shape[a]}`);
    }
    const kept = shape.filter((_, i) => !axes.includes(i));
    return reshape(x!, kept);
  });
}
