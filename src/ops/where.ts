import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { addReduced, broadcastShape, expand } from "./broadcast.js";
import { broadcastTo } from "./broadcast-to.js";
import { asFloat, op } from "./op.js";
import type { Scope } from "./scope.js";

/** a where the condition is not 0, else b; the three are broadcast to one shape. The gradient goes where the value came from. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return op("where", [condition, a, b], ([c0, a0, b0], scope) => {
    const [x, w] = [asFloat(a0!, scope), asFloat(b0!, scope)];
    const shape = broadcastShape("where", broadcastShape("where", c0!.shape, x.shape), w.shape);
    const c = broadcastTo(asBooleans(c0!, scope), shape);
    const k = scope.kernels;
    const y = scope.alloc(shape);
    k.where(y.ptr, c.ptr, expand(x, shape, scope).ptr, expand(w, shape, scope).ptr, y.size);
    scope.record([x, w], [y], () => {
      const dy = y.grad!;
      const zero = scope.alloc(shape);
      const part = scope.alloc(shape);
      k.fill(zero.ptr, 0, zero.size);
      scope.accumulateGrad(x, (dx) => {
        k.where(part.ptr, c.ptr, dy.ptr, zero.ptr, dy.size);
        addReduced(scope, dx, x.shape, part.ptr, shape);
      });
      scope.accumulateGrad(w, (dw) => {
        k.where(part.ptr, c.ptr, zero.ptr, dy.ptr, dy.size);
        addReduced(scope, dw, w.shape, part.ptr, shape);
      });
    });
    return y;
  });
}

/** int32: 1 where the element is not 0. */
function asBooleans(x: Tensor, scope: Scope): Tensor {
  if (x.dtype === "int32") return x;
  const y = scope.alloc(x.shape, "int32");
  const [out, values] = [y.data, x.data];
  for (let i = 0; i < values.length; i++) out[i] = values[i] === 0 ? 0 : 1;
  return y;
}
