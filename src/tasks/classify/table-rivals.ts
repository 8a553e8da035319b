import { fitLogistic, logisticOf } from "../baselines/logistic.js";
import { MOST_NUMBERS } from "../baselines/saved.js";
import type { MixedItem } from "../mixed/columns.js";
import type { TablePart } from "../mixed/table-part.js";
import type { TrainingPart } from "./encoder.js";
import type { Labels } from "./labels.js";
import { fitEach, predictEach, type Predictor, type Rival, type SavedRival } from "./rivals.js";

/** Logistic regression on numbers, dates and categories (one-hot), with two penalties. */
export function tableRivals(part: TablePart, { items, truth, labels }: TrainingPart<MixedItem>): Rival<MixedItem>[] {
  const rows = items.map((item) => part.rowOf(item));
  return [0.01, 1].map((C) => {
    const weights = fitEach(truth, labels, (classOf, K) => fitLogistic(rows, classOf, K, { C }).weights);
    return tableRival(weights, part, labels);
  });
}

function tableRival(weights: readonly Float64Array[], part: TablePart, labels: Labels): Rival<MixedItem> {
  const classes = labels.separator === null ? labels.count : 2;
  const each = weights.map((list): Predictor<MixedItem> => {
    const { probabilities } = logisticOf(list, classes);
    return (items) => probabilities(items.map((item) => part.rowOf(item)));
  });
  return {
    name: "logistic regression on the table",
    kind: "simple",
    probabilities: true,
    predict: predictEach(each, labels),
    saved() {
      const size = weights.reduce((sum, { length }) => sum + length, 0);
      return size > MOST_NUMBERS ? null : { kind: "logistic", weights: weights.map((list) => [...list]) };
    },
  };
}

export function savedTableRival(saved: SavedRival, part: TablePart, labels: Labels): Rival<MixedItem> {
  const { weights } = saved as unknown as { weights: readonly (readonly number[])[] };
  return tableRival(
    weights.map((list) => Float64Array.from(list)),
    part,
    labels,
  );
}
