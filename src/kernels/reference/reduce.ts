import type { Kernels } from "../kernels.js";
import type { ReferenceMemory } from "./memory.js";

/** x [outer, n, inner] is read along its middle axis: element k of line (o, i) is x[(o·n + k)·inner + i]. */
export function reduceKernels(memory: ReferenceMemory): Pick<Kernels, "reduce" | "argMax"> {
  return {
    reduce(f, yPtr, xPtr, outer, n, inner, accumulate) {
      const y = memory.floats(yPtr, outer * inner);
      const x = memory.floats(xPtr, outer * n * inner);
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          let result = f === "max" ? -Infinity : 0;
          for (let k = 0; k < n; k++) {
            const value = x[(o * n + k) * inner + i]!;
            result = f === "max" ? Math.max(result, value) : result + value;
          }
          if (f === "mean") result /= n;
          y[o * inner + i] = accumulate ? y[o * inner + i]! + result : result;
        }
      }
    },
    argMax(yPtr, xPtr, outer, n, inner) {
      const y = memory.ints(yPtr, outer * inner);
      const x = memory.floats(xPtr, outer * n * inner);
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          let best = 0;
          for (let k = 1; k < n; k++) {
            if (x[(o * n + k) * inner + i]! > x[(o * n + best) * inner + i]!) best = k;
          }
          y[o * inner + i] = best;
        }
      }
    },
  };
}
