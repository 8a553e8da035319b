import type { Picture } from "../../runs/evaluation.js";

export type Truth = readonly (readonly number[])[];

/** Smallest probability of the log loss: that of a float64's rounding, as scikit-learn's log_loss. */
const EPSILON = Number.EPSILON;
/** Classes with precision and recall of their own, and curves; of more the table would be none. */
const MOST_CLASSES = 12;
/** Points of a curve: more than a picture shows. */
const MOST_POINTS = 400;

/** The class with the largest probability; of equal ones the first. */
export function largestClass(p: Float64Array, i: number, K: number): number {
  let best = 0;
  for (let k = 1; k < K; k++) if (p[i * K + k]! > p[i * K + best]!) best = k;
  return best;
}

/** The classes whose probability is above one half. */
export function likelyClasses(p: Float64Array, i: number, K: number): number[] {
  return Array.from({ length: K }, (_, k) => k).filter((k) => p[i * K + k]! > 0.5);
}

/** counts[truth][predicted]. */
export function confusion(truth: Truth, p: Float64Array, K: number): number[][] {
  const counts = Array.from({ length: K }, () => new Array<number>(K).fill(0));
  for (const [i, [t]] of truth.entries()) counts[t!]![largestClass(p, i, K)]!++;
  return counts;
}

/** What is told of predictions. */
export interface ScoreOptions {
  readonly multiLabel: boolean;
  readonly classes: readonly string[];
  /** Whether precision and recall of each class are told. */
  readonly perClass: boolean;
  /** Whether p are probabilities; log loss and area under the curve need them. */
  readonly probabilities: boolean;
}

/**
 * One class for each sample: accuracy; balancedAccuracy, the mean recall of the classes that occur; macroF1, the mean F1 of the
 * classes that occur in truth or predictions; logLoss, mean -ln p(truth); with two classes auc. Several labels: accuracy, all
 * labels right; hammingAccuracy, the share of right yes and no; macroF1; microF1; logLoss over all yes and no.
 * @param p [N, K]
 */
export function scores(truth: Truth, p: Float64Array, options: ScoreOptions): Record<string, number> {
  const K = options.classes.length;
  const N = truth.length;
  const guesses = truth.map((_, i) => (options.multiLabel ? likelyClasses(p, i, K) : [largestClass(p, i, K)]));
  const { tp, fp, fn } = countHits(truth, guesses, K);
  const f1 = tp.map((hits, k) => (hits === 0 ? 0 : (2 * hits) / (2 * hits + fp[k]! + fn[k]!)));
  const recall = tp.map((hits, k) => (hits === 0 ? 0 : hits / (hits + fn[k]!)));
  const values: Record<string, number> = {};
  values["accuracy"] = mean(guesses.map((guess, i) => Number(sameSet(guess, truth[i]!))));
  if (options.multiLabel) {
    values["hammingAccuracy"] = 1 - (sum(fp) + sum(fn)) / (N * K);
    values["macroF1"] = mean(f1);
    values["microF1"] = sum(tp) === 0 ? 0 : (2 * sum(tp)) / (2 * sum(tp) + sum(fp) + sum(fn));
  } else {
    values["balancedAccuracy"] = mean(recall.filter((_, k) => tp[k]! + fn[k]! > 0));
    values["macroF1"] = mean(f1.filter((_, k) => tp[k]! + fn[k]! + fp[k]! > 0));
  }
  if (options.probabilities) {
    values["logLoss"] = logLoss(truth, p, K, options.multiLabel);
    const area = !options.multiLabel && K === 2 ? rocCurve(truth, p, K, 1).auc : NaN;
    if (!Number.isNaN(area)) values["auc"] = area;
  }
  if (options.perClass && K <= MOST_CLASSES) {
    for (const [k, name] of options.classes.entries()) {
      values[`precision ${name}`] = tp[k] === 0 ? 0 : tp[k]! / (tp[k]! + fp[k]!);
      values[`recall ${name}`] = recall[k]!;
    }
  }
  return values;
}

/** One class for each sample: who was taken for whom, and the curves. */
export function picturesOf(truth: Truth, p: Float64Array, classes: readonly string[], multiLabel: boolean): Picture[] {
  const K = classes.length;
  const of = !multiLabel && K === 2 ? [1] : classes.map((_, k) => k).slice(0, MOST_CLASSES);
  const curves = of
    .map((k) => ({ name: classes[k]!, ...rocCurve(truth, p, K, k) }))
    .filter(({ auc }) => !Number.isNaN(auc));
  const roc: Picture[] = curves.length > 0 ? [{ kind: "roc", curves }] : [];
  return multiLabel ? roc : [{ kind: "confusion", classes, counts: confusion(truth, p, K) }, ...roc];
}

export interface RocCurve {
  readonly auc: number;
  readonly falsePositive: number[];
  readonly truePositive: number[];
}

/**
 * Shares of the others and of class k whose p(k) is above a threshold, for falling thresholds; equal scores are one step. The area
 * is NaN where all samples or none are of the class.
 */
export function rocCurve(truth: Truth, p: Float64Array, K: number, k: number): RocCurve {
  const score = (i: number) => p[i * K + k]!;
  const order = truth.map((_, i) => i).sort((a, b) => score(b) - score(a));
  const points: [number, number][] = [[0, 0]];
  let [others, own, area] = [0, 0, 0];
  for (const [n, i] of order.entries()) {
    if (truth[i]!.includes(k)) own++;
    else others++;
    if (n + 1 < order.length && score(order[n + 1]!) === score(i)) continue;
    const [x, y] = points.at(-1)!;
    area += ((others - x) * (own + y)) / 2;
    points.push([others, own]);
  }
  const every = Math.ceil(points.length / MOST_POINTS);
  const shown = points.filter((_, n) => n % every === 0 || n === points.length - 1);
  return {
    auc: area / (others * own),
    falsePositive: shown.map(([x]) => x / others),
    truePositive: shown.map(([, y]) => y / own),
  };
}

function countHits(truth: Truth, guesses: Truth, K: number) {
  const zeros = () => new Array<number>(K).fill(0);
  const [tp, fp, fn] = [zeros(), zeros(), zeros()];
  for (const [i, set] of truth.entries()) {
    for (const k of guesses[i]!) (set.includes(k) ? tp : fp)[k]!++;
    for (const k of set) if (!guesses[i]!.includes(k)) fn[k]!++;
  }
  return { tp, fp, fn };
}

function logLoss(truth: Truth, p: Float64Array, K: number, multiLabel: boolean): number {
  const cost = (q: number) => -Math.log(Math.min(Math.max(q, EPSILON), 1 - EPSILON));
  if (!multiLabel) return mean(truth.map(([t], i) => cost(p[i * K + t!]!)));
  return mean(Array.from(p, (q, j) => cost(truth[Math.floor(j / K)]!.includes(j % K) ? q : 1 - q)));
}

const sameSet = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((k) => b.includes(k));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
