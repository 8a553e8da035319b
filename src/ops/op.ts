import { kernelsFor } from "./backend.js";
import { currentScope, withScope, type Scope } from "./scope.js";
import type { FloatDType } from "../tensor/dtype.js";
import { toTensor, type TensorLike } from "../tensor/make.js";
import { Tensor } from "../tensor/tensor.js";

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
  if (scope) return body(placeAll(name, inputs, scope), scope);
  return withScope(kernelsFor(floatOf(inputs)), false, (own) => {
    const result = body(placeAll(name, inputs, own), own);
    return (Array.isArray(result) ? result.map((t) => t.toHost()) : result.toHost()) as R;
  });
}

/** float64 as soon as one input is; plain numbers take the dtype of what they meet. */
export function floatOf(inputs: readonly TensorLike[]): FloatDType {
  const isDouble = (t: TensorLike) => t instanceof Float64Array || (t instanceof Tensor && t.dtype === "float64");
  return inputs.some(isDouble) ? "float64" : "float32";
}

function placeAll(name: string, inputs: readonly TensorLike[], scope: Scope): Tensor[] {
  return inputs.map((t) => scope.place(toTensor(t, name, scope.kernels.memory.float)));
}

/** The input as floats: int32 tensors are converted, and no gradient flows through them. */
export function asFloat(x: Tensor, scope: Scope): Tensor {
  if (x.dtype !== "int32") return x;
  const y = scope.alloc(x.shape);
  scope.kernels.intToFloat(y.ptr, x.ptr, x.size);
  return y;
}
