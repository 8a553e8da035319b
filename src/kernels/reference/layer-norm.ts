/**
 * Layer normalisation (Ba et al. 2016, arXiv 1607.06450) over rows of n elements:
 *     μ = Σ x / n,  s = 1/√(Σ (x - μ)² / n + eps),  x̂ = (x - μ)·s,  y = x̂ ⊙ γ + β
 * backward, with a = dy ⊙ γ:
 *     dx = s·(a - mean(a) - x̂ ⊙ mean(a ⊙ x̂)),  dγ += Σ_rows dy ⊙ x̂,  dβ += Σ_rows dy
 */
import type { Kernels } from "../kernels.js";
import type { ReferenceMemory } from "./memory.js";

export function layerNormKernels(memory: ReferenceMemory): Pick<Kernels, "layerNorm" | "layerNormGrad"> {
  return {
    layerNorm(yPtr, statsPtr, xPtr, gammaPtr, betaPtr, eps, rows, n) {
      const y = memory.floats(yPtr, rows * n);
      const stats = memory.floats(statsPtr, rows * 2);
      const x = memory.floats(xPtr, rows * n);
      const gamma = gammaPtr ? memory.floats(gammaPtr, n) : new Float64Array(n).fill(1);
      const beta = betaPtr ? memory.floats(betaPtr, n) : new Float64Array(n);
      for (let r = 0; r < rows; r++) {
        const row = x.subarray(r * n, (r + 1) * n);
        const mean = row.reduce((sum, v) => sum + v, 0) / n;
        const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
        const s = 1 / Math.sqrt(variance + eps);
        stats.set([mean, s], r * 2);
        for (let j = 0; j < n; j++) y[r * n + j] = (row[j]! - mean) * s * gamma[j]! + beta[j]!;
      }
    },
    layerNormGrad(dxPtr, dgammaPtr, dbetaPtr, dyPtr, statsPtr, xPtr, gammaPtr, rows, n) {
      const dgamma = dgammaPtr ? memory.floats(dgammaPtr, n) : new Float64Array(n);
      const dbeta = dbetaPtr ? memory.floats(dbetaPtr, n) : new Float64Array(n);
      const dx = dxPtr ? memory.floats(dxPtr, rows * n) : new Float64Array(rows * n);
      const dy = memory.floats(dyPtr, rows * n);
      const stats = memory.floats(statsPtr, rows * 2);
      const x = memory.floats(xPtr, rows * n);
      const gamma = gammaPtr ? memory.floats(gammaPtr, n) : new Float64Array(n).fill(1);
      const hat = new Float64Array(n);
      const a = new Float64Array(n);
      for (let r = 0; r < rows; r++) {
        const [mean, s] = [stats[r * 2]!, stats[r * 2 + 1]!];
        let [meanA, meanAHat] = [0, 0];
        for (let j = 0; j < n; j++) {
          hat[j] = (x[r * n + j]! - mean) * s;
          a[j] = dy[r * n + j]! * gamma[j]!;
          meanA += a[j]! / n;
          meanAHat += (a[j]! * hat[j]!) / n;
          dgamma[j]! += dy[r * n + j]! * hat[j]!;
          dbeta[j]! += dy[r * n + j]!;
        }
        for (let j = 0; j < n; j++) dx[r * n + j] = s * (a[j]! - meanA - hat[j]! * meanAHat);
      }
    },
  };
}
