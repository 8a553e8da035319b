/** The share of predictions that are right. A class index label is one number a row; a one-hot label has one for each class. */
import type { TensorData } from "../tensor/dtype.js";
import { checkCount, checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { defineMetric, meanOfRows, type RowValue } from "./metric.js";

/** Position of the first largest of n elements from i on, counted from i. */
export function argMax(x: TensorData, i: number, n: number): number {
  let best = i;
  for (let c = i + 1; c < i + n; c++) if (x[c]! > x[best]!) best = c;
  return best - i;
}

/** Share of a row's elements where (p > threshold) = t. */
function binaryRow(threshold: number): RowValue {
  return (t, ti, m, p, pi, n) => {
    let right = 0;
    for (let c = 0; c < n; c++) if ((p[pi + c]! > threshold ? 1 : 0) === t[ti + (m === 1 ? 0 : c)]) right++;
    return right / n;
  };
}

const sparseRow: RowValue = (t, ti, _, p, pi, n) => (argMax(p, pi, n) === t[ti] ? 1 : 0);
const categoricalRow: RowValue = (t, ti, m, p, pi, n) => (argMax(p, pi, n) === argMax(t, ti, m) ? 1 : 0);

/** Raises an error when class indices came where one-hot rows are wanted, or the reverse. */
function expecting(where: string, oneHot: boolean, row: RowValue): RowValue {
  return (t, ti, m, p, pi, n) => {
    check(
      m === (oneHot ? n : 1),
      () => `${where}: expected ${oneHot ? "one-hot labels" : "class indices"}, got ${m} labels for ${n} classes`,
    );
    return row(t, ti, m, p, pi, n);
  };
}

/**
 * Binary for an output of one unit, sparse for class indices, else categorical. Keras's "accuracy".
 * @param options.threshold of the binary form, default 0.5; for logits 0
 * @param options.binary take the binary form with several units too (labels of their own for each); default false
 */
export const accuracy = defineMetric("accuracy", { threshold: 0.5, binary: false }, ({ threshold, binary }, where) => {
  checkRange(where, "threshold", threshold);
  const ofBinary = binaryRow(threshold);
  return meanOfRows((t, ti, m, p, pi, n) => {
    if (n === 1 || binary) return ofBinary(t, ti, m, p, pi, n);
    return (m === 1 ? sparseRow : categoricalRow)(t, ti, m, p, pi, n);
  });
});

/** Share of elements where (p > threshold) = t; threshold 0.5 by default. */
export const binaryAccuracy = defineMetric("binaryAccuracy", { threshold: 0.5 }, ({ threshold }, where) => {
  checkRange(where, "threshold", threshold);
  return meanOfRows(binaryRow(threshold));
});

/** Share of rows whose largest prediction is at the largest label. */
export const categoricalAccuracy = defineMetric("categoricalAccuracy", {}, (_, where) =>
  meanOfRows(expecting(where, true, categoricalRow)),
);

/** Share of rows whose largest prediction is at the label's index. */
export const sparseCategoricalAccuracy = defineMetric("sparseCategoricalAccuracy", {}, (_, where) =>
  meanOfRows(expecting(where, false, sparseRow)),
);

/** Share of rows where fewer than k predictions are larger than that of the label's class. */
function topK(className: string, oneHot: boolean) {
  return defineMetric(className, { k: 5 }, ({ k }, where) => {
    checkCount(where, "k", k);
    const row: RowValue = (t, ti, m, p, pi, n) => {
      const own = p[pi + (oneHot ? argMax(t, ti, m) : t[ti]!)]!;
      let larger = 0;
      for (let c = pi; c < pi + n; c++) if (p[c]! > own) larger++;
      return larger < k ? 1 : 0;
    };
    return meanOfRows(expecting(where, oneHot, row));
  });
}

/** Share of rows whose one-hot label is among the k largest predictions; k 5 by default. */
export const topKCategoricalAccuracy = topK("topKCategoricalAccuracy", true);
/** Share of rows whose label, a class index, is among the k largest predictions; k 5 by default. */
export const sparseTopKCategoricalAccuracy = topK("sparseTopKCategoricalAccuracy", false);
