import { minimize } from "./lbfgs.js";

export interface Logistic {
  /** [D, K], and the constants [K] in the last row. */
  readonly weights: Float64Array;
  /** p(class | x), [N, K]. */
  probabilities(rows: readonly ArrayLike<number>[]): Float64Array;
}

/**
 * Multinomial logistic regression with an L2 penalty: p = softmax(x·W + b), minimizing C · Σ -ln p(truth) + |W|²/2 (b is not
 * penalized), as scikit-learn's LogisticRegression for three and more classes.
 * @param rows [N][D]
 * @param truth class of each row, 0 … classes - 1
 * @param C how much the rows count against the penalty, default 1
 */
export function fitLogistic(
  rows: readonly ArrayLike<number>[],
  truth: ArrayLike<number>,
  classes: number,
  { C = 1, tolerance = 1e-4 } = {},
): Logistic {
  const D = rows[0]!.length;
  const size = D * classes;
  const p = new Float64Array(classes);
  /** Both divided by C·N, so that the tolerance means the same for any number of rows. */
  const loss = (weights: Float64Array, gradient: Float64Array) => {
    const penalty = 1 / (C * rows.length);
    let sum = 0;
    gradient.fill(0);
    for (const [i, row] of rows.entries()) {
      softmax(row, weights, p);
      const t = truth[i]!;
      sum -= Math.log(Math.max(p[t]!, Number.MIN_VALUE));
      p[t]!--;
      for (let j = 0; j < D; j++) for (let k = 0; k < classes; k++) gradient[j * classes + k]! += row[j]! * p[k]!;
      for (let k = 0; k < classes; k++) gradient[size + k]! += p[k]!;
    }
    let squares = 0;
    for (let j = 0; j < size; j++) squares += weights[j]! ** 2;
    for (let j = 0; j < gradient.length; j++)
      gradient[j] = gradient[j]! / rows.length + (j < size ? penalty * weights[j]! : 0);
    return sum / rows.length + (penalty * squares) / 2;
  };
  const { x: weights } = minimize(loss, new Float64Array(size + classes), { tolerance });
  return logisticOf(weights, classes);
}

/** The model of weights that were fitted before. */
export function logisticOf(weights: Float64Array, classes: number): Logistic {
  return {
    weights,
    probabilities(samples) {
      const out = new Float64Array(samples.length * classes);
      for (const [i, row] of samples.entries()) softmax(row, weights, out.subarray(i * classes, (i + 1) * classes));
      return out;
    },
  };
}

/** softmax(x·W + b) into p. */
function softmax(x: ArrayLike<number>, weights: Float64Array, p: Float64Array): void {
  const [D, K] = [x.length, p.length];
  p.set(weights.subarray(D * K));
  for (let j = 0; j < D; j++) {
    const value = x[j]!;
    for (let k = 0; k < K; k++) p[k]! += value * weights[j * K + k]!;
  }
  const largest = p.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let k = 0; k < K; k++) sum += p[k] = Math.exp(p[k]! - largest);
  for (let k = 0; k < K; k++) p[k]! /= sum;
}
