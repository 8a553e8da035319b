import type { TensorLike } from "../tensor/make.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkChoice, checkCount, checkOptions } from "../util/checks.js";
import { check } from "../util/errors.js";
import { addBoxToGrad, copyBox } from "./box.js";
import { matmul } from "./matmul.js";
import { asFloat, op } from "./op.js";
import { pad } from "./pad.js";
import { reshape } from "./reshape.js";

export const PADDINGS = ["valid", "same", "causal"] as const;
/** valid: no padding; same: ⌈T / stride⌉ steps come out; causal: the same, and step t sees nothing after t. */
export type Padding = (typeof PADDINGS)[number];

export interface Conv1dOptions {
  /** Steps between two outputs. Default 1. */
  stride?: number;
  /** Steps between two rows of the kernel. Default 1. */
  dilation?: number;
  /** Default "valid". */
  padding?: Padding;
}

/**
 * Convolution over time, as Keras defines it: y[b, t, f] = Σ_k Σ_c x[b, t·stride + k·dilation - before, c] · W[k, c, f].
 * x [B, T, C], kernel W [K, C, F] → [B, T', F]. The windows are copied side by side (im2col) and multiplied in one product.
 * @throws SluiceError when the shapes do not fit, or the input is shorter than the kernel
 */
export function conv1d(input: TensorLike, kernel: TensorLike, options: Conv1dOptions = {}): Tensor {
  checkOptions("conv1d", options, ["stride", "dilation", "padding"]);
  const stride = checkCount("conv1d", "stride", options.stride ?? 1);
  const dilation = checkCount("conv1d", "dilation", options.dilation ?? 1);
  const padding = checkChoice("conv1d", "padding", options.padding ?? "valid", PADDINGS);
  return op("conv1d", [input, kernel], ([x, W]) => {
    check(x!.rank === 3 && W!.rank === 3 && x!.shape[2] === W!.shape[1], () => {
      return `conv1d: expected x [B, T, C] and kernel [K, C, F], got ${showShape(x!.shape)} and ${showShape(W!.shape)}`;
    });
    const [K, C, F] = W!.shape as [number, number, number];
    const [before, after] = paddingOf(padding, x!.shape[1]!, K, stride, dilation);
    const padded = before + after > 0 ? pad(x!, [[0, 0], [before, after], [0, 0]]) : x!; // prettier-ignore
    return matmul(windows(padded, K, stride, dilation), reshape(W!, [K * C, F]));
  });
}

/** Steps T' that come out of T for a kernel of K rows. */
export function conv1dLength(
  T: number,
  K: number,
  { stride = 1, dilation = 1, padding = "valid" }: Conv1dOptions,
): number {
  const [before, after] = paddingOf(padding, T, K, stride, dilation);
  return Math.max(0, Math.floor((before + T + after - (K - 1) * dilation - 1) / stride) + 1);
}

/** Zeros before and after the T steps. */
export function paddingOf(padding: Padding, T: number, K: number, stride: number, dilation: number): [number, number] {
  const reach = (K - 1) * dilation;
  if (padding === "valid") return [0, 0];
  if (padding === "causal") return [reach, 0];
  const total = Math.max(0, (Math.ceil(T / stride) - 1) * stride + reach + 1 - T);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** x [B, T, C] → [B, T', K·C]: the K steps that meet the kernel at each output, side by side. */
function windows(input: Tensor, K: number, stride: number, dilation: number): Tensor {
  return op("conv1d", [input], ([x0], scope) => {
    const x = asFloat(x0!, scope);
    const [B, T, C] = x.shape as [number, number, number];
    const steps = conv1dLength(T, K, { stride, dilation });
    check(steps > 0, () => `conv1d: ${T} steps are fewer than the kernel's reach of ${(K - 1) * dilation + 1}`);
    const y = scope.alloc([B, steps, K * C]);
    // One row of the kernel at a time, so that no copy writes one element of dx twice.
    const dims = [B, steps, C];
    const inX = (k: number) => ({ offset: k * dilation * C, strides: [T * C, stride * C, 1] });
    const inY = (k: number) => ({ offset: k * C, strides: [steps * K * C, K * C, 1] });
    for (let k = 0; k < K; k++) copyBox(scope, x.dtype, dims, y.ptr, inY(k), x.ptr, inX(k));
    scope.record([x], [y], () => {
      for (let k = 0; k < K; k++) addBoxToGrad(scope, x, dims, inX(k), y.grad!, inY(k));
    });
    return y;
  });
}
