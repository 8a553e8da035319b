import type { LayerInfo } from "../../api/index.js";

/** Sizes of a layer's first output; B samples, T steps, and whatever else is known only with the data. */
export function shapeText({ shapes }: LayerInfo): string {
  const [shape = []] = shapes;
  const sizes = shape.map((size, axis) => size ?? (axis === 0 ? "B" : axis === 1 ? "T" : "?"));
  return sizes.join(" × ");
}

export const sizesText = (shape: readonly number[]): string => shape.join(" × ");
