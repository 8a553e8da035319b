/** Which samples metrics count, and that measuring in the middle of training does not disturb it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, loadModel, metrics, sequential, tensor } from "../../src/index.js";
import { normal } from "../support/data.js";

const quiet = { verbose: 0 } as const;

/** Predicts x itself, so that every value can be worked out by hand. */
const identity = (options: object) => {
  const m = sequential([layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: "ones" })]);
  m.compile({ optimizer: "sgd", loss: "mse", ...options });
  return m;
};

test("metrics do not look at sample and class weights, weighted ones do, as in Keras", async () => {
  const m = identity({ metrics: ["mae", "mse"], weightedMetrics: ["mae", metrics.rootMeanSquaredError()] });
  const [x, y] = [tensor([[1], [2], [3]]), tensor([[0], [0], [0]])];
  const values = await m.evaluate(x, y, { sampleWeight: [1, 0, 3] });
  assert.ok(Math.abs(values.loss! - (1 + 27) / 3) < 1e-6);
  assert.deepEqual([values.mae, values.mse], [2, 14 / 3]);
  assert.equal(values.weighted_mae, (1 + 9) / 4);
  assert.ok(Math.abs(values.rootMeanSquaredError! - Math.sqrt(28 / 4)) < 1e-6);
  const loaded = await loadModel(m.toBytes());
  assert.deepEqual(await loaded.evaluate(x, y, { sampleWeight: [1, 0, 3] }), values);
  const { history } = await identity({ metrics: ["mae"] }).fit(x, y, { ...quiet, classWeight: { 0: 5 } });
  assert.equal(history.mae![0], 2);
});

test("masked steps are left out of all metrics", async () => {
  const m = sequential([
    layers.masking({ maskValue: -1, inputShape: [null, 1] }),
    layers.timeDistributed({
      layer: layers.dense({ units: 1, useBias: false, kernelInitializer: "ones" }),
    }),
  ]);
  m.compile({ loss: "mae", metrics: ["mae"], weightedMetrics: ["mae"] });
  const [x, y] = [tensor([[[2], [-1]], [[4], [6]]]), tensor([[[0], [0]], [[0], [0]]])]; // prettier-ignore
  const { loss, mae } = await m.evaluate(x, y);
  assert.deepEqual([loss, mae], [4, 4]);
  assert.equal((await m.evaluate(x, y, { sampleWeight: [3, 1] })).weighted_mae, (3 * 2 + 4 + 6) / 5);
});

test("a callback that evaluates and predicts between batches leaves the epoch's values as they are", async () => {
  const [x, y] = [normal([40, 3], 1), normal([40, 1], 2)];
  const build = () => {
    const m = sequential([layers.dense({ units: 1, inputShape: [3] }), layers.dropout({ rate: 0.2 })], { seed: 1 });
    m.compile({ optimizer: "adam", loss: "mse", metrics: ["mae", metrics.meanAbsolutePercentageError()] });
    return m;
  };
  const [plain, watched] = [build(), build()];
  const watch = {
    onBatchEnd: async () => {
      await watched.evaluate(x, y);
      await watched.predict(x);
    },
  };
  const expected = await plain.fit(x, y, { epochs: 2, batchSize: 8, ...quiet, validationSplit: 0.2 });
  const came = await watched.fit(x, y, { epochs: 2, batchSize: 8, ...quiet, validationSplit: 0.2, callbacks: watch });
  assert.deepEqual(came.history, expected.history);
});
