import type { Kernels } from "../kernels.js";
import type { ReferenceMemory } from "./memory.js";

/** Adam's moments below this become zero (kernels.ts), before they are denormals in float32. */
const SMALLEST_MOMENT = 1e-30;

export function optimizerKernels(memory: ReferenceMemory): Pick<Kernels, "sgd" | "adam" | "rmsprop" | "adagrad"> {
  return {
    sgd(pPtr, gPtr, vPtr, n, lr, momentum, nesterov) {
      const p = memory.floats(pPtr, n);
      const g = memory.floats(gPtr, n);
      const v = vPtr ? memory.floats(vPtr, n) : new Float64Array(n);
      for (let i = 0; i < n; i++) {
        v[i] = momentum * v[i]! - lr * g[i]!;
        p[i]! += nesterov ? momentum * v[i]! - lr * g[i]! : v[i]!;
      }
    },
    adam(pPtr, gPtr, mPtr, vPtr, n, lrT, beta1, beta2, epsT, cm, cg) {
      const p = memory.floats(pPtr, n);
      const g = memory.floats(gPtr, n);
      const m = memory.floats(mPtr, n);
      const v = memory.floats(vPtr, n);
      for (let i = 0; i < n; i++) {
        m[i] = flush(beta1 * m[i]! + (1 - beta1) * g[i]!);
        v[i] = flush(beta2 * v[i]! + (1 - beta2) * g[i]! * g[i]!);
        p[i]! -= (lrT * (cm * m[i]! + cg * g[i]!)) / (Math.sqrt(v[i]!) + epsT);
      }
    },
    rmsprop(pPtr, gPtr, vPtr, aPtr, mPtr, n, lr, rho, momentum, eps) {
      const p = memory.floats(pPtr, n);
      const g = memory.floats(gPtr, n);
      const v = memory.floats(vPtr, n);
      const a = aPtr ? memory.floats(aPtr, n) : undefined;
      const m = mPtr ? memory.floats(mPtr, n) : undefined;
      for (let i = 0; i < n; i++) {
        v[i] = rho * v[i]! + (1 - rho) * g[i]! * g[i]!;
        if (a) a[i] = rho * a[i]! + (1 - rho) * g[i]!;
        const d = a ? v[i]! - a[i]! * a[i]! : v[i]!;
        const u = (lr * g[i]!) / Math.sqrt(d + eps);
        if (m) m[i] = momentum * m[i]! + u;
        p[i]! -= m ? m[i]! : u;
      }
    },
    adagrad(pPtr, gPtr, sPtr, n, lr, eps) {
      const p = memory.floats(pPtr, n);
      const g = memory.floats(gPtr, n);
      const s = memory.floats(sPtr, n);
      for (let i = 0; i < n; i++) {
        s[i]! += g[i]! * g[i]!;
        p[i]! -= (lr * g[i]!) / Math.sqrt(s[i]! + eps);
      }
    },
  };
}

function flush(moment: number): number {
  return Math.abs(moment) < SMALLEST_MOMENT ? 0 : moment;
}
