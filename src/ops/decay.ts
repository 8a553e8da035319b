import { sequenceKernels } from "../kernels/sequence-kernels.js";
import type { Tensor } from "../tensor/tensor.js";
import { op } from "./op.js";

/**
 * Factors exp(-max(0, δ W + b)) between 0 and 1, by which a state decays while time passes (Che et al. 2018, arXiv 1606.01865,
 * equation 10).
 * @param gaps δ [B, T, D]
 * @param W [D, H]
 * @param b [H]
 * @param mask int32 [B, T]; at steps with 0 the factors are 1
 * @returns [B, T, H]
 */
export function decay(gaps: Tensor, W: Tensor, b: Tensor, mask: Tensor | null): Tensor {
  return op("decay", mask ? [gaps, W, b, mask] : [gaps, W, b], ([gaps, W, b, mask], scope) => {
    const k = sequenceKernels(scope.kernels, "decay");
    const [B, T, D] = gaps!.shape as [number, number, number];
    const H = b!.size;
    const rows = B * T;
    const y = scope.alloc([B, T, H]);
    k.gemm(y.ptr, gaps!.ptr, W!.ptr, rows, H, D, false, false, false);
    k.decay(y.ptr, y.ptr, b!.ptr, mask?.ptr ?? 0, rows, H);
    scope.record([gaps!, W!, b!], [y], () => {
      const da = scope.alloc([B, T, H]).ptr;
      k.decayGrad(da, y.grad!.ptr, y.ptr, y.size);
      scope.accumulateGrad(W!, (dW) => k.gemm(dW, gaps!.ptr, da, D, H, rows, true, false, true));
      scope.accumulateGrad(b!, (db) => k.reduce("sum", db, da, 1, rows, H, true));
      scope.assignGrad(gaps!, (dgaps) => k.gemm(dgaps, da, W!.ptr, rows, D, H, false, true, false));
    });
    return y;
  });
}
