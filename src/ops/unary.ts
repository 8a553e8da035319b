/** Element-wise operations on one tensor. */
import type { Unary } from "../kernels/kernels.js";
import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { asFloat, op } from "./op.js";

/** y = f(x), dx = dy · f'(x). */
export function unary(f: Unary, input: TensorLike): Tensor {
  return op(f, [input], ([x0], scope) => {
    const x = asFloat(x0!, scope);
    const y = scope.alloc(x.shape);
    const k = scope.kernels;
    k.unary(f, y.ptr, x.ptr, x.size);
    scope.record([x], [y], () => {
      scope.assignGrad(x, (dx) => k.unaryGrad(f, dx, y.grad!.ptr, x.ptr, y.ptr, x.size));
    });
    return y;
  });
}

export const neg = (x: TensorLike): Tensor => unary("neg", x);
export const exp = (x: TensorLike): Tensor => unary("exponential", x);
/** Natural logarithm. */
export const log = (x: TensorLike): Tensor => unary("log", x);
/** ln(1 + x), exact near 0. */
export const log1p = (x: TensorLike): Tensor => unary("log1p", x);
export const sqrt = (x: TensorLike): Tensor => unary("sqrt", x);
export const square = (x: TensorLike): Tensor => unary("square", x);
export const abs = (x: TensorLike): Tensor => unary("abs", x);
export const sin = (x: TensorLike): Tensor => unary("sin", x);
export const cos = (x: TensorLike): Tensor => unary("cos", x);
/** σ(x) = 1 / (1 + e⁻ˣ) */
export const sigmoid = (x: TensorLike): Tensor => unary("sigmoid", x);
export const tanh = (x: TensorLike): Tensor => unary("tanh", x);
/** max(x, 0) */
export const relu = (x: TensorLike): Tensor => unary("relu", x);
/** ln(1 + eˣ) */
export const softplus = (x: TensorLike): Tensor => unary("softplus", x);
