/** What other systems have no form for is refused by name; what does not change the function is left out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, sequential } from "../../src/index.js";
import { fromKeras, toKeras, toOnnx, toPyTorch, toTfjs } from "../../src/interop/index.js";
import { normal } from "../support/data.js";

const { bidirectional, gru, lstm, rnn, gruCell } = layers;

test("layerNormalization has no form elsewhere: each writer says so and names the layer", async () => {
  const inputShape = [4, 3];
  const makers = [
    () => gru({ units: 2, layerNormalization: true, inputShape }),
    () => lstm({ units: 2, layerNormalization: true, inputShape }),
    () => bidirectional({ layer: gru({ units: 2, layerNormalization: true, inputShape }) }),
    () => rnn({ cell: gruCell({ units: 2, layerNormalization: true }), inputShape }),
  ];
  for (const make of makers) {
    const model = sequential([make()]);
    model.initialize();
    const refusal = /"(gru|lstm|bidirectional|rnn|cell|forward\w*)".*layerNormalization has no form/;
    await assert.rejects(async () => toKeras(model), refusal);
    // tfjs has no GRU with resetAfter at all.
    if (model.layers.at(-1)!.className === "LSTM") assert.throws(() => toTfjs(model), refusal);
    assert.throws(() => toOnnx(model), refusal);
    if (model.layers.at(-1)!.className !== "RNN") assert.throws(() => toPyTorch(model), refusal);
  }
});

test("checkpointEvery is left out: it changes nothing but how a model is trained", async () => {
  const model = sequential([gru({ units: 2, checkpointEvery: 2, inputShape: [4, 3] })]);
  const x = normal([2, 4, 3]);
  const read = await fromKeras(await toKeras(model));
  assert.deepEqual((await read.predict(x)).data, (await model.predict(x)).data);
  toOnnx(model);
  toPyTorch(model);
});
