import { fitLogistic, logisticOf } from "../baselines/logistic.js";
import { MOST_NUMBERS } from "../baselines/saved.js";
import type { TrainingPart } from "./encoder.js";
import type { ObservedSequence } from "./irregular-reader.js";
import type { Labels } from "./labels.js";
import { fitEach, predictEach, type Predictor, type Rival, type SavedRival } from "./rivals.js";

type Scaled = (item: ObservedSequence) => ObservedSequence;

/** By variable the mean of what was observed, the last observation and the share of the steps that have one; 0, the mean, for none. */
export function summary({ values, times, D }: ObservedSequence): Float64Array {
  const out = new Float64Array(3 * D);
  for (let d = 0; d < D; d++) {
    const column = Array.from(times, (_, t) => values[t * D + d]!).filter((value) => !Number.isNaN(value));
    if (column.length === 0) continue;
    out[d] = column.reduce((a, b) => a + b, 0) / column.length;
    out[D + d] = column.at(-1)!;
    out[2 * D + d] = column.length / times.length;
  }
  return out;
}

/** Logistic regression on the summaries, by two strengths of the penalty. */
export function irregularRivals(
  { items, truth, labels }: TrainingPart<ObservedSequence>,
  scaledOf: Scaled,
): Rival<ObservedSequence>[] {
  const rows = items.map((item) => summary(scaledOf(item)));
  return [0.01, 1].map((C) => {
    const weights = fitEach(truth, labels, (classOf, K) => fitLogistic(rows, classOf, K, { C }).weights);
    return logistic(weights, labels, scaledOf);
  });
}

export function irregularRival(saved: SavedRival, labels: Labels, scaledOf: Scaled): Rival<ObservedSequence> {
  const { weights } = saved as unknown as { weights: readonly (readonly number[])[] };
  return logistic(weights.map((list) => Float64Array.from(list)), labels, scaledOf); // prettier-ignore
}

function logistic(weights: readonly Float64Array[], labels: Labels, scaledOf: Scaled): Rival<ObservedSequence> {
  const classes = labels.separator === null ? labels.count : 2;
  const each = weights.map((list): Predictor<ObservedSequence> => {
    const { probabilities } = logisticOf(list, classes);
    return (given) => probabilities(given.map((item) => summary(scaledOf(item))));
  });
  return {
    name: "logistic regression on means, last values and shares observed",
    kind: "simple",
    probabilities: true,
    predict: predictEach(each, labels),
    saved() {
      const size = weights.reduce((sum, { length }) => sum + length, 0);
      return size > MOST_NUMBERS ? null : { kind: "logistic", weights: weights.map((list) => [...list]) };
    },
  };
}
