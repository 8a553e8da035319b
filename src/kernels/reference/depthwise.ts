/** Convolution over time in which channels do not meet (kernels/depthwise.ts has the equation). */
import type { DepthwiseCall, DepthwiseKernels } from "../depthwise.js";
import type { ReferenceMemory } from "./memory.js";

export function depthwiseKernels(memory: ReferenceMemory): DepthwiseKernels {
  return {
    depthwise(call) {
      const { B, T, C, K, steps } = call;
      const [x, W, y] = [
        memory.floats(call.x, B * T * C),
        memory.floats(call.W, K * C),
        memory.floats(call.y, B * steps * C),
      ];
      const b = call.b ? memory.floats(call.b, C) : new Float64Array(C);
      for (let i = 0; i < y.length; i++) y[i] = b[i % C]!;
      eachTap(call, (out, at, w) => (y[out]! += x[at]! * W[w]!));
    },
    depthwiseGrad(call, gradients) {
      const { B, T, C, K, steps } = call;
      const [x, W, dy] = [
        memory.floats(call.x, B * T * C),
        memory.floats(call.W, K * C),
        memory.floats(gradients.dy, B * steps * C),
      ];
      const dx = gradients.dx ? memory.floats(gradients.dx, B * T * C) : new Float64Array(B * T * C);
      const dW = gradients.dW ? memory.floats(gradients.dW, K * C) : new Float64Array(K * C);
      const db = gradients.db ? memory.floats(gradients.db, C) : new Float64Array(C);
      dx.fill(0);
      eachTap(call, (out, at, w) => {
        dx[at]! += dy[out]! * W[w]!;
        dW[w]! += dy[out]! * x[at]!;
      });
      for (let i = 0; i < dy.length; i++) db[i % C]! += dy[i]!;
    },
  };
}

/** All products of the sums: indices of y, x and W. */
function eachTap(call: DepthwiseCall, run: (y: number, x: number, w: number) => void): void {
  const { B, T, C, K, steps, stride, dilation, before } = call;
  for (let row = 0; row < B; row++) {
    for (let t = 0; t < steps; t++) {
      for (let k = 0; k < K; k++) {
        const s = t * stride + k * dilation - before;
        if (s < 0 || s >= T) continue;
        for (let c = 0; c < C; c++) run((row * steps + t) * C + c, (row * T + s) * C + c, k * C + c);
      }
    }
  }
}
