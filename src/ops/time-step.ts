import { stridesOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { addBoxToGrad, copyBox } from "./box.js";
import { op } from "./op.js";

/** x[:, t, :] of a sequence [B, T, D], as [B, D]. Its gradient goes back to step t. */
export function timeStep(input: Tensor, t: number): Tensor {
  return op("timeStep", [input], ([x], scope) => {
    const [B, T, D] = x!.shape as [number, number, number];
    const dims = [B, D];
    const y = scope.alloc(dims, x!.dtype);
    const step = { offset: t * D, strides: [T * D, 1] };
    const dense = { offset: 0, strides: stridesOf(dims) };
    copyBox(scope, x!.dtype, dims, y.ptr, dense, x!.ptr, step);
    scope.record([x!], [y], () => addBoxToGrad(scope, x!, dims, step, y.grad!, dense));
    return y;
  });
}
