import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, sequential, setThreads } from "../../src/index.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { indices, normal, signTask } from "../support/data.js";

async function classifier() {
  const { x, y } = signTask(96, 20, 10);
  const m = sequential(
    [
      layers.bidirectional({
        layer: layers.gru({ units: 24, returnSequences: true, dropout: 0.1 }),
        inputShape: [null, 10],
      }),
      layers.lstm({ units: 20, recurrentDropout: 0.1 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 3 },
  );
  m.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  const history = await m.fit(x, y, { epochs: 2, verbose: 0, validationSplit: 0.25 });
  return { history: history.history, weights: m.getWeights().map((w) => w.data) };
}

async function languageModel() {
  const m = sequential(
    [
      layers.embedding({ inputDim: 65, outputDim: 32 }),
      layers.gru({ units: 64, returnSequences: true }),
      layers.dense({ units: 65, activation: "softmax" }),
    ],
    { seed: 4 },
  );
  m.compile({ optimizer: "nadam", loss: "sparseCategoricalCrossentropy" });
  await m.fit(indices([64, 30], 65), indices([64, 30], 65, 2), { epochs: 2, verbose: 0 });
  return { weights: m.getWeights().map((w) => w.data), output: (await m.predict(indices([8, 30], 65, 3))).data };
}

test("training and prediction are the same bits on 1, 2 and 3 threads", async () => {
  for (const run of [classifier, languageModel]) {
    await setThreads(1);
    const one = await run();
    for (const count of [2, 3]) {
      await setThreads(count);
      assert.equal(kernelsFor("float32").threads, count);
      assert.deepEqual(await run(), one, `${run.name} on ${count} threads`);
    }
  }
  await setThreads(1);
});

test("a number of threads that cannot be is refused, and the old one stays", async () => {
  for (const count of [0, 1.5, 65, NaN])
    await assert.rejects(setThreads(count), /setThreads: count must be a whole number from 1 to 64/);
  const m = sequential([layers.gru({ units: 8, inputShape: [null, 2] })]);
  assert.deepEqual((await m.predict(normal([16, 50, 2]))).shape, [16, 8]);
});
