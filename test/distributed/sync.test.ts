/** Batches cut into shards: bits that do not depend on the number of threads, and the mathematics of the whole batch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { constraints, input, layers, loadModel, losses, metrics, model as functional, optimizers, ragged, regularizers, seq2seq, sequential, teacherForcing, tensor, type FitOptions, type Model} from "sluice"; // prettier-ignore
import { dataParallel, type DataParallelOptions } from "../../src/distributed/parallel/sync/data-parallel.js";
import type { Inputs } from "../../src/model/feed.js";
import { normal } from "../support/data.js";

const [N, T, D, batchSize] = [22, 6, 3, 8];
const x = normal([N, T, D]);
const binary = tensor(
  Int32Array.from({ length: N }, (_, i) => i % 2),
  [N, 1],
);

interface Case {
  make(): Model;
  x: Inputs;
  y: Inputs;
  options?: FitOptions;
}

const classifier = (rates: { dropout?: number; recurrentDropout?: number } = {}) => {
  const model = sequential(
    [layers.gru({ units: 5, inputShape: [null, D], ...rates }), layers.dense({ units: 1, activation: "sigmoid" })],
    { seed: 4 },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.01, globalClipNorm: 0.5 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy", "auc", metrics.auc({ numThresholds: 20, name: "counted" }), "f1"],
    weightedMetrics: ["accuracy"],
  });
  return model;
};

/** A mask at two of three steps, penalties of all kinds, a constraint, and two outputs of which one is masked: means over other positions. */
const CASES: Record<string, Case> = {
  plain: { make: () => classifier(), x, y: binary, options: { shuffle: true } },
  "sample and class weights": {
    make: () => classifier(),
    x,
    y: binary,
    options: { sampleWeight: Float32Array.from({ length: N }, (_, i) => (i % 5) / 2), classWeight: { 1: 3 } },
  },
  masked: {
    make() {
      const model = sequential(
        [
          layers.masking({ inputShape: [null, D] }),
          layers.gru({ units: 4, returnSequences: true }),
          layers.dense({ units: 1 }),
        ],
        { seed: 2 },
      );
      model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"], weightedMetrics: ["mae"] });
      return model;
    },
    x: masked(),
    y: normal([N, T, 1], 5),
    options: { sampleWeight: Float32Array.from({ length: N }, (_, i) => 1 + (i % 3)) },
  },
  "penalties and a constraint": {
    make() {
      const model = sequential(
        [
          layers.gru({ units: 4, inputShape: [null, D], kernelRegularizer: "l2", activityRegularizer: "l1" }),
          layers.dense({
            units: 1,
            kernelRegularizer: regularizers.l1({ l1: 0.01 }),
            kernelConstraint: constraints.maxNorm({ maxValue: 1 }),
          }),
        ],
        { seed: 2 },
      );
      model.compile({ optimizer: "sgd", loss: "mse" });
      return model;
    },
    x,
    y: normal([N, 1], 6),
  },
  "two outputs, one of them masked": {
    make() {
      const a = input({ shape: [null, D] });
      const h = layers.gru({ units: 4, returnSequences: true }).apply(layers.masking().apply(a));
      const steps = layers.dense({ units: 1, name: "steps" }).apply(h);
      const last = layers.dense({ units: 2, name: "last", activation: "softmax" }).apply(layers.gru({ units: 3 }).apply(h)); // prettier-ignore
      const model = functional({ inputs: a, outputs: [steps, last], seed: 3 });
      model.compile({ optimizer: "sgd", loss: ["mse", "sparseCategoricalCrossentropy"], lossWeights: [1, 0.5], metrics: { last: "accuracy" } }); // prettier-ignore
      return model;
    },
    x: masked(),
    y: { steps: normal([N, T, 1], 5), last: tensor(Int32Array.from({ length: N }, (_, i) => i % 2), [N]) }, // prettier-ignore
  },
  "metrics of several classes": {
    make() {
      const model = sequential(
        [layers.gru({ units: 5, inputShape: [null, D] }), layers.dense({ units: 4, activation: "softmax" })],
        { seed: 4 },
      );
      model.compile({
        optimizer: "sgd",
        loss: "sparseCategoricalCrossentropy",
        metrics: ["accuracy", "auc", metrics.auc({ numThresholds: 50, name: "counted" }), metrics.precision(), metrics.recall({ average: "micro" }), metrics.f1({ average: "weighted" }), "perplexity"], // prettier-ignore
      });
      return model;
    },
    x,
    y: tensor(
      Int32Array.from({ length: N }, (_, i) => (i * i) % 4),
      [N],
    ),
  },
  ragged: {
    make() {
      const model = sequential(
        [layers.lstm({ units: 4, inputShape: [null, D], returnSequences: true }), layers.dense({ units: 1 })],
        { seed: 2 },
      );
      model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
      return model;
    },
    x: ragged(Array.from({ length: N }, (_, i) => normal([2 + (i % 7), D], i + 1))),
    y: ragged(Array.from({ length: N }, (_, i) => normal([2 + (i % 7), 1], i + 50))),
  },
};

/** Every third sequence is two steps shorter, every fifth three. */
function masked() {
  const values = normal([N, T, D]);
  for (let n = 0; n < N; n++) {
    const short = n % 3 === 0 ? 2 : n % 5 === 0 ? 3 : 0;
    values.data.fill(0, (n * T + T - short) * D, (n + 1) * T * D);
  }
  return values;
}

async function train({ make, x, y, options = {} }: Case, parallel: DataParallelOptions | null) {
  const model = make();
  const team = parallel && dataParallel(model, parallel);
  try {
    const { history } = await model.fit(x, y, { epochs: 2, batchSize, verbose: 0, shuffle: false, ...options });
    return { history, weights: model.getWeights().map((w) => w.data), random: model.random.state };
  } finally {
    await team?.close();
  }
}

for (const [name, given] of Object.entries(CASES)) {
  test(`${name}: as without shards, to rounding; bits are those of one thread`, async () => {
    const whole = await train(given, null);
    const one = await train(given, { shards: 3 });
    close(one.weights, whole.weights);
    for (const [key, values] of Object.entries(whole.history)) close([one.history[key]!], [values], key);
    assert.deepEqual(one.random, whole.random, "no draw is made where a model has no chance");
    assert.deepEqual(await train(given, { shards: 3, workers: 3 }), one);
    assert.deepEqual(await train(given, { shards: 1 }), whole);
  });
}

function close(given: readonly ArrayLike<number>[], wanted: readonly ArrayLike<number>[], what = "weights") {
  for (const [i, list] of wanted.entries())
    for (let j = 0; j < list.length; j++)
      assert.ok(Math.abs(given[i]![j]! - list[j]!) < 1e-5 * (1 + Math.abs(list[j]!)), `${what} ${i}/${j}: ${given[i]![j]} and ${list[j]}`); // prettier-ignore
}

const SOURCES = Array.from({ length: 20 }, (_, i) => Array.from({ length: 3 + (i % 4) }, (_, t) => 3 + ((i + t) % 5)));
const { input: before, next } = teacherForcing(SOURCES, { start: 1, end: 2 });
const source = tensor(
  Int32Array.from({ length: 20 * 6 }, (_, i) => SOURCES[Math.floor(i / 6)]![i % 6] ?? 0),
  [20, 6],
);

test("a decoder that counts its batches in a weight counts one for each step, and draws in each shard", async () => {
  const given: Case = {
    make() {
      const model = seq2seq({ source: { vocabularySize: 8 }, target: { vocabularySize: 8 }, units: 6, seed: 2, samplingProbability: 0.8, samplingSteps: 3 }); // prettier-ignore
      model.compile({ optimizer: "adam", loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }), metrics: ["accuracy", "perplexity"] }); // prettier-ignore
      return model;
    },
    x: { source, target: before },
    y: next,
  };
  const one = await train(given, { shards: 3 });
  assert.deepEqual(await train(given, { shards: 3, workers: 3 }), one);
  const model = given.make();
  const counter = model.parameters.findIndex((p) => !p.trainable);
  assert.deepEqual([...one.weights[counter]!], [2 * Math.ceil(20 / batchSize)]);
});

test("float64 is computed on threads too", async () => {
  const make = () => {
    const model = sequential([layers.gru({ units: 4, inputShape: [null, D] }), layers.dense({ units: 1 })], { seed: 2, dtype: "float64" }); // prettier-ignore
    model.compile({ optimizer: "sgd", loss: "mse" });
    return model;
  };
  const given = { make, x, y: normal([N, 1], 4) };
  const [whole, one, two] = [await train(given, null), await train(given, { shards: 4 }), await train(given, { shards: 4, workers: 2 })]; // prettier-ignore
  assert.deepEqual(two, one);
  for (const [i, w] of whole.weights.entries())
    for (let j = 0; j < w.length; j++) assert.ok(Math.abs(one.weights[i]![j]! - w[j]!) < 1e-12);
});

test("batches of a data set may be of any size, one sample too", async () => {
  const sizes = [1, 9, 4, 8];
  const batches = sizes.map((n, i) => ({ x: normal([n, T, D], i + 1), y: tensor(new Float32Array(n).fill(i % 2), [n, 1]) })); // prettier-ignore
  const run = async (parallel: DataParallelOptions | null) => {
    const model = classifier();
    const team = parallel && dataParallel(model, parallel);
    const { history } = await model.fit(batches, { epochs: 2, verbose: 0 });
    await team?.close();
    return { history, weights: model.getWeights().map((w) => w.data) };
  };
  const one = await run({ shards: 5 });
  close(one.weights, (await run(null)).weights);
  assert.deepEqual(await run({ shards: 5, workers: 2 }), one);
});

test("training goes on from a checkpoint within an epoch, with another number of workers, bit for bit", async () => {
  const options = { epochs: 3, batchSize, verbose: 0 } as const;
  const make = () => classifier({ dropout: 0.3, recurrentDropout: 0.2 });
  const whole = make();
  const three = dataParallel(whole, { shards: 4, workers: 3 });
  const { history } = await whole.fit(x, binary, options);
  await three.close();
  const first = make();
  const two = dataParallel(first, { shards: 4, workers: 2 });
  let steps = 0;
  let bytes: Uint8Array = new Uint8Array();
  await first.fit(x, binary, { ...options, callbacks: { onBatchEnd: () => void (++steps === 5 && (bytes = first.toBytes())) } }); // prettier-ignore
  await two.close();
  const resumed = await loadModel(bytes);
  assert.deepEqual([resumed.epoch, resumed.position?.step], [1, 2]);
  const one = dataParallel(resumed, { shards: 4 });
  const { history: rest } = await resumed.fit(x, binary, { ...options, initialEpoch: 1, initialStep: 2 });
  await one.close();
  assert.deepEqual(resumed.getWeights(), whole.getWeights());
  for (const [name, values] of Object.entries(rest)) assert.deepEqual(values, history[name]!.slice(1), name);
});

test("dropout is drawn for each shard, whoever computes it", async () => {
  const given = { make: () => classifier({ dropout: 0.3, recurrentDropout: 0.2 }), x, y: binary, options: { shuffle: true } }; // prettier-ignore
  const [one, two, three] = [
    await train(given, { shards: 4 }),
    await train(given, { shards: 4, workers: 2 }),
    await train(given, { shards: 4, workers: 3 }),
  ];
  assert.deepEqual(two, one);
  assert.deepEqual(three, one);
  assert.notDeepEqual((await train(given, { shards: 2 })).weights, one.weights);
});
