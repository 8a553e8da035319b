import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, sub } from "./arithmetic.js";
import { clip } from "./clip.js";
import { op } from "./op.js";
import { axesOf, max, sum, type Axes } from "./reduce.js";
import { reshape } from "./reshape.js";
import { stopGradient } from "./stop-gradient.js";
import { exp, log } from "./unary.js";

/** Below float32's largest number, so that -∞ - LARGE is still -∞ where a whole line is -∞. */
const LARGE = 3e38;

/** ln Σ eˣ along the axes (all when left out), shifted by the largest so that nothing overflows. */
export function logSumExp(input: TensorLike, axis?: Axes, keepDims = false): Tensor {
  return op("logSumExp", [input], ([x]) => {
    const axes = axesOf("logSumExp", axis, x!.shape);
    const shift = stopGradient(clip(max(x!, axes, true), -LARGE, LARGE));
    const y = add(log(sum(exp(sub(x!, shift)), axes, true)), shift);
    return keepDims
      ? y
      : reshape(
          y,
          y.shape.filter((_, i) => !axes.includes(i)),
        );
  });
}
