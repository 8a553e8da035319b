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
  return naiveBayesOf(countFeatures(bags, truth, classes, features), alpha);
}

/** All that the model is made of: whole numbers, which are short as JSON. */
export interface FeatureCounts {
  /** Samples of each class. */
  readonly samples: readonly number[];
  /** [K, V] */
  readonly counts: readonly number[];
}

export function countFeatures(
  bags: readonly Bag[],
  truth: ArrayLike<number>,
  classes: number,
  features: number,
): FeatureCounts {
  const samples = new Array<number>(classes).fill(0);
  const counts = new Array<number>(classes * features).fill(0);
  for (const [i, bag] of bags.entries()) {
    const c = truth[i]!;
    samples[c]!++;
    for (const [w, count] of bag) counts[c * features + w]! += count;
  }
  return { samples, counts };
}

export function naiveBayesOf({ samples: known, counts }: FeatureCounts, alpha = 1): NaiveBayes {
  const classes = known.length;
  const features = counts.length / classes;
  const prior = Float64Array.from(known);
  const weight = Float64Array.from(counts);
  const total = prior.reduce((a, b) => a + b, 0);
  for (let c = 0; c < classes; c++) {
    prior[c] = Math.log(prior[c]! / total);
    const row = weight.subarray(c * features, (c + 1) * features);
    const sum = Math.log(row.reduce((a, b) => a + b, 0) + alpha * features);
    for (let w = 0; w < features; w++) row[w] = Math.log(row[w]! + alpha) - sum;
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
