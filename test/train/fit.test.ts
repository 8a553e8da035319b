import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, model, input, sequential, tensor, type Batch } from "../../src/index.js";
import { largestDifference, normal, signTask } from "../support/data.js";

const classifier = (seed = 5) => {
  const m = sequential(
    [layers.gru({ units: 12, inputShape: [null, 3] }), layers.dense({ units: 1, activation: "sigmoid" })],
    { seed },
  );
  m.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  return m;
};
const { x, y } = signTask(120, 8, 3);
const weightsOf = (m: ReturnType<typeof classifier>) => m.getWeights().map((w) => w.data);

test("training learns a task with memory, and evaluate agrees with the last validation", async () => {
  const m = classifier();
  const history = await m.fit(x, y, { epochs: 40, batchSize: 16, verbose: 0, validationData: [x, y] });
  const { loss, accuracy, val_loss, val_accuracy } = history.history as Record<string, number[]>;
  assert.ok(loss!.at(-1)! < 0.5 * loss![0]!, `${loss}`);
  assert.ok(accuracy!.at(-1)! > 0.9);
  const measured = await m.evaluate(x, y, { batchSize: 16 });
  assert.deepEqual([measured.loss, measured.accuracy], [val_loss!.at(-1), val_accuracy!.at(-1)]);
});

test("one seed, one result; another seed, another", async () => {
  const runs = [];
  for (const seed of [5, 5, 6]) {
    const m = classifier(seed);
    await m.fit(x, y, { epochs: 2, verbose: 0 });
    runs.push(weightsOf(m));
  }
  assert.deepEqual(runs[0], runs[1]);
  assert.notDeepEqual(runs[0], runs[2]);
});

test("validationSplit keeps the last share away from training", async () => {
  const [a, b] = [classifier(), classifier()];
  await a.fit(x, y, { epochs: 1, validationSplit: 0.25, verbose: 0, shuffle: false });
  const head = (t: typeof x, n: number) =>
    tensor(t.data.slice(0, (t.size / t.shape[0]!) * n), [n, ...t.shape.slice(1)]);
  await b.fit(head(x, 90), head(y, 90), { epochs: 1, verbose: 0, shuffle: false });
  assert.deepEqual(weightsOf(a), weightsOf(b));
});

test("a data set of batches trains like the same arrays", async () => {
  const [a, b, c] = [classifier(), classifier(), classifier()];
  await a.fit(x, y, { epochs: 2, batchSize: 40, shuffle: false, verbose: 0 });
  const rows = (t: typeof x, i: number) =>
    tensor(t.data.slice((t.size / 120) * i, (t.size / 120) * (i + 40)), [40, ...t.shape.slice(1)]);
  async function* batches(): AsyncGenerator<Batch> {
    for (let i = 0; i < 120; i += 40) yield { x: rows(x, i), y: rows(y, i) };
  }
  const history = await b.fit(batches, { epochs: 2, verbose: 0, validationData: batches });
  assert.deepEqual(weightsOf(b), weightsOf(a));
  assert.equal(history.history.val_loss!.length, 2);
  const list: Batch[] = [0, 40, 80].map((i) => [rows(x, i), rows(y, i)]);
  await c.fit(() => list, { epochs: 2, verbose: 0 });
  await assert.rejects(classifier().fit(batches(), { epochs: 2, verbose: 0 }), /the data set gave no batch/);
});

test("sampleWeight counts a sample as often as it says, classWeight each class", async () => {
  // With plain SGD and one batch, weight 2 on a sample equals having it twice, up to the mean's divisor.
  const make = () => {
    const m = sequential([layers.dense({ units: 1, activation: "sigmoid", inputShape: [4] })], {
      seed: 1,
      dtype: "float64",
    });
    m.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
    return m;
  };
  const data = normal([3, 4]);
  const labels = tensor(new Float32Array([1, 0, 1]), [3, 1]);
  const bySample = make();
  await bySample.fit(data, labels, { sampleWeight: [2, 1, 2], shuffle: false, verbose: 0 });
  const byClass = make();
  await byClass.fit(data, labels, { classWeight: { 1: 2 }, shuffle: false, verbose: 0 });
  assert.deepEqual(bySample.getWeights(), byClass.getWeights());
  const twice = make();
  twice.optimizer.learningRate = (0.01 * 5) / 3;
  const repeat = (t: typeof data) => {
    const w = t.size / 3;
    const row = (i: number) => [...t.data.subarray(i * w, (i + 1) * w)];
    return tensor([0, 0, 1, 2, 2].flatMap(row), [5, w]);
  };
  await twice.fit(repeat(data), repeat(labels), { shuffle: false, verbose: 0 });
  for (const [i, w] of twice.getWeights().entries())
    assert.ok(largestDifference(w.data, bySample.getWeights()[i]!.data) < 1e-12);
});

test("masked positions take no part in loss, metric and gradient", async () => {
  const make = () => {
    const tokens = input({ shape: [null], dtype: "int32" });
    const h = layers
      .gru({ units: 5, returnSequences: true })
      .apply(layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }).apply(tokens));
    const m = model({
      inputs: tokens,
      outputs: layers.dense({ units: 3, activation: "softmax" }).apply(h),
      seed: 2,
      dtype: "float64",
    });
    m.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    return m;
  };
  const short = tensor(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  const long = tensor(Int32Array.of(1, 2, 3, 0, 0, 4, 5, 6, 0, 0), [2, 5]);
  const [a, b] = [make(), make()];
  const one = await a.trainOnBatch(short, tensor(Int32Array.of(0, 1, 2, 2, 1, 0), [2, 3]));
  const two = await b.trainOnBatch(long, tensor(Int32Array.of(0, 1, 2, 1, 1, 2, 1, 0, 2, 2), [2, 5]));
  assert.ok(Math.abs(one.loss! - two.loss!) < 1e-12 && one.accuracy === two.accuracy, JSON.stringify([one, two]));
  for (const [i, w] of b.getWeights().entries())
    assert.ok(largestDifference(w.data, a.getWeights()[i]!.data) < 1e-12, `weight ${i}`);
});

test("an abort signal ends training cleanly, with what was learnt", async () => {
  const controller = new AbortController();
  const m = classifier();
  const history = await m.fit(x, y, {
    epochs: 100,
    verbose: 0,
    signal: controller.signal,
    callbacks: { onEpochEnd: (epoch) => void (epoch === 2 && controller.abort()) },
  });
  assert.deepEqual([history.epoch, history.stopReason], [[0, 1, 2], "aborted"]);
  await m.predict(x);
});

test("a function is a callback, called in order with the epoch's values", async () => {
  const seen: [number, string[]][] = [];
  await classifier().fit(x, y, {
    epochs: 2,
    verbose: 0,
    callbacks: (epoch, logs) => void seen.push([epoch, Object.keys(logs)]),
  });
  assert.deepEqual(seen, [0, 1].map((e) => [e, ["loss", "accuracy", "learningRate"]])); // prettier-ignore
});

test("activity, l1 and l2 penalties are part of the loss and of its gradient", async () => {
  const dense = layers.dense({
    units: 2, inputShape: [3], activityRegularizer: "l2", kernelRegularizer: { className: "l1l2", config: { l1: 0.02, l2: 0.03 } },
  } as never); // prettier-ignore
  const m = sequential([dense], { seed: 1, dtype: "float64" });
  m.compile({ optimizer: "sgd", loss: "mse" });
  const [data, target] = [normal([6, 3]), normal([6, 2])];
  const lossAt = async () => (await m.evaluate(data, target)).loss!;
  const p = m.parameters[0]!;
  m.optimizer.learningRate = 1e-7;
  const before = p.read();
  await m.trainOnBatch(data, target);
  const gradient = p.read().map((v, i) => (before[i]! - v) / 1e-7);
  p.assign(before);
  for (let i = 0; i < before.length; i++) {
    const at = async (h: number) => (p.assign(before.map((v, j) => (j === i ? v + h : v))), lossAt());
    const numeric = ((await at(1e-6)) - (await at(-1e-6))) / 2e-6;
    assert.ok(Math.abs(numeric - gradient[i]!) < 1e-5, `${i}: ${numeric} ${gradient[i]}`);
  }
  p.assign(before);
  const sum = (values: ArrayLike<number>, f: (v: number) => number) => Array.from(values, f).reduce((a, b) => a + b);
  const prediction = (await m.predict(data)).data;
  const mse = sum(prediction.map((v, i) => v - target.data[i]!), (v) => v * v) / 12; // prettier-ignore
  const activity = (0.01 * sum(prediction, (v) => v * v)) / 6;
  const weights = 0.02 * sum(before, Math.abs) + 0.03 * sum(before, (v) => v * v);
  assert.ok(Math.abs((await lossAt()) - (mse + activity + weights)) < 1e-12);
});

test("a metric is worked out at a step only when a callback reads it", async () => {
  const m = classifier();
  let asked = 0;
  const nothing = () => undefined;
  const metric = {
    name: "dear",
    className: "dear",
    config: {},
    reset: nothing,
    update: nothing,
    result: () => ++asked,
  };
  m.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: [metric] });
  const losses: number[] = [];
  await m.fit(x, y, {
    epochs: 1,
    batchSize: 10,
    verbose: 0,
    callbacks: { onBatchEnd: (_, logs) => void losses.push(logs.loss!) },
  });
  assert.deepEqual([losses.length, asked], [12, 1]);
});
