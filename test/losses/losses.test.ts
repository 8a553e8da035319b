import assert from "node:assert/strict";
import { test } from "node:test";
import * as losses from "../../src/losses/index.js";
import { mul, sub } from "../../src/ops/arithmetic.js";
import { withScope } from "../../src/ops/scope.js";
import { square } from "../../src/ops/unary.js";
import { tensor, type ArrayInput } from "../../src/tensor/make.js";
import { assertClose, numericGradient } from "../reference/numeric.js";
import { fixture, flat, kernels, real, weightedLoss, whole } from "./cases.js";

interface Case {
  name: string;
  config: object;
  yTrue: ArrayInput;
  yPred: ArrayInput;
  loss: ArrayInput;
  upstream: ArrayInput;
  gradient: ArrayInput;
}

for (const oracle of ["keras", "torch"]) {
  for (const { name, config, yTrue, yPred, loss, upstream, gradient } of fixture<{ cases: Case[] }>(`${oracle}-losses`)
    .cases) {
    test(`${name} ${JSON.stringify(config)} equals ${oracle}'s, value and gradient`, () => {
      const made = losses.resolveLoss({ className: name, config: { ...config } }, "test");
      const t = name.startsWith("sparse") ? whole(yTrue) : real(yTrue);
      const got = weightedLoss(made, t, real(yPred), flat(upstream));
      assert.deepEqual(got.shape, real(yPred).shape.slice(0, -1));
      // the largest term of the Keras cases is 100; where both round, an error of one unit in its last place remains
      assertClose(got.values, flat(loss), "loss", 1e-9);
      assertClose(got.gradient, flat(gradient), "gradient", 1e-7, 1e-6);
    });
  }
}

test("the pinball loss equals scikit-learn's, one quantile or several", () => {
  const { pinball } = fixture<{
    pinball: { yTrue: number[][]; yPred: number[][]; means: { q: number; loss: number }[] };
  }>("keras-losses");
  const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;
  for (const { q, loss } of pinball.means) {
    const got = losses.quantile({ q }).call(real(pinball.yTrue), real(pinball.yPred));
    assertClose([mean(Array.from(got.data))], [loss], `q ${q}`, 1e-12);
  }
  // several: each column of predictions stands for one q, against the same label
  const t = pinball.yTrue.map((row) => row[0]!);
  const all = losses.quantile({ q: [0.1, 0.5, 0.9] }).call(real(t), real(pinball.yPred));
  const each = [0.1, 0.5, 0.9].map((q, c) => {
    const column = pinball.yPred.map((row) => [row[c]!]);
    return Array.from(losses.quantile({ q }).call(real(t), real(column)).data);
  });
  assertClose(
    Array.from(all.data),
    t.map((_, r) => mean(each.map((loss) => loss[r]!))),
    "list",
    1e-12,
  );
});

const FLOATS = { yTrue: [[0.3, 0.9, 0.2], [0.1, 0.5, 0.7]], yPred: [[0.25, 0.6, 0.35], [0.55, 0.15, 0.4]] }; // prettier-ignore
const gradientCases: [losses.Loss, ArrayInput][] = [
  ...[
    losses.meanSquaredError(), losses.meanAbsoluteError(), losses.huber({ delta: 0.2 }), losses.logCosh(), losses.poisson(),
    losses.cosineSimilarity(), losses.quantile({ q: 0.3 }), losses.kullbackLeiblerDivergence(), losses.binaryCrossentropy(),
    losses.binaryCrossentropy({ labelSmoothing: 0.3 }), losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.3 }),
    losses.categoricalCrossentropy({ labelSmoothing: 0.3 }), losses.categoricalCrossentropy({ fromLogits: true }),
  ].map((loss): [losses.Loss, ArrayInput] => [loss, FLOATS.yTrue]),
  [losses.sparseCategoricalCrossentropy(), [2, 0]],
  [losses.sparseCategoricalCrossentropy({ fromLogits: true }), [2, 0]],
  [losses.quantile({ q: [0.1, 0.5, 0.9] }), [0.3, 0.5]],
]; // prettier-ignore
for (const [loss, yTrue] of gradientCases) {
  test(`${loss.className} ${JSON.stringify(loss.config)}: gradient against central differences`, () => {
    const t = loss.labels === "classIndex" ? whole(yTrue) : real(yTrue);
    const p = flat(FLOATS.yPred);
    const upstream = [0.7, 1.3];
    const value = () => {
      const y = loss.call(t, tensor(Float64Array.from(p), [2, 3])).data;
      return y[0]! * upstream[0]! + y[1]! * upstream[1]!;
    };
    const { gradient } = weightedLoss(loss, t, real(FLOATS.yPred), upstream);
    assertClose(gradient, numericGradient(value, p), "gradient", 1e-6);
  });
}

test("the gradient that arrives at each position scales its row", () => {
  const gradient = withScope(kernels, true, (scope) => {
    const p = scope.place(real(FLOATS.yPred));
    p.tracked = true;
    scope.backward(mul(losses.meanSquaredError().call(real(FLOATS.yTrue), p), real([2, -3])));
    return Array.from(p.grad!.data);
  });
  const t = flat(FLOATS.yTrue);
  assertClose(
    gradient,
    flat(FLOATS.yPred).map((p, i) => ((i < 3 ? 2 : -3) * 2 * (p - t[i]!)) / 3),
    "gradient",
    1e-12,
  );
});

test("crossentropies stay finite at logits of ±100, and have their limits there", () => {
  const logits = real([[100], [-100], [100], [-100]]);
  const bce = weightedLoss(
    losses.binaryCrossentropy({ fromLogits: true }),
    real([[1], [1], [0], [0]]),
    logits,
    [1, 1, 1, 1],
  );
  assertClose(bce.values, [0, 100, 100, 0], "loss", 1e-12);
  assertClose(bce.gradient, [0, -1, 1, 0], "gradient", 1e-12);
  const sparse = weightedLoss(
    losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    whole([1]),
    real([[100, -100]]),
    [1],
  );
  assertClose(sparse.values, [200], "loss", 1e-12);
  assertClose(sparse.gradient, [1, -1], "gradient", 1e-12);
});

test("class indices may lack, or have, an axis of size 1", () => {
  for (const fromLogits of [true, false]) {
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits });
    const p = real([[[0.2, 0.8]], [[0.6, 0.4]]]); // prettier-ignore
    const wanted = loss.call(whole([[1], [0]]), p).toArray();
    assert.deepEqual(loss.call(whole([1, 0]), p).toArray(), wanted);
    assert.deepEqual(loss.call(whole([[[1]], [[0]]]), p).toArray(), wanted);
  }
});

test("labels [B] and [B, 1] mean the same, and label smoothing of 1 leaves nothing of the label", () => {
  const loss = losses.meanSquaredError();
  assert.deepEqual(loss.call(real([1, 2]), real([[3], [5]])).toArray(), [4, 9]);
  assert.deepEqual(loss.call(real([[1], [2]]), real([[3], [5]])).toArray(), [4, 9]);
  const smooth = losses.binaryCrossentropy({ labelSmoothing: 1 });
  const p = real([[0.2], [0.2]]);
  const [one, zero] = smooth.call(real([[1], [0]]), p).data;
  assert.equal(one, zero);
});

test("a user's function is a loss, with a value for each position, each element, or the batch", () => {
  const t = real([[1, 2], [3, 4]]); // prettier-ignore
  const p = real([[2, 2], [3, 6]]); // prettier-ignore
  const elements = losses.resolveLoss((yTrue, yPred) => square(sub(yTrue, yPred)), "test");
  assert.deepEqual(elements.call(t, p).toArray(), [0.5, 2]);
  const batch = losses.resolveLoss(() => real(7), "test");
  assert.deepEqual(batch.call(t, p).toArray(), [7, 7]);
  const wrong = losses.resolveLoss(function strange() {
    return real([1, 2, 3]);
  }, "test");
  assert.throws(() => wrong.call(t, p), /loss strange: expected a result \[2\], \[2, 2\] or \[\], got \[3\]/);
});
