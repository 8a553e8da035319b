/** Baselines and scores against scikit-learn (scripts/oracles/sklearn_classify.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fitLogistic } from "../../../src/tasks/baselines/logistic.js";
import { fitNaiveBayes } from "../../../src/tasks/baselines/naive-bayes.js";
import { nearestRows } from "../../../src/tasks/baselines/nearest.js";
import { Labels } from "../../../src/tasks/classify/labels.js";
import { balancedWeights } from "../../../src/tasks/classify/prepare.js";
import { confusion, rocCurve, scores } from "../../../src/tasks/classify/scores.js";

interface Case {
  truth: number[];
  p: number[][];
  values: Record<string, number>;
  precision: number[];
  recall: number[];
  confusion: number[][];
}
interface Sets extends Omit<Case, "truth"> {
  truth: number[][];
  auc: number[];
}
const oracle = JSON.parse(readFileSync("test/fixtures/sklearn-classify.json", "utf8")) as {
  bayes: { counts: number[][]; classes: number[]; logProbabilities: Record<string, number[][]> };
  logistic: {
    rows: number[][];
    classes: number[];
    fits: { C: number; coef: number[][]; probabilities: number[][] }[];
  };
  binary: Case;
  multi: Case;
  sets: Sets;
  balanced: { classes: number[]; weights: number[] };
};

function assertClose(got: ArrayLike<number>, wanted: readonly number[], bound: number, what: string): void {
  assert.equal(got.length, wanted.length, what);
  wanted.forEach((x, i) => assert.ok(Math.abs(got[i]! - x) <= bound, `${what}[${i}]: got ${got[i]}, expected ${x}`));
}

const bagOf = (row: number[]) => new Map(row.flatMap((count, w) => (count > 0 ? [[w, count] as const] : [])));

test("naive Bayes gives scikit-learn's log probabilities, an empty document among them", () => {
  const { counts, classes, logProbabilities } = oracle.bayes;
  const bags = counts.map(bagOf);
  for (const [alpha, wanted] of Object.entries(logProbabilities)) {
    const model = fitNaiveBayes(bags.slice(0, classes.length), classes, 3, counts[0]!.length, Number(alpha));
    assertClose(model.logProbabilities(bags.slice(classes.length)), wanted.flat(), 1e-10, `alpha ${alpha}`);
  }
});

test("logistic regression finds scikit-learn's minimum", () => {
  const { rows, classes, fits } = oracle.logistic;
  for (const { C, coef, probabilities } of fits) {
    const model = fitLogistic(rows, classes, 3, { C, tolerance: 1e-9 });
    assertClose(model.probabilities(rows), probabilities.flat(), 1e-6, `C ${C}`);
    const transposed = coef[0]!.flatMap((_, j) => coef.map((row) => row[j]!));
    assertClose(model.weights.subarray(0, 12), transposed, 1e-5, `weights at C ${C}`);
  }
});

test("the nearest row by the Euclidean distance, the first of equal ones", () => {
  const known = [[0, 0], [3, 4], [3, 4], [1, 1]]; // prettier-ignore
  assert.deepEqual([...nearestRows(known, [[0.4, 0.4], [9, 9], [0.6, 0.6], [3, 4]])], [0, 1, 3, 1]); // prettier-ignore
});

const options = (K: number, multiLabel: boolean) => ({
  multiLabel,
  classes: Array.from({ length: K }, (_, k) => `c${k}`),
  perClass: true,
  probabilities: true,
});

for (const name of ["binary", "multi"] as const) {
  test(`scores of ${name} predictions are scikit-learn's`, () => {
    const { truth, p, values, precision, recall, confusion: counts } = oracle[name];
    const K = p[0]!.length;
    const [sets, flat] = [truth.map((k) => [k]), Float64Array.from(p.flat())];
    const got = scores(sets, flat, options(K, false));
    for (const [key, value] of Object.entries(values)) assertClose([got[key]!], [value], 1e-10, key);
    assertClose(precision.map((_, k) => got[`precision c${k}`]!), precision, 1e-12, "precision"); // prettier-ignore
    assertClose(recall.map((_, k) => got[`recall c${k}`]!), recall, 1e-12, "recall"); // prettier-ignore
    assert.deepEqual(confusion(sets, flat, K), counts);
  });
}

test("scores of samples with several labels are scikit-learn's", () => {
  const { truth, p, values, precision, auc } = oracle.sets;
  const sets = truth.map((row) => row.flatMap((yes, k) => (yes ? [k] : [])));
  const flat = Float64Array.from(p.flat());
  const got = scores(sets, flat, options(3, true));
  for (const [key, value] of Object.entries(values)) assertClose([got[key]!], [value], 1e-10, key);
  assertClose(precision.map((_, k) => got[`precision c${k}`]!), precision, 1e-12, "precision"); // prettier-ignore
  const areas = auc.map((_, k) => rocCurve(sets, flat, 3, k).auc);
  assertClose(areas, auc, 1e-12, "area under the curve");
});

test("a curve runs from 0, 0 to 1, 1, and has no area where there is one class", () => {
  const { truth, p } = oracle.binary;
  const sets = truth.map((k) => [k]);
  const { falsePositive, truePositive } = rocCurve(sets, Float64Array.from(p.flat()), 2, 1);
  assert.deepEqual([falsePositive[0], truePositive[0]], [0, 0]);
  assert.deepEqual([falsePositive.at(-1), truePositive.at(-1)], [1, 1]);
  assert.ok(Number.isNaN(rocCurve([[1], [1]], Float64Array.of(0.1, 0.9, 0.2, 0.8), 2, 1).auc));
});

test("balanced weights are scikit-learn's", () => {
  const { classes, weights } = oracle.balanced;
  const labels = new Labels({ column: "label", classes: [0, 1, 2], separator: null });
  const got = balancedWeights(classes.map((k) => [k]), labels); // prettier-ignore
  assertClose(got, weights, 1e-6, "weights"); // float32
});
