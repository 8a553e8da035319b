/** A step of a stream allocates nothing, whatever the layers are that have a plan for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { input, layers, model, sequential } from "../../src/index.js";

const inputShape = [null, 3];
const x = input({ shape: inputShape });
const y = layers.gru({ units: 3, returnSequences: true }).apply(x);
const joined = layers.concatenate().apply([layers.add().apply([x, y]), layers.multiply().apply([x, y])]);

const MODELS = {
  "dense, softmax": sequential([layers.dense({ units: 64, activation: "softmax", inputShape })]),
  layerNormalization: sequential([layers.layerNormalization({ inputShape })]),
  "conv1d, causal": sequential([layers.conv1d({ filters: 8, kernelSize: 3, padding: "causal", inputShape })]),
  timeDistributed: sequential([layers.timeDistributed({ layer: layers.dense({ units: 3 }), inputShape })]),
  globalAveragePooling1d: sequential([layers.globalAveragePooling1d({ inputShape })]),
  globalMaxPooling1d: sequential([layers.globalMaxPooling1d({ inputShape })]),
  "embedding and gru": sequential([layers.embedding({ inputDim: 5, outputDim: 8 }), layers.gru({ units: 8 })]),
  "masked lstm": sequential([layers.masking({ inputShape }), layers.lstm({ units: 8 })]),
  "simpleRnn, dropout": sequential([layers.simpleRnn({ units: 8, inputShape }), layers.dropout({ rate: 0.5 })]),
  "concatenate, add, multiply": model({ inputs: x, outputs: joined }),
};

for (const [name, m] of Object.entries(MODELS)) {
  test(name, () => {
    const stream = m.stream();
    const frame = m.inputs[0]!.dtype === "int32" ? new Int32Array([2]) : new Float32Array(3);
    const round = () => {
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 20_000; i++) stream.step(frame);
      return (process.memoryUsage().heapUsed - before) / 20_000;
    };
    round(); // tiers up
    const rounds = [1, 2, 3, 4].map(round).filter((bytes) => bytes > 0); // less than nothing: a collection fell into the round
    const least = Math.min(...rounds);
    // An object is 16 bytes at least; a number that does not fit a small integer is boxed in 12.
    assert.ok(rounds.length === 0 || least < 64, `${least.toFixed(1)} bytes a step`);
  });
}
