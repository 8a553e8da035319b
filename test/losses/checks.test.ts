import assert from "node:assert/strict";
import { test } from "node:test";
import * as losses from "../../src/losses/index.js";
import { tensor } from "../../src/tensor/make.js";
import { withScope } from "../../src/ops/scope.js";
import { kernels, real, whole } from "./cases.js";

test("names in every spelling find their loss", () => {
  const spellings = {
    meanSquaredError: ["mse", "MSE", "mean_squared_error", "MeanSquaredError", "meanSquaredError"],
    meanAbsoluteError: ["mae", "mean_absolute_error"],
    binaryCrossentropy: ["binary_crossentropy", "bce", "binaryCrossEntropy", "BinaryCrossentropy"],
    sparseCategoricalCrossentropy: ["sparse_categorical_crossentropy"],
    kullbackLeiblerDivergence: ["kld", "kl_divergence", "KLDivergence"],
    logCosh: ["log_cosh", "logcosh"],
  };
  for (const [className, names] of Object.entries(spellings)) {
    for (const name of names) assert.equal(losses.resolveLoss(name, "compile").className, className, name);
  }
  const saved = losses.resolveLoss({ className: "Huber", config: { delta: 2 } }, "compile");
  assert.deepEqual([saved.className, saved.config], ["huber", { delta: 2 }]);
  assert.equal(losses.resolveLoss(saved, "compile"), saved);
});

const refused: [string, () => unknown, RegExp][] = [
  ["an unknown name", () => losses.resolveLoss("meanSquareError", "compile"), /compile: there is no loss "meanSquareError"; did you mean "meanSquaredError"\?/],
  ["a far name", () => losses.resolveLoss("xyz", "compile"), /there is no loss "xyz"; known: /],
  ["__proto__", () => losses.resolveLoss("__proto__", "compile"), /there is no loss "__proto__"/],
  ["constructor", () => losses.resolveLoss({ className: "constructor", config: {} }, "compile"), /there is no loss "constructor"/],
  ["a number", () => losses.resolveLoss(3 as never, "compile"), /compile: the loss must be a name or \{ className, config \}, got 3/],
  ["an unknown option", () => losses.huber({ Delta: 2 } as never), /loss huber: unknown option "Delta"; did you mean "delta"\?/],
  ["a wrong delta", () => losses.huber({ delta: 0 }), /loss huber: delta must be a number/],
  ["a wrong q", () => losses.quantile({ q: [0.5, 1] }), /loss quantile: q must be a number from/],
  ["no q", () => losses.quantile({ q: [] }), /loss quantile: q must be a number or a list of numbers, got \[\]/],
  ["smoothing beyond 1", () => losses.binaryCrossentropy({ labelSmoothing: 1.5 }), /labelSmoothing must be a number from 0 to 1, got 1.5/],
  ["fromLogits 1", () => losses.binaryCrossentropy({ fromLogits: 1 as never }), /fromLogits must be true or false, got 1/],
]; // prettier-ignore

const sparse = losses.sparseCategoricalCrossentropy();
const binary = losses.binaryCrossentropy();
const categorical = losses.categoricalCrossentropy();
refused.push(
  ["sparse with one unit", () => sparse.checkOutput("compile", [null, 1], "sigmoid"), /compile: loss sparseCategoricalCrossentropy expects an output of one unit for each class, at least 2, got 1; with one unit use binaryCrossentropy/],
  ["categorical with one unit", () => categorical.checkOutput("compile", [null, 1]), /at least 2, got 1/],
  ["binary on a linear output", () => binary.checkOutput("compile", [null, 1], "linear"), /loss binaryCrossentropy expects probabilities, got an output with activation "linear"; use "sigmoid" or "softmax", or fromLogits: true/],
  ["softmax over one unit", () => binary.checkOutput("compile", [null, 1], "softmax"), /softmax over 1 unit is always 1; use sigmoid/],
  ["logits behind a softmax", () => losses.sparseCategoricalCrossentropy({ fromLogits: true }).checkOutput("compile", [null, 3], "softmax"), /with fromLogits expects numbers before the sigmoid or softmax/],
  ["three quantiles on one unit", () => losses.quantile({ q: [0.1, 0.5, 0.9] }).checkOutput("compile", [null, 1]), /expects an output of 3 units, one for each q, got 1/],
  ["a class too large", () => sparse.checkLabels("fit: y", whole([[0, 1], [2, 3]]), [null, 2, 3]), /fit: y: loss sparseCategoricalCrossentropy expects class indices, whole numbers from 0 to 2, got 3 at index \[1, 1\]/],
  ["a negative class", () => sparse.checkLabels("fit: y", whole([0, -1]), [null, 3]), /got -1 at index \[1\]/],
  ["a fraction for a class", () => sparse.checkLabels("fit: y", tensor([0, 0.5]), [null, 3]), /got 0.5 at index \[1\]/],
  ["NaN for a class", () => sparse.checkLabels("fit: y", tensor([0, NaN]), [null, 3]), /got NaN at index \[1\]/],
  ["one-hot for sparse", () => sparse.checkLabels("fit: y", real([[0, 1, 0], [1, 0, 0]]), [null, 3]), /expects labels \[null\] for an output \[null, 3\], got \[2, 3\]; one-hot labels go with categoricalCrossentropy/],
  ["indices for categorical", () => categorical.checkLabels("fit: y", whole([0, 2]), [null, 3]), /expects labels \[null, 3\] for an output \[null, 3\], got \[2\]; class indices go with sparseCategoricalCrossentropy/],
  ["binary labels of 2", () => binary.checkLabels("fit: y", tensor([[0], [2]]), [null, 1]), /loss binaryCrossentropy expects labels from 0 to 1, got 2 at index \[1, 0\]/],
  ["labels of another width", () => losses.meanSquaredError().checkLabels("fit: y", real([[1, 2]]), [null, 3]), /expects labels \[null, 3\] for an output \[null, 3\], got \[1, 2\]/],
  ["shapes that do not fit, in a call", () => losses.meanSquaredError().call(real([[1, 2]]), real([[1, 2, 3]])), /loss meanSquaredError: labels \[1, 2\] do not fit predictions \[1, 3\]/],
  ["a class beyond the predictions, in a call", () => sparse.call(whole([3]), real([[0.2, 0.3, 0.5]])), /label 3 /],
); // prettier-ignore

for (const [what, f, message] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(f, (error: Error) => {
      assert.equal(error.name, "SluiceError");
      assert.match(error.message, message);
      return true;
    });
  });
}

test("accepted: what fits", () => {
  binary.checkOutput("compile", [null, 1], "sigmoid");
  binary.checkOutput("compile", [null, 1]);
  losses.binaryCrossentropy({ fromLogits: true }).checkOutput("compile", [null, 1], "linear");
  categorical.checkOutput("compile", [null, null, 4], "softmax");
  sparse.checkLabels("fit: y", whole([[0], [2]]), [null, 3]);
  sparse.checkLabels("fit: y", tensor([0, 2]), [null, 3]);
  sparse.checkLabels("fit: y", whole([[0, 2]]), [null, null, 3]);
  binary.checkLabels("fit: y", tensor([0, 1, 0.5]), [null, 1]);
  losses.quantile({ q: [0.1, 0.9] }).checkLabels("fit: y", tensor([[5], [7]]), [null, 2]);
});

test("labels that want a gradient are refused, since they would get none", () => {
  withScope(kernels, true, (scope) => {
    const t = scope.place(real([[1]]));
    t.tracked = true;
    assert.throws(() => losses.meanSquaredError().call(t, real([[2]])), /no gradient flows to the labels/);
  });
});
