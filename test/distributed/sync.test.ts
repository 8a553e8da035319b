/** Batches cut into shards: bits that do not depend on the number of threads, and the mathematics of the whole batch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { constraints, input, layers, metrics, model as functional, optimizers, ragged, regularizers, sequential, tensor, type FitOptions, type Model} from "sluice"; // prettier-ignore
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
