/** What the network is measured against. */
import type { Labels } from "./labels.js";
import { scores, type Truth } from "./scores.js";

/** [N, K] probabilities of the samples. */
export type Predictor<X> = (items: readonly X[]) => Float64Array;

export interface Rival<X> {
  readonly name: string;
  readonly kind: "trivial" | "simple";
  /** Whether what it gives are probabilities, or only 0 and 1. */
  readonly probabilities: boolean;
  readonly predict: Predictor<X>;
  /** As plain JSON, of which the modality's `rivalOf` makes `predict` again; null where it is too large for a model file. */
  readonly saved?: () => SavedRival | null;
}

export interface SavedRival {
  readonly kind: "naiveBayes" | "nearest" | "logistic";
  readonly [name: string]: unknown;
}

/** Always what is most frequent in the training part, with the shares there as probabilities. */
export function majority(labels: Labels, shares: readonly number[]): Rival<unknown> {
  const predict = (items: readonly unknown[]) => {
    return Float64Array.from({ length: items.length * labels.count }, (_, j) => shares[j % labels.count]!);
  };
  const best = shares.indexOf(Math.max(...shares));
  const name = labels.separator === null ? `always ${String(labels.classes[best])}` : "always the frequent labels";
  return { name, kind: "trivial", probabilities: true, predict };
}

/** Share of the samples that have each class. */
export function sharesOf(truth: Truth, K: number): number[] {
  const shares = new Array<number>(K).fill(0);
  for (const set of truth) for (const k of set) shares[k]! += 1 / truth.length;
  return shares;
}

/** Fits a model of one class for each sample; with several labels one of yes and no for each label. */
export function fitEach<M>(truth: Truth, labels: Labels, fit: (classOf: Int32Array, classes: number) => M): M[] {
  const K = labels.count;
  if (labels.separator === null) return [fit(Int32Array.from(truth, ([k]) => k!), K)]; // prettier-ignore
  return labels.classes.map((_, k) => fit(Int32Array.from(truth, (set) => Number(set.includes(k))), 2)); // prettier-ignore
}

/** Classes of models that `fitEach` made. */
export function predictEach<X>(each: readonly Predictor<X>[], { separator, count: K }: Labels): Predictor<X> {
  if (separator === null) return each[0]!;
  return (items) => {
    const columns = each.map((predict) => predict(items));
    return Float64Array.from({ length: items.length * K }, (_, j) => columns[j % K]![2 * Math.floor(j / K) + 1]!);
  };
}

/** The one of several that is right most often on the part that decides; of equal ones the first. */
export function best<X>(candidates: readonly Rival<X>[], items: readonly X[], truth: Truth, labels: Labels): Rival<X> {
  const options = { multiLabel: labels.separator !== null, classes: labels.classes.map(String), perClass: false, probabilities: false }; // prettier-ignore
  const accuracies = candidates.map(({ predict }) => scores(truth, predict(items), options)["accuracy"]!);
  return candidates[accuracies.indexOf(Math.max(...accuracies))]!;
}
