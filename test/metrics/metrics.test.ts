import assert from "node:assert/strict";
import { test } from "node:test";
import * as losses from "../../src/losses/index.js";
import * as metrics from "../../src/metrics/index.js";
import { abs } from "../../src/ops/unary.js";
import { sub } from "../../src/ops/arithmetic.js";
import { withScope } from "../../src/ops/scope.js";
import { tensor } from "../../src/tensor/make.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { fixture, kernels, real, whole } from "../losses/cases.js";
import { assertClose } from "../reference/numeric.js";

interface Value {
  plain: number;
  weighted: number;
}
const oracle = fixture<{
  truth: number[];
  scores: number[];
  weights: number[];
  binary: Record<string, Value>;
  classes: number[];
  probabilities: number[][];
  multi: Record<string, Value>;
  allClasses: number[];
  auc: { macro: number };
  real: { yTrue: number[][]; yPred: number[][] } & Record<string, Value>;
  crossentropy: Value;
  fine: number[];
  kerasAuc200: Value;
}>("sklearn-metrics");

/** The metric over the rows in three batches of unequal size, without and with weights. */
function measure(
  metric: metrics.Metric,
  yTrue: readonly unknown[],
  yPred: readonly number[][],
  labels: (rows: never) => Tensor,
): Value {
  const over = (weights: number[] | null) => {
    metric.reset();
    for (const [from, to] of [[0, 7], [7, 40], [40, yTrue.length]] as const) {
      const w = weights && Float64Array.from(weights.slice(from, to));
      metric.update(labels(yTrue.slice(from, to) as never), real(yPred.slice(from, to)), w);
    }
    return metric.result();
  }; // prettier-ignore
  return { plain: over(null), weighted: over(oracle.weights) };
}

function check(
  what: string,
  metric: metrics.Metric,
  expected: Value,
  data: Parameters<typeof measure>[1],
  p: number[][],
  labels = whole,
  relative = 1e-12,
) {
  test(`${what} equals the oracle's, plain and weighted, over several batches`, () => {
    const got = measure(metric, data, p, labels);
    assertClose([got.plain, got.weighted], [expected.plain, expected.weighted], what, relative);
  });
}

const scores = oracle.scores.map((s) => [s]);
const named = (className: string, config: Record<string, unknown> = {}) => {
  return metrics.resolveMetric({ className, config }, "test");
};
for (const name of ["binaryAccuracy", "precision", "recall", "f1", "auc"]) {
  check(name, named(name), oracle.binary[name]!, oracle.truth, scores);
}
check("accuracy of one unit", metrics.accuracy(), oracle.binary.binaryAccuracy!, oracle.truth, scores);

const { classes, probabilities: p } = oracle;
const oneHot = classes.map((c) => p[0]!.map((_, i) => Number(i === c)));
check(
  "sparseCategoricalAccuracy",
  metrics.sparseCategoricalAccuracy(),
  oracle.multi.sparseCategoricalAccuracy!,
  classes,
  p,
);
check("categoricalAccuracy", metrics.categoricalAccuracy(), oracle.multi.sparseCategoricalAccuracy!, oneHot, p);
check("accuracy of class indices", metrics.accuracy(), oracle.multi.sparseCategoricalAccuracy!, classes, p);
check("accuracy of one-hot labels", metrics.accuracy(), oracle.multi.sparseCategoricalAccuracy!, oneHot, p);
for (const k of [1, 2, 3]) {
  check(`top ${k}`, metrics.sparseTopKCategoricalAccuracy({ k }), oracle.multi[`top${k}`]!, classes, p);
  check(`top ${k}, one-hot`, metrics.topKCategoricalAccuracy({ k }), oracle.multi[`top${k}`]!, oneHot, p);
}
for (const name of ["precision", "recall", "f1"] as const) {
  for (const average of ["macro", "micro", "weighted"] as const) {
    check(`${name}, ${average}`, named(name, { average }), oracle.multi[`${name}-${average}`]!, classes, p);
    check(`${name}, ${average}, one-hot`, named(name, { average }), oracle.multi[`${name}-${average}`]!, oneHot, p);
  }
  check(`${name} of class 1`, named(name, { classId: 1 }), oracle.multi[`${name}-1`]!, classes, p);
}

const { yTrue, yPred } = oracle.real;
for (const name of ["meanSquaredError", "meanAbsoluteError", "rootMeanSquaredError", "meanAbsolutePercentageError"]) {
  // Keras's metrics compute in float32
  check(name, metrics.resolveMetric(name, "test"), oracle.real[name]!, yTrue, yPred, real, 2e-6);
}
const exp = ({ plain, weighted }: Value) => ({ plain: Math.exp(plain), weighted: Math.exp(weighted) });
check("perplexity", metrics.perplexity(), exp(oracle.crossentropy), classes, p, whole, 1e-5);
check(
  "perplexity of one-hot labels",
  metrics.perplexity({ oneHot: true }),
  exp(oracle.crossentropy),
  oneHot,
  p,
  real,
  1e-5,
);
const logits = p.map((row) => row.map((x) => Math.log(x) + 3));
check(
  "perplexity of logits",
  metrics.perplexity({ fromLogits: true }),
  exp(oracle.crossentropy),
  classes,
  logits,
  whole,
  1e-5,
);
check("auc in 200 steps", metrics.auc({ numThresholds: 200 }), oracle.kerasAuc200, oracle.truth, oracle.fine.map((s) => [s]), whole, 1e-6); // prettier-ignore

test("the area under the ROC curve of several classes is scikit-learn's one-against-the-rest mean", () => {
  const metric = metrics.auc();
  metric.update(whole(oracle.allClasses), real(p));
  assertClose([metric.result()], [oracle.auc.macro], "auc", 1e-12);
});

test("auc: exact and counted agree where every score has a step of its own; all ties give one half", () => {
  const exact = metrics.auc();
  const counted = metrics.auc({ numThresholds: 2001 });
  for (const metric of [exact, counted]) metric.update(whole(oracle.truth), real(scores));
  assertClose([counted.result()], [exact.result()], "auc", 1e-12);
  exact.reset();
  exact.update(whole([0, 1, 1]), real([[0.3], [0.3], [0.3]]));
  assert.equal(exact.result(), 0.5);
  exact.reset();
  exact.update(whole([1, 1]), real([[0.3], [0.4]]));
  assert.ok(Number.isNaN(exact.result()));
});

test("symmetric percentage error: the M4 formula, 0 where both are 0", () => {
  const metric = metrics.resolveMetric("smape", "test");
  assert.equal(metric.name, "smape");
  metric.update(real([[100], [0], [1]]), real([[110], [0], [-1]]));
  assertClose([metric.result()], [(200 * (10 / 210) + 0 + 200) / 3], "smape", 1e-12);
});

test("weights of samples hold for all their time steps, and weight 0 leaves a step out whatever it holds", () => {
  const metric = metrics.accuracy();
  const labels = whole([[0, 1], [1, 1]]); // prettier-ignore
  const predictions = real([[[0.9, 0.1], [0.9, 0.1]], [[0.1, 0.9], [NaN, NaN]]]); // prettier-ignore
  metric.update(labels, predictions, Float64Array.of(1, 1, 1, 0));
  assertClose([metric.result()], [2 / 3], "by step", 1e-12);
  const mse = metrics.resolveMetric("mse", "test");
  mse.update(real([[1, 2], [3, 4]]), real([[[2], [2]], [[5], [6]]]), Float64Array.of(1, 3)); // prettier-ignore
  assertClose([mse.result()], [(1 + 0 + 3 * 4 + 3 * 4) / 8], "by sample", 1e-12);
});

test("precision with a threshold and several units counts each unit by itself", () => {
  const metric = metrics.precision({ threshold: 0.5, average: "micro" });
  metric.update(real([[1, 0, 1], [0, 0, 1]]), real([[0.9, 0.8, 0.2], [0.1, 0.6, 0.7]])); // prettier-ignore
  assert.equal(metric.result(), 0.5);
});

test("accuracy follows the loss: logits are cut at 0, several binary units are counted one by one", () => {
  const ofLogits = metrics.resolveMetric("accuracy", "test", losses.binaryCrossentropy({ fromLogits: true }));
  ofLogits.update(real([[1], [0]]), real([[0.3], [-0.3]]));
  assert.equal(ofLogits.result(), 1);
  const units = metrics.resolveMetric("acc", "test", losses.binaryCrossentropy());
  units.update(real([[1, 1]]), real([[0.9, 0.2]]));
  assert.equal(units.result(), 0.5);
  assert.equal(units.name, "acc");
});

test("losses and functions are metrics; inside a step they leave nothing on the tape", () => {
  const huber = metrics.resolveMetric(losses.huber({ delta: 0.5 }), "test");
  assert.deepEqual([huber.name, huber.className, huber.config], ["huber", "huber", { delta: 0.5 }]);
  const own = metrics.resolveMetric(function distance(t: Tensor, q: Tensor) {
    return abs(sub(t, q));
  }, "test");
  assert.equal(own.name, "distance");
  withScope(kernels, true, (scope) => {
    const q = scope.place(real([[1], [5]]));
    q.tracked = true;
    const mark = kernels.memory.arena.mark();
    own.update(real([[2], [2]]), q);
    assert.deepEqual(kernels.memory.arena.mark(), mark);
  });
  assert.equal(own.result(), 2);
});

test("names in every spelling, configurations, and own metrics", () => {
  const found = [
    "binary_accuracy",
    "BinaryAccuracy",
    "AUC",
    "top_k_categorical_accuracy",
    "rmse",
    "F1Score",
    "mse",
    "bce",
  ];
  assert.deepEqual(
    found.map((name) => metrics.resolveMetric(name, "compile").className),
    ["binaryAccuracy", "binaryAccuracy", "auc", "topKCategoricalAccuracy", "rootMeanSquaredError", "f1", "meanSquaredError", "binaryCrossentropy"],
  ); // prettier-ignore
  const saved = metrics.resolveMetric({ className: "f1", config: { average: "micro", name: "F" } as never }, "compile");
  assert.deepEqual([saved.name, saved.config.average], ["F", "micro"]);
  assert.equal(metrics.resolveMetric(saved, "compile"), saved);
  assert.equal(metrics.f1({ name: "mine" }).name, "mine");
});

const refused: [string, () => unknown, RegExp][] = [
  ["an unknown name", () => metrics.resolveMetric("acuracy", "compile"), /compile: there is no metric "acuracy"; did you mean "accuracy"\?/],
  ["__proto__", () => metrics.resolveMetric("__proto__", "compile"), /there is no metric "__proto__"/],
  ["null", () => metrics.resolveMetric(null as never, "compile"), /the metric must be a name/],
  ["an unknown option", () => metrics.f1({ averag: "micro" } as never), /metric f1: unknown option "averag"; did you mean "average"\?/],
  ["an unknown average", () => metrics.f1({ average: "mean" as never }), /metric f1: average must be one of macro, micro, weighted, got "mean"/],
  ["two thresholds", () => metrics.auc({ numThresholds: 2 }), /metric auc: numThresholds must be null or a whole number of at least 3, got 2/],
  ["class indices for categoricalAccuracy", () => metrics.categoricalAccuracy().update(whole([1]), real([[0.2, 0.8]])), /metric categoricalAccuracy: expected one-hot labels, got 1 labels for 2 classes/],
  ["one-hot for sparse", () => metrics.sparseCategoricalAccuracy().update(real([[0, 1]]), real([[0.2, 0.8]])), /expected class indices, got 2 labels for 2 classes/],
  ["shapes that do not fit", () => metrics.accuracy().update(tensor([[1, 2]]), real([[1, 2, 3]])), /metric accuracy: labels \[1, 2\] do not fit predictions \[1, 3\]/],
  ["too few weights", () => metrics.accuracy().update(whole([1, 0, 1]), real([[1], [0], [1]]), Float64Array.of(1, 1)), /metric accuracy: expected 3 weights, got 2/],
]; // prettier-ignore
for (const [what, f, message] of refused) test(`refused: ${what}`, () => assert.throws(f, message));
