import type { Tensor } from "../tensor/tensor.js";
import { SluiceError } from "../util/errors.js";
import type { Scope } from "./scope.js";

/** An index tensor as int32; floats must hold whole numbers. */
export function asIndices(name: string, x: Tensor, scope: Scope): Tensor {
  if (x.dtype === "int32") return x;
  const at = x.data.findIndex((v) => !Number.isInteger(v));
  if (at >= 0) throw new SluiceError(`${name}: indices must be whole numbers, got ${x.data[at]} at element ${at}`);
  const y = scope.alloc(x.shape, "int32");
  scope.kernels.floatToInt(y.ptr, x.ptr, x.size);
  return y;
}

/** Raises an error that names the first index outside [0, n). */
export function checkIndices(name: string, index: Tensor, n: number, scope: Scope): void {
  const [low, high] = scope.kernels.rangeOfInts(index.ptr, index.size);
  if (low >= 0 && high < n) return;
  const at = index.data.findIndex((v) => v < 0 || v >= n);
  throw new SluiceError(`${name}: indices must be from 0 to ${n - 1}, got ${index.data[at]} at element ${at}`);
}
