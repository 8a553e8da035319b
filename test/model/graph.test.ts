import assert from "node:assert/strict";
import { test } from "node:test";
import { input, layers, model, sequential, tensor } from "../../src/index.js";
import { largestDifference, normal } from "../support/data.js";

test("a shared layer has one set of weights and gives each of its uses its own result", async () => {
  const [a, b] = [input({ shape: [5, 3] }), input({ shape: [5, 3] })];
  const shared = layers.gru({ units: 4 });
  const joined = layers.concatenate({}).apply([shared.apply(a), shared.apply(b)]);
  const m = model({ inputs: [a, b], outputs: layers.dense({ units: 2 }).apply(joined), seed: 1 });
  assert.equal(m.countParams(), 3 * 12 + 4 * 12 + 24 + 8 * 2 + 2);
  const [x1, x2] = [normal([6, 5, 3], 1), normal([6, 5, 3], 2)];
  const both = await model({ inputs: [a, b], outputs: joined }).predict([x1, x2]);
  const first = await model({ inputs: a, outputs: shared.apply(a) }).predict(x1);
  for (let i = 0; i < 6; i++) {
    assert.deepEqual([...both.data.subarray(i * 8, i * 8 + 4)], [...first.data.subarray(i * 4, i * 4 + 4)]);
  }
});

test("gradients of a shared layer are the sum over its uses", async () => {
  // f(x, x) with a shared layer trains exactly like 2·f(x), so one step of plain SGD must agree.
  const make = (twice: boolean) => {
    const a = input({ shape: [4, 2] });
    const shared = layers.gru({ units: 3 });
    const y = twice ? layers.add({}).apply([shared.apply(a), shared.apply(a)]) : shared.apply(a);
    const m = model({ inputs: a, outputs: y, seed: 3, dtype: "float64" });
    m.compile({ optimizer: "sgd", loss: "mse" });
    return m;
  };
  const x = normal([5, 4, 2]);
  const [one, two] = [make(false), make(true)];
  two.setWeights(one.getWeights());
  const before = one.getWeights();
  const target = await one.predict(x);
  const shifted = tensor(
    target.data.map((v) => v - 1),
    target.shape,
  );
  const doubled = tensor(
    target.data.map((v) => 2 * v - 1),
    target.shape,
  );
  await one.trainOnBatch(x, shifted);
  await two.trainOnBatch(x, doubled);
  // d/dw (2f - t)² = 2 · 2f' · e against d/dw (f - t)² = 2 f' · e with the same error e = 1: twice the step.
  const step = (m: typeof one) => m.getWeights().map((w, i) => w.data.map((v, j) => v - before[i]!.data[j]!));
  const [s1, s2] = [step(one), step(two)];
  for (const [i, w] of s1.entries()) {
    const difference = largestDifference(w.map((v) => 2 * v), s2[i]!); // prettier-ignore
    assert.ok(difference < 1e-12, `weight ${i}: ${difference}`);
  }
});

test("several outputs are predicted, trained and reported by name", async () => {
  const x = input({ shape: [null, 3] });
  const h = layers.gru({ units: 6 }).apply(x);
  const value = layers.dense({ units: 1, name: "value" }).apply(h);
  const kind = layers.dense({ units: 3, activation: "softmax", name: "kind" }).apply(h);
  const m = model({ inputs: x, outputs: [value, kind], seed: 2 });
  m.compile({
    optimizer: "adam",
    loss: { value: "mse", kind: "sparseCategoricalCrossentropy" },
    metrics: { kind: ["accuracy"] },
    lossWeights: { value: 0.5, kind: 1 },
  });
  const data = normal([20, 7, 3]);
  const labels = tensor(Int32Array.from({ length: 20 }, (_, i) => i % 3));
  const history = await m.fit(data, { value: normal([20, 1]), kind: labels }, { epochs: 2, verbose: 0 });
  assert.deepEqual(Object.keys(history.history).sort(), ["kind_accuracy", "learningRate", "loss"]);
  const [v, k] = await m.predictAll(data);
  assert.deepEqual([v!.shape, k!.shape], [[20, 1], [20, 3]]); // prettier-ignore
});

test("a model can be a layer of a model", async () => {
  const inner = sequential([layers.gru({ units: 4, inputShape: [null, 2] }), layers.dense({ units: 3 })], { seed: 1 });
  const x = input({ shape: [6, 2] });
  const outer = model({ inputs: x, outputs: layers.dense({ units: 1 }).apply(inner.apply(x)), seed: 1 });
  assert.equal(outer.countParams(), inner.countParams() + 4);
  const data = normal([3, 6, 2]);
  outer.compile({ optimizer: "adam", loss: "mse" });
  await outer.fit(data, normal([3, 1]), { epochs: 1, verbose: 0 });
  assert.deepEqual((await outer.predict(data)).shape, [3, 1]);
});

test("summary is Keras's table", () => {
  const m = sequential([layers.gru({ units: 64, inputShape: [null, 10] }), layers.dense({ units: 1 })]);
  const text = m.summary(() => undefined);
  assert.match(text, /gru \(GRU\)\s+│ \(None, 64\)\s+│\s+14,592 /);
  assert.match(text, /dense \(Dense\)\s+│ \(None, 1\)\s+│\s+65 /);
  assert.match(text, /Total params: 14,657 \(57\.25 KB\)/);
});

test("frozen layers keep their weights and count as non-trainable", async () => {
  const m = sequential([layers.gru({ units: 4, inputShape: [5, 2], trainable: false }), layers.dense({ units: 1 })], {
    seed: 1,
  });
  m.compile({ optimizer: "sgd", loss: "mse" });
  const gruWeights = () => m.getWeights().slice(0, 3);
  const before = gruWeights();
  await m.fit(normal([8, 5, 2]), normal([8, 1]), { epochs: 2, verbose: 0 });
  assert.deepEqual(gruWeights(), before);
  assert.match(
    m.summary(() => undefined),
    /Non-trainable params: 96 /,
  );
  m.getLayer("gru").trainable = true;
  await m.fit(normal([8, 5, 2]), normal([8, 1]), { epochs: 1, verbose: 0 });
  assert.notDeepEqual(gruWeights()[0], before[0]);
});

const wrong: [string, () => unknown, RegExp][] = [
  ["no input shape", () => sequential([layers.dense({ units: 1 })]), /sequential: the first layer, Dense, needs its input's shape/],
  ["a 2-d input", () => sequential([layers.gru({ units: 2, inputShape: [3] })]), /GRU: input must be \[batch, time, features\], got \[null, 3\]/],
  ["unknown features", () => sequential([layers.gru({ units: 2, inputShape: [3, null] })]), /GRU: the last axis of the input must have a known size/],
  ["a misspelt option", () => layers.gru({ units: 2, returnSequence: true } as never), /GRU: unknown option "returnSequence"; did you mean "returnSequences"\?/],
  ["units 0", () => layers.gru({ units: 0 }), /GRU: units must be a whole number of at least 1, got 0/],
  ["an activation with a typo", () => layers.gru({ units: 1, activation: "tahn" }), /did you mean "tanh"\?/],
  ["equal names", () => sequential([layers.dense({ units: 1, name: "a", inputShape: [2] }), layers.dense({ units: 1, name: "a" })]), /two layers are named "a"/],
  ["a missing input", () => model({ inputs: input({ shape: [2] }), outputs: layers.dense({ units: 1 }).apply(input({ shape: [2] })) }), /which is not among inputs/],
  ["apply on data", () => layers.dense({ units: 1 }).apply([[1, 2]] as never), /Dense: apply\(\) expects what input\(\)/],
]; // prettier-ignore
for (const [what, make, message] of wrong) test(`one clear error: ${what}`, () => assert.throws(make, message));
