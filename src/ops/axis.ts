import { showShape, sizeOf, type Shape } from "../tensor/shape.js";
import { check, show } from "../util/errors.js";

/** The axis counted from the front: -1 is the last one. */
export function axisOf(name: string, axis: number, shape: Shape, rank = shape.length): number {
  check(Number.isInteger(axis) && axis >= -rank && axis < rank, () => {
    const range = rank === 0 ? "no axis" : `an axis from ${-rank} to ${rank - 1}`;
    return `${name}: expected ${range} for shape ${showShape(shape)}, got ${show(axis)}`;
  });
  return axis < 0 ? axis + rank : axis;
}

/** A row-major array seen around one axis: [outer, n, inner]. */
export function around(shape: Shape, axis: number): { outer: number; n: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), n: shape[axis]!, inner: sizeOf(shape.slice(axis + 1)) };
}
