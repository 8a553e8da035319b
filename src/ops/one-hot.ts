import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount } from "../util/checks.js";
import { asIndices, checkIndices } from "./indices.js";
import { op } from "./op.js";

/** index [...I] → [...I, depth] floats: 1 at the index, 0 elsewhere. No gradient. */
export function oneHot(index: TensorLike, depth: number): Tensor {
  checkCount("oneHot", "depth", depth);
  return op("oneHot", [index], ([i0], scope) => {
    const i = asIndices("oneHot", i0!, scope);
    checkIndices("oneHot", i, depth, scope);
    const y = scope.alloc([...i.shape, depth]);
    const [out, classes] = [y.data, i.data];
    out.fill(0);
    for (let r = 0; r < classes.length; r++) out[r * depth + classes[r]!] = 1;
    return y;
  });
}
