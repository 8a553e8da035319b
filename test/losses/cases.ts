import { readFileSync } from "node:fs";
import { createReferenceKernels } from "../../src/kernels/reference/index.js";
import { provideKernels } from "../../src/ops/backend.js";
import { withScope } from "../../src/ops/scope.js";
import type { Loss } from "../../src/losses/index.js";
import { tensor, type ArrayInput } from "../../src/tensor/make.js";
import type { Tensor } from "../../src/tensor/tensor.js";

export const kernels = createReferenceKernels();
provideKernels("float64", { create: () => kernels });

export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../test/fixtures/${name}.json`, import.meta.url), "utf8")) as T;
}

export const flat = (data: ArrayInput): number[] =>
  Array.isArray(data) ? (data as ArrayInput[]).flatMap(flat) : [Number(data)];

/** Nested numbers as float64; labels of the sparse loss as int32. */
export const real = (data: ArrayInput): Tensor => {
  const { shape } = tensor(data);
  return tensor(Float64Array.from(flat(data)), shape);
};
export const whole = (data: ArrayInput): Tensor => tensor(data, undefined, "int32");

/** Σ upstream · loss, and its gradient by the tape. */
export function weightedLoss(loss: Loss, yTrue: Tensor, yPred: Tensor, upstream: readonly number[]) {
  return withScope(kernels, true, (scope) => {
    const p = scope.place(yPred);
    p.tracked = true;
    const y = loss.call(yTrue, p);
    const values = Array.from(y.data);
    // the loss is one operation, so a tape that ends in it can be started with the weights as its gradient
    scope.backward(y);
    const unweighted = Array.from(p.grad!.data);
    const n = p.size / y.size;
    return { shape: y.shape, values, gradient: unweighted.map((g, i) => g * upstream[Math.floor(i / n)]!) };
  });
}
