/** Sizes of the axes of a tensor, outermost first (row-major order). */
export type Shape = readonly number[];
/** A shape in which null stands for a size that is only known when data comes (batch, time). */
export type PartialShape = readonly (number | null)[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** `[32, null, 8]` as errors and summaries show it. */
export function showShape(shape: PartialShape): string {
  return `[${shape.map((n) => (n === null ? "null" : n)).join(", ")}]`;
}

/** Whether a concrete shape fits a partial one: the same rank, and equal sizes where they are given. */
export function fitsShape(shape: PartialShape, pattern: PartialShape): boolean {
  return shape.length === pattern.length && pattern.every((n, i) => n === null || shape[i] === null || n === shape[i]);
}
