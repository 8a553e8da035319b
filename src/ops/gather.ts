import type { TensorLike } from "../tensor/make.js";
import { showShape, sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { asIndices, checkIndices } from "./indices.js";
import { asFloat, op } from "./op.js";

/**
 * Rows of a table by index: table [V, ...], index [...I] → [...I, ...]. Rows that are taken several times gather the sum of
 * their gradients. An int32 table comes out as floats.
 * @throws SluiceError that names the first index outside [0, V)
 */
export function gather(table: TensorLike, index: TensorLike): Tensor {
  return op("gather", [table, index], ([t0, i0], scope) => {
    const t = asFloat(t0!, scope);
    check(t.rank > 0, () => `gather: expected a table [rows, ...], got ${showShape(t.shape)}`);
    const i = asIndices("gather", i0!, scope);
    checkIndices("gather", i, t.shape[0]!, scope);
    const row = t.shape.slice(1);
    const cols = sizeOf(row);
    const y = scope.alloc([...i.shape, ...row]);
    scope.kernels.gatherRows(y.ptr, t.ptr, i.ptr, i.size, cols);
    scope.record([t], [y], () => {
      scope.accumulateGrad(t, (dt) => scope.kernels.scatterAddRows(dt, y.grad!.ptr, i.ptr, i.size, cols));
    });
    return y;
  });
}
