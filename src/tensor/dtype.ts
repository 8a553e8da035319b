import { SluiceError, show } from "../util/errors.js";

/** Element types. float64 is computed by the reference kernels only; the fast kernels compute in float32. */
export type DType = "float32" | "float64" | "int32";
export type FloatDType = "float32" | "float64";
export type DataOf = { float32: Float32Array; float64: Float64Array; int32: Int32Array };
export type TensorData = Float32Array | Float64Array | Int32Array;

export function makeData(dtype: DType, length: number): TensorData {
  if (dtype === "float32") return new Float32Array(length);
  if (dtype === "float64") return new Float64Array(length);
  if (dtype === "int32") return new Int32Array(length);
  throw new SluiceError(`dtype must be float32, float64 or int32, got ${show(dtype)}`);
}

export function dtypeOf(data: TensorData): DType {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Float64Array ? "float64" : "int32";
}
