import type { Kernels } from "../kernels.js";
import type { ReferenceMemory } from "./memory.js";

/** c[i, j] (+)= Σ_k op(a)[i, k] · op(b)[k, j]. */
export function gemmKernels(memory: ReferenceMemory): Pick<Kernels, "gemm"> {
  return {
    gemm(cPtr, aPtr, bPtr, M, N, K, transA, transB, accumulate) {
      const c = memory.floats(cPtr, M * N);
      const a = memory.floats(aPtr, M * K);
      const b = memory.floats(bPtr, K * N);
      const [aRow, aCol] = transA ? [1, M] : [K, 1];
      const [bRow, bCol] = transB ? [1, K] : [N, 1];
      for (let i = 0; i < M; i++) {
        for (let j = 0; j < N; j++) {
          let sum = accumulate ? c[i * N + j]! : 0;
          for (let k = 0; k < K; k++) sum += a[i * aRow + k * aCol]! * b[k * bRow + j * bCol]!;
          c[i * N + j] = sum;
        }
      }
    },
  };
}
