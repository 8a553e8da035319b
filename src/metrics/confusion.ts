/** Precision, recall and F1 from the weights of true positives, false positives and false negatives of each class. */
import { checkChoice, checkCount, checkRange } from "../util/checks.js";
import { argMax } from "./accuracy.js";
import { defineMetric, type MetricParts, type Rows } from "./metric.js";

export interface ConfusionOptions {
  /**
   * One unit, or units with labels of their own: positive above this, by default 0.5. Left out with several units, the class
   * of a row is its largest prediction.
   */
  threshold: number | null;
  /**
   * Several units: "macro" the mean over the classes that occur in labels or predictions, "weighted" that mean weighted by
   * how often a class occurs in the labels, "micro" from the sums over classes. Default "macro".
   */
  average: "macro" | "micro" | "weighted";
  /** Several units: the value of this class only. */
  classId: number | null;
}

type Score = (tp: number, fp: number, fn: number) => number;

function confusionMetric(className: string, score: Score) {
  const defaults: ConfusionOptions = { threshold: null, average: "macro", classId: null };
  return defineMetric(className, defaults, (config, where) => {
    checkChoice(where, "average", config.average, ["macro", "micro", "weighted"]);
    if (config.threshold !== null) checkRange(where, "threshold", config.threshold);
    if (config.classId !== null) checkCount(where, "classId", config.classId, 0);
    return confusionParts(config, (tp, fp, fn) => (tp === 0 ? 0 : score(tp, fp, fn)));
  });
}

function confusionParts({ threshold, average, classId }: ConfusionOptions, score: Score): MetricParts {
  let counts = new Float64Array(0); // tp, fp, fn of class 0, then of class 1, …
  const add = (c: number, truth: boolean, guess: boolean, w: number) => {
    if (truth || guess) counts[3 * c + (truth ? (guess ? 0 : 2) : 1)]! += w;
  };
  const byThreshold = ({ t, p, n, m }: Rows, r: number, w: number) => {
    for (let c = 0; c < n; c++)
      add(c, m === n ? t[r * n + c]! > 0.5 : t[r] === c, p[r * n + c]! > (threshold ?? 0.5), w);
  };
  const byLargest = ({ t, p, n, m }: Rows, r: number, w: number) => {
    const truth = m === 1 ? t[r]! : argMax(t, r * n, n);
    const guess = argMax(p, r * n, n);
    add(truth, true, truth === guess, w);
    if (truth !== guess) add(guess, false, true, w);
  };
  return {
    reset: () => void counts.fill(0),
    state: () => [...counts],
    restore: (state) => void (counts = Float64Array.from(state)),
    update(batch) {
      if (counts.length !== 3 * batch.n) counts = new Float64Array(3 * batch.n);
      const take = batch.n === 1 || threshold !== null ? byThreshold : byLargest;
      for (let r = 0; r < batch.rows; r++) take(batch, r, batch.weight(r));
    },
    result() {
      const at = (c: number) => [counts[3 * c] ?? Number.NaN, counts[3 * c + 1]!, counts[3 * c + 2]!] as const;
      const classes = Array.from({ length: counts.length / 3 }, (_, c) => at(c));
      if (classes.length <= 1 || classId !== null) return score(...at(classId ?? 0));
      if (average === "micro")
        return score(...classes.reduce(([a, b, c], [tp, fp, fn]) => [a + tp, b + fp, c + fn] as const));
      let [sum, weights] = [0, 0];
      for (const [tp, fp, fn] of classes) {
        const w = average === "weighted" ? tp + fn : Number(tp + fp + fn > 0);
        sum += w * score(tp, fp, fn);
        weights += w;
      }
      return sum / weights;
    },
  };
}

/** tp / (tp + fp): the share of what was called positive that is; 0 when there is none. */
export const precision = confusionMetric("precision", (tp, fp) => tp / (tp + fp));
/** tp / (tp + fn): the share of the positives that were found; 0 when there is none. */
export const recall = confusionMetric("recall", (tp, _, fn) => tp / (tp + fn));
/** 2·tp / (2·tp + fp + fn), the harmonic mean of precision and recall; 0 when there is none. */
export const f1 = confusionMetric("f1", (tp, fp, fn) => (2 * tp) / (2 * tp + fp + fn));
