import { showShape, type Shape } from "../tensor/shape.js";
import { check } from "../util/errors.js";

/** One axis, or several that together make a vector; negative ones count from the end. */
export type Axes = number | readonly number[];

const EPSILON = 1e-7; // Keras's: a zero vector stays zero

/** Scales each vector along `axes`, whose norm is n, by desired(n) / (n + 1e-7). */
export function scaleToNorms(
  where: string,
  w: Float32Array | Float64Array,
  shape: Shape,
  axes: readonly number[],
  desired: (norm: number) => number,
): void {
  const along = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  check(along.every((axis) => axis >= 0 && axis < shape.length), () => {
    return `${where}: axis ${axes.join(", ")} is outside of the weight's shape ${showShape(shape)}`;
  }); // prettier-ignore
  const vectorOf = vectorIndex(shape, along);
  const factors = new Float64Array(w.length); // longer than the number of vectors, at most by the length of one
  for (let i = 0; i < w.length; i++) factors[vectorOf(i)]! += w[i]! * w[i]!;
  for (const [v, squares] of factors.entries()) {
    const norm = Math.sqrt(squares);
    factors[v] = desired(norm) / (norm + EPSILON);
  }
  for (let i = 0; i < w.length; i++) w[i]! *= factors[vectorOf(i)]!;
}

/** Maps an element's index to that of its vector: its row-major index over the axes that are not part of the vector. */
function vectorIndex(shape: Shape, along: readonly number[]): (i: number) => number {
  const parts: { stride: number; size: number; step: number }[] = [];
  let [stride, step] = [1, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (!along.includes(axis)) {
      parts.push({ stride, size, step });
      step *= size;
    }
    stride *= size;
  }
  return (i) => parts.reduce((sum, part) => sum + (Math.floor(i / part.stride) % part.size) * part.step, 0);
}
