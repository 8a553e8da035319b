import { fitLogistic, logisticOf } from "../baselines/logistic.js";
import { nearestRows } from "../baselines/nearest.js";
import { MOST_NUMBERS } from "../baselines/saved.js";
import type { TrainingPart } from "./encoder.js";
import type { Labels } from "./labels.js";
import { fitEach, predictEach, type Predictor, type Rival, type SavedRival } from "./rivals.js";
import type { Truth } from "./scores.js";
import { resampled, segmentMeans, type Sequence } from "./sequence.js";

/** Parts of a sequence whose means the linear baseline sees. */
const SEGMENTS = 8;
/** Steps that the nearest-neighbour baseline compares, at most. */
const COMPARED = 128;

type Scaled<X> = (item: X) => Sequence;

/** The nearest sequence of the training part, all brought to one length; logistic regression on the means of eight parts. */
export function sequenceRivals<X>({ items, truth, labels }: TrainingPart<X>, scaledOf: Scaled<X>): Rival<X>[] {
  const known = items.map(scaledOf);
  const lengths = known.map(({ length }) => length).sort((a, b) => a - b);
  const n = Math.min(COMPARED, lengths[lengths.length >> 1]!);
  const rows = known.map((item) => resampled(item, n));
  const means = known.map((item) => segmentMeans(item, SEGMENTS));
  const linear = [0.01, 1].map((C) => {
    return logistic(fitEach(truth, labels, (classOf, K) => fitLogistic(means, classOf, K, { C }).weights), labels, scaledOf); // prettier-ignore
  });
  return [nearest(rows, n, truth, labels, scaledOf), ...linear];
}

export function sequenceRival<X>(saved: SavedRival, labels: Labels, scaledOf: Scaled<X>): Rival<X> {
  if (saved.kind === "logistic") {
    const { weights } = saved as unknown as { weights: readonly (readonly number[])[] };
    return logistic(weights.map((list) => Float64Array.from(list)), labels, scaledOf); // prettier-ignore
  }
  const { rows, n, truth } = saved as unknown as { rows: readonly (readonly number[])[]; n: number; truth: Truth };
  return nearest(rows.map((row) => Float64Array.from(row)), n, truth, labels, scaledOf); // prettier-ignore
}

function nearest<X>(
  rows: readonly Float64Array[],
  n: number,
  truth: Truth,
  labels: Labels,
  scaledOf: Scaled<X>,
): Rival<X> {
  const K = labels.count;
  return {
    name: "the nearest sequence",
    kind: "simple",
    probabilities: false,
    predict(given) {
      const at = nearestRows(rows, given.map((item) => resampled(scaledOf(item), n))); // prettier-ignore
      return Float64Array.from({ length: given.length * K }, (_, j) => {
        return Number(truth[at[Math.floor(j / K)]!]!.includes(j % K));
      });
    },
    saved() {
      const size = rows.length * (rows[0]?.length ?? 0);
      return size > MOST_NUMBERS ? null : { kind: "nearest", rows: rows.map((row) => [...row]), n, truth };
    },
  };
}

function logistic<X>(weights: readonly Float64Array[], labels: Labels, scaledOf: Scaled<X>): Rival<X> {
  const classes = labels.separator === null ? labels.count : 2;
  const each = weights.map((list): Predictor<X> => {
    const { probabilities } = logisticOf(list, classes);
    return (given) => probabilities(given.map((item) => segmentMeans(scaledOf(item), SEGMENTS)));
  });
  return {
    name: `logistic regression on the means of ${SEGMENTS} parts`,
    kind: "simple",
    probabilities: true,
    predict: predictEach(each, labels),
    saved() {
      const size = weights.reduce((sum, { length }) => sum + length, 0);
      return size > MOST_NUMBERS ? null : { kind: "logistic", weights: weights.map((list) => [...list]) };
    },
  };
}
