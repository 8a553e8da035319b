/** The dimensions of a space as axes of a picture: where a value lies, and what is written beside. */
import { showValue } from "./show.js";
import { placeOf, same, type Dimension } from "./space.js";

export interface AxisMark {
  /** From 0 to 1. */
  readonly at: number;
  readonly text: string;
}

/** Where a value lies on its axis, from 0 to 1; null where the trial has none. */
export function placeIn(dimension: Dimension, value: unknown): number | null {
  if (value === undefined) return null;
  if (dimension.kind === "range") return placeOf(dimension, value as number);
  return placeAmong(
    dimension.values.findIndex((one) => same(one, value)),
    dimension.values.length,
  );
}

const placeAmong = (at: number, count: number) => (count === 1 ? 0.5 : at / (count - 1));

/** Listed values each, of ranges the ends, of few whole numbers all. */
export function marksOf(dimension: Dimension): AxisMark[] {
  if (dimension.kind === "choice")
    return dimension.values.map((value, i) => ({ at: placeAmong(i, dimension.values.length), text: showValue(value) }));
  const { low, high, whole } = dimension;
  const few = whole && high - low < 6;
  const values = few ? Array.from({ length: high - low + 1 }, (_, i) => low + i) : [low, high];
  return values.map((value) => ({ at: placeOf(dimension, value), text: showValue(value) }));
}
