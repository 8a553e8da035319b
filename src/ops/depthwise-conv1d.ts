import type { DepthwiseCall } from "../kernels/depthwise.js";
import { sequenceKernels } from "../kernels/sequence-kernels.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { conv1dLength, paddingOf, type Conv1dOptions } from "./conv1d.js";
import { asFloat, op } from "./op.js";

/**
 * Convolution over time of each channel by itself: y[b, t, c] = b[c] + Σ_k x[b, t·stride + k·dilation − before, c] · W[k, c].
 * x [B, T, C], kernel W [K, C], bias [C] or null → [B, T', C]; lengths and padding as in `conv1d`.
 */
export function depthwiseConv1d(x: Tensor, W: Tensor, b: Tensor | null, options: Required<Conv1dOptions>): Tensor {
  return op("depthwiseConv1d", b ? [x, W, b] : [x, W], ([x0, kernel, bias = null], scope) => {
    const input = asFloat(x0!, scope);
    const [B, T, C] = input.shape as [number, number, number];
    const K = kernel!.shape[0]!;
    check(input.rank === 3 && kernel!.rank === 2 && kernel!.shape[1] === C, () => {
      return `depthwiseConv1d: expected x [B, T, C] and kernel [K, C], got ${showShape(input.shape)} and ${showShape(kernel!.shape)}`;
    });
    const { stride, dilation, padding } = options;
    const steps = conv1dLength(T, K, options);
    check(
      steps > 0,
      () => `depthwiseConv1d: ${T} steps are fewer than the kernel's reach of ${(K - 1) * dilation + 1}`,
    );
    const [before] = paddingOf(padding, T, K, stride, dilation);
    const k = sequenceKernels(scope.kernels, "depthwiseConv1d");
    const y = scope.alloc([B, steps, C]);
    const at = { x: input.ptr, W: kernel!.ptr, b: bias?.ptr ?? 0, y: y.ptr };
    const call: DepthwiseCall = { B, T, C, K, steps, stride, dilation, before, ...at };
    k.depthwise(call);
    scope.record([input, kernel!, bias], [y], () => {
      // One pass over dy yields all three, so the sums have their places first.
      for (const t of [kernel!, bias]) if (t) scope.accumulateGrad(t, () => undefined);
      const place = (t: Tensor | null) => (t?.tracked ? t.grad!.ptr : 0);
      const run = (dx: number) => k.depthwiseGrad(call, { dy: y.grad!.ptr, dx, dW: place(kernel!), db: place(bias) });
      if (input.tracked) scope.assignGrad(input, run);
      else run(0);
    });
    return y;
  });
}
