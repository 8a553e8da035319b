/** Small data sets for the tests of models, drawn from the library's own generator. */
import { Random } from "../../src/util/random.js";
import { normal as normalDeviate } from "../../src/util/normal.js";
import { tensor } from "../../src/tensor/make.js";
import type { Tensor } from "../../src/tensor/tensor.js";

export function normal(shape: number[], seed = 1): Tensor {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, () => normalDeviate(random)),
    shape,
  );
}

/** Sequences whose label says whether the sum of the first feature over the last two steps is positive. */
export function signTask(n: number, T: number, D: number, seed = 1): { x: Tensor; y: Tensor } {
  const x = normal([n, T, D], seed);
  const at = (i: number, t: number) => x.data[(i * T + t) * D]!;
  const labels = Float32Array.from({ length: n }, (_, i) => (at(i, T - 1) + at(i, T - 2) > 0 ? 1 : 0));
  return { x, y: tensor(labels, [n, 1]) };
}

/** Indices in [0, V), int32. */
export function indices(shape: number[], V: number, seed = 1): Tensor {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Int32Array.from({ length: size }, () => random.below(V)),
    shape,
  );
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
