import { kernelsFor } from "./backend.js";
import { currentScope, withScope, type Scope } from "./scope.js";
import { toTensor, type TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * Runs one operation on its inputs. Inside a step the inputs are placed in the step's memory and the outputs live there.
 * Outside of any step a short one is opened around the operation, and the outputs are copied to ordinary arrays.
 */
export function op<R extends Tensor | Tensor[]>(
  name: string,
  inputs: readonly TensorLike[],
  body: (placed: Tensor[], scope: Scope) => R,
): R {
  const scope = currentScope();
  if (scope)
    return body(
      inputs.map((t) => scope.place(toTensor(t, name))),
      scope,
    );
  const tensors = inputs.map((t) => toTensor(t, name));
  const kernels = kernelsFor(tensors.some((t) => t.dtype === "float64") ? "float64" : "float32");
  return withScope(kernels, false, (own) => {
    const result = body(
      tensors.map((t) => own.place(t)),
      own,
    );
    return (Array.isArray(result) ? result.map((t) => t.toHost()) : result.toHost()) as R;
  });
}

/** The input as floats: int32 tensors are converted, and no gradient flows through them. */
export function asFloat(x: Tensor, scope: Scope): Tensor {
  if (x.dtype !== "int32") return x;
  const y = scope.alloc(x.shape);
  scope.kernels.intToFloat(y.ptr, x.ptr, x.size);
  return y;
}
