import { fitsShape, showShape, type PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, SluiceError } from "../util/errors.js";

/**
 * values: any numbers, one for each prediction; probabilities: the same, within [0, 1]; single: one number for the whole last
 * axis of the prediction; classIndex: one whole number for it, which counts its classes from 0; texts: rows of such numbers, of
 * another length than the prediction has steps.
 */
export type LabelKind = "values" | "probabilities" | "single" | "classIndex" | "texts";

/** Whether labels of this shape go with such predictions; a last axis of size 1 may be there or not. */
export function labelsFit(kind: LabelKind, labels: PartialShape, output: PartialShape): boolean {
  const wanted = expectedShape(kind, output);
  return fitsShape(labels, wanted) || fitsShape([...labels, 1], wanted) || fitsShape(labels, [...wanted, 1]);
}

function expectedShape(kind: LabelKind, output: PartialShape): PartialShape {
  return kind === "single" || kind === "classIndex" ? output.slice(0, -1) : output;
}

/** Raises an error unless shape and values of the labels are what a loss of this kind takes. */
export function checkLabelValues(where: string, kind: LabelKind, yTrue: Tensor, output: PartialShape): void {
  check(labelsFit(kind, yTrue.shape, output), () => {
    const wanted = showShape(expectedShape(kind, output));
    return `${where} expects labels ${wanted} for an output ${showShape(output)}, got ${showShape(yTrue.shape)}${shapeHint(kind, yTrue, output)}`;
  });
  if (kind === "classIndex") checkEach(where, yTrue, (output.at(-1) ?? Infinity) - 1, true);
  if (kind === "probabilities") checkEach(where, yTrue, 1, false);
}

/** The mistake behind most wrong label shapes: class indices where one-hot rows are wanted, or the reverse. */
function shapeHint(kind: LabelKind, yTrue: Tensor, output: PartialShape): string {
  if (kind === "classIndex" && labelsFit("values", yTrue.shape, output))
    return "; one-hot labels go with categoricalCrossentropy";
  const indices = kind === "probabilities" && (output.at(-1) ?? 0) > 1 && labelsFit("single", yTrue.shape, output);
  return indices ? "; class indices go with sparseCategoricalCrossentropy" : "";
}

function checkEach(where: string, yTrue: Tensor, high: number, whole: boolean): void {
  const { data, shape } = yTrue;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value >= 0 && value <= high && (!whole || Number.isInteger(value))) continue;
    const what = whole ? "class indices, whole numbers" : "labels";
    throw new SluiceError(
      `${where} expects ${what} from 0 to ${high}, got ${value} at index ${showShape(indexOf(i, shape))}`,
    );
  }
}

/** Position of element i along each axis. */
function indexOf(i: number, shape: readonly number[]): number[] {
  let rest = i;
  return shape.map((_, axis) => {
    const below = shape.slice(axis + 1).reduce((size, n) => size * n, 1);
    const at = Math.floor(rest / below);
    rest -= at * below;
    return at;
  });
}
