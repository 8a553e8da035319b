/** Gradients of a function of tensors, for checks and experiments; layers are differentiated by the training step. */
import { toTensor, type TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { kernelsFor } from "./backend.js";
import { floatOf } from "./op.js";
import { currentScope, withScope, type Scope } from "./scope.js";

/** Whatever a tensor can be made of, for each argument of f. */
export type Arguments<A extends readonly Tensor[]> = { [K in keyof A]: TensorLike };
/** One gradient for a function of one tensor, else an array of them. */
export type Gradients<A extends readonly Tensor[]> = A extends readonly [Tensor] ? Tensor : Tensor[];

/**
 * The gradient of a scalar function: `grad(f)(x)` is ∂f/∂x, of x's shape; for several arguments an array, one for each.
 * float64 arguments are computed on the reference kernels, all else in float32. What f does not depend on has gradient 0.
 * @throws SluiceError when f gives anything but one number, for int32 arguments, and inside a function that is being
 *   differentiated itself (there are no second derivatives)
 * @example grad((x: Tensor) => sum(mul(x, x)))([1, 2]) // [2, 4]
 */
export function grad<A extends Tensor[]>(f: (...args: A) => Tensor): (...args: Arguments<A>) => Gradients<A> {
  const both = valueAndGrad(f);
  return (...args) => both(...args).gradient;
}

/** As {@link grad}, with the function's value beside its gradient. */
export function valueAndGrad<A extends Tensor[]>(
  f: (...args: A) => Tensor,
): (...args: Arguments<A>) => { value: Tensor; gradient: Gradients<A> } {
  check(typeof f === "function", () => `grad: expected a function of tensors, got ${show(f)}`);
  return (...args) => {
    check(
      !currentScope()?.recording,
      () => "grad: there are no second derivatives; call it outside of the function that is differentiated",
    );
    const float = floatOf(args);
    const tensors = args.map((arg, i) => toTensor(arg, `grad: argument ${i}`, float));
    tensors.forEach((t, i) => {
      check(
        t.dtype !== "int32",
        () => `grad: argument ${i} is int32, which has no gradient; use it inside of f instead of passing it`,
      );
    });
    return withScope(kernelsFor(float), true, (scope) => {
      const leaves = tensors.map((t) => leafOf(t, scope));
      const value = scalar(f(...(leaves as A)), scope);
      scope.backward(value);
      const gradients = leaves.map((leaf) => gradientOf(leaf, scope).toHost());
      return { value: value.toHost(), gradient: (gradients.length === 1 ? gradients[0]! : gradients) as Gradients<A> };
    });
  };
}

/** A copy of the argument in the step's memory at which a gradient is wanted; the argument itself stays as it is. */
function leafOf(t: Tensor, scope: Scope): Tensor {
  const leaf = scope.alloc(t.shape);
  leaf.data.set(t.data);
  leaf.tracked = true;
  return leaf;
}

function gradientOf(leaf: Tensor, scope: Scope): Tensor {
  scope.accumulateGrad(leaf, () => undefined); // zeros where nothing arrived
  return leaf.grad!;
}

function scalar(value: unknown, scope: Scope): Tensor {
  check(value instanceof Tensor && value.size === 1, () => {
    const came = value instanceof Tensor ? `a tensor ${showShape(value.shape)}` : show(value);
    return `grad: the function must return a tensor with one element, got ${came}; sum or mean brings one down to that`;
  });
  return scope.place(value);
}
