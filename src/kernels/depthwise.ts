/** Kernels of convolution over time by channel (layers/depthwise-conv1d.ts). */
import type { Ptr } from "../tensor/memory.js";

/** y[b, t, c] = b[c] + Σ_k x[b, t·stride + k·dilation − before, c] · W[k, c]; outside of 0 … T−1 x is 0. */
export interface DepthwiseCall {
  B: number;
  T: number;
  C: number;
  K: number;
  /** outputs of each sequence */
  steps: number;
  stride: number;
  dilation: number;
  /** steps of padding before the first */
  before: number;
  /** [B, T, C] */
  x: Ptr;
  /** [K, C] */
  W: Ptr;
  /** [C]; 0 without bias */
  b: Ptr;
  /** [B, steps, C] */
  y: Ptr;
}

/** dW and db accumulate (+=), dx overwrites; each is skipped where 0. */
export interface DepthwiseGradients {
  dy: Ptr;
  dx: Ptr;
  dW: Ptr;
  db: Ptr;
}

export interface DepthwiseKernels {
  depthwise(call: DepthwiseCall): void;
  depthwiseGrad(call: DepthwiseCall, gradients: DepthwiseGradients): void;
}
