import { verdictOf, type Entry, type Evaluation, type Judge, type Picture } from "../../runs/evaluation.js";

/** Answers beside the truth, all in raw units. */
export interface Answers {
  readonly name: string;
  readonly kind: Entry["kind"];
  readonly values: ArrayLike<number>;
}

/** Points of the picture, at most: more make a page slow and show no more. */
const MOST_POINTS = 2000;

const JUDGE: Judge = { name: "RMSE", mode: "min" };

/** Root mean squared error, mean absolute error, and R², the share of the variance that is explained. */
export function measure(
  truth: Float64Array,
  answers: readonly Answers[],
  { part, of, target }: { part: string; of: string; target: string },
): Evaluation {
  const entries = answers.map(({ name, kind, values }): Entry => ({ name, kind, values: errorsOf(truth, values) }));
  const step = Math.ceil(truth.length / MOST_POINTS);
  const actual = truth.filter((_, i) => i % step === 0);
  const predicted = Array.from(actual, (_, i) => answers[0]!.values[i * step]!);
  const picture: Picture = {
    kind: "scatter",
    title: `Predicted against actual, ${part}`,
    label: target,
    actual: Array.from(actual),
    predicted,
  };
  const verdict = verdictOf(JUDGE, entries);
  return { count: truth.length, of, part, judge: JUDGE, entries, verdict, pictures: [picture] };
}

/** R² is NaN where all truths are the same: there is no variance to explain. */
export function errorsOf(truth: ArrayLike<number>, values: ArrayLike<number>): Readonly<Record<string, number>> {
  const n = truth.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += truth[i]! / n;
  let constant = true; // the variance would be what rounding left of the mean
  let [squares, absolute, variance] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const error = values[i]! - truth[i]!;
    squares += (error * error) / n;
    absolute += Math.abs(error) / n;
    constant &&= truth[i] === truth[0];
    variance += (truth[i]! - mean) ** 2 / n;
  }
  return { RMSE: Math.sqrt(squares), MAE: absolute, R2: constant ? NaN : 1 - squares / variance };
}
