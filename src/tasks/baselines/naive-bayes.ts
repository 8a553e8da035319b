/** How often each feature came in a sample, by the feature's number. */
export type Bag = ReadonlyMap<number, number>;

export interface NaiveBayes {
  /** ln p(class | bag) of each bag, [N, K]. */
  logProbabilities(bags: readonly Bag[]): Float64Array;
}

/**
 * Multinomial naive Bayes: ln p(c | bag) = ln p(c) + Σ count(w) · ln θ(c, w) + const with
 * θ(c, w) = (count(c, w) + α) / (count(c) + α·V), as scikit-learn's MultinomialNB.
 * @param truth class of each bag, 0 … classes - 1
 * @param features V, the number of features
 * @param alpha Laplace's 1 unless something else is better
 */
export function fitNaiveBayes(
  bags: readonly Bag[],
  truth: ArrayLike<number>,
  classes: number,
  features: number,
  alpha = 1,
): NaiveBayes {
  const prior = new Float64Array(classes);
  const weight = new Float64Array(classes * features);
  for (const [i, bag] of bags.entries()) {
    const c = truth[i]!;
    prior[c]!++;
    for (const [w, count] of bag) weight[c * features + w]! += count;
  }
  for (let c = 0; c < classes; c++) {
    prior[c] = Math.log(prior[c]! / bags.length);
    const row = weight.subarray(c * features, (c + 1) * features);
    const total = Math.log(row.reduce((a, b) => a + b, 0) + alpha * features);
    for (let w = 0; w < features; w++) row[w] = Math.log(row[w]! + alpha) - total;
  }
  return {
    logProbabilities(samples) {
      const out = new Float64Array(samples.length * classes);
      for (const [i, bag] of samples.entries()) {
        const row = out.subarray(i * classes, (i + 1) * classes);
        row.set(prior);
        for (const [w, count] of bag) for (let c = 0; c < classes; c++) row[c]! += count * weight[c * features + w]!;
        normalize(row);
      }
      return out;
    },
  };
}

/** x - ln Σ e^x. */
function normalize(row: Float64Array): void {
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = row.reduce((total, x) => total + Math.exp(x - largest), 0);
  for (let c = 0; c < row.length; c++) row[c]! -= largest + Math.log(sum);
}
