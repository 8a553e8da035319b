import { hashBits } from "../../util/random.js";
import type { Kernels } from "../kernels.js";
import { BINARY_FUNCTIONS, UNARY_FUNCTIONS } from "./functions.js";
import type { ReferenceMemory } from "./memory.js";

type Functions = Pick<Kernels, "unary" | "unaryGrad" | "binary" | "binaryRow" | "dropoutMask">;

export function functionKernels(memory: ReferenceMemory): Functions {
  return {
    unary(f, yPtr, xPtr, n) {
      const y = memory.floats(yPtr, n);
      const x = memory.floats(xPtr, n);
      const { value } = UNARY_FUNCTIONS[f];
      for (let i = 0; i < n; i++) y[i] = value(x[i]!);
    },
    unaryGrad(f, dxPtr, dyPtr, xPtr, yPtr, n) {
      const dx = memory.floats(dxPtr, n);
      const dy = memory.floats(dyPtr, n);
      const x = memory.floats(xPtr, n);
      const y = memory.floats(yPtr, n);
      const { slope } = UNARY_FUNCTIONS[f];
      for (let i = 0; i < n; i++) dx[i] = dy[i]! * slope(x[i]!, y[i]!);
    },
    binary(f, yPtr, aPtr, na, bPtr, nb, n) {
      const y = memory.floats(yPtr, n);
      const a = memory.floats(aPtr, na);
      const b = memory.floats(bPtr, nb);
      const value = BINARY_FUNCTIONS[f];
      for (let i = 0; i < n; i++) y[i] = value(a[na === 1 ? 0 : i]!, b[nb === 1 ? 0 : i]!);
    },
    binaryRow(f, yPtr, aPtr, bPtr, rows, cols) {
      const y = memory.floats(yPtr, rows * cols);
      const a = memory.floats(aPtr, rows * cols);
      const b = memory.floats(bPtr, cols);
      const value = BINARY_FUNCTIONS[f];
      for (let i = 0; i < rows * cols; i++) y[i] = value(a[i]!, b[i % cols]!);
    },
    dropoutMask(yPtr, seed, rate, n) {
      const y = memory.floats(yPtr, n);
      for (let i = 0; i < n; i++) y[i] = hashBits(seed, i) < rate * 2 ** 32 ? 0 : 1 / (1 - rate);
    },
  };
}

type Vectors = Pick<
  Kernels,
  "fill" | "axpy" | "scale" | "sumSquares" | "findNonFinite" | "where" | "clip" | "intToFloat" | "floatToInt"
>;

export function vectorKernels(memory: ReferenceMemory): Vectors {
  return {
    fill(yPtr, value, n) {
      memory.floats(yPtr, n).fill(value);
    },
    axpy(yPtr, alpha, xPtr, n) {
      const y = memory.floats(yPtr, n);
      const x = memory.floats(xPtr, n);
      for (let i = 0; i < n; i++) y[i]! += alpha * x[i]!;
    },
    scale(yPtr, alpha, xPtr, n) {
      const y = memory.floats(yPtr, n);
      const x = memory.floats(xPtr, n);
      for (let i = 0; i < n; i++) y[i] = alpha * x[i]!;
    },
    sumSquares(xPtr, n) {
      let sum = 0;
      for (const x of memory.floats(xPtr, n)) sum += x * x;
      return sum;
    },
    findNonFinite(xPtr, n) {
      return memory.floats(xPtr, n).findIndex((x) => !Number.isFinite(x));
    },
    where(yPtr, condPtr, aPtr, bPtr, n) {
      const y = memory.floats(yPtr, n);
      const cond = memory.ints(condPtr, n);
      const a = memory.floats(aPtr, n);
      const b = memory.floats(bPtr, n);
      for (let i = 0; i < n; i++) y[i] = cond[i] ? a[i]! : b[i]!;
    },
    clip(yPtr, xPtr, low, high, n) {
      const y = memory.floats(yPtr, n);
      const x = memory.floats(xPtr, n);
      for (let i = 0; i < n; i++) y[i] = Math.min(Math.max(x[i]!, low), high);
    },
    intToFloat(yPtr, xPtr, n) {
      memory.floats(yPtr, n).set(memory.ints(xPtr, n));
    },
    /** What does not fit becomes the nearest int32, NaN becomes 0: wasm's trunc_sat. */
    floatToInt(yPtr, xPtr, n) {
      const y = memory.ints(yPtr, n);
      const x = memory.floats(xPtr, n);
      for (let i = 0; i < n; i++) y[i] = Math.min(Math.max(Math.trunc(x[i]!), -(2 ** 31)), 2 ** 31 - 1);
    },
  };
}
