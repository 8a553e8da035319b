/** Sluice → ONNX → Sluice: the same layers with the same weights, to the last bit. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { input, layers, model as makeModel, Random, sequential, tensor, type Layer, type Model } from "sluice";
import { fromOnnx } from "../../src/interop/onnx/from-onnx.js";
import { toOnnx } from "../../src/interop/onnx/write/to-onnx.js";
import { normal } from "../../src/util/normal.js";
import { largestDifference } from "../support/data.js";

const recurrent = fc.record({
  kind: fc.constantFrom("gru", "lstm", "simpleRnn"),
  units: fc.integer({ min: 1, max: 5 }),
  useBias: fc.boolean(),
  resetAfter: fc.boolean(),
  activation: fc.constantFrom("tanh", "relu", "sigmoid", "hardSigmoid", "linear"),
  gates: fc.constantFrom("sigmoid", "hardSigmoid"),
  both: fc.boolean(),
  backwards: fc.boolean(),
});
const drawn = fc.record({
  front: fc.constantFrom("none", "embedding", "conv", "dense"),
  stack: fc.array(recurrent, { minLength: 1, maxLength: 3 }),
  end: fc.constantFrom("last", "sequence", "mean", "max"),
  head: fc.constantFrom(null, "softmax", "sigmoid", "linear", "gelu"),
  norm: fc.boolean(),
  B: fc.integer({ min: 1, max: 3 }),
  T: fc.integer({ min: 1, max: 5 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer D> ? D : never;

function recurrentLayer(one: Drawn["stack"][number], returnSequences: boolean): Layer {
  const { kind, units, useBias, activation, gates, resetAfter } = one;
  // Backwards sequences are turned round, which no node of ONNX is.
  const goBackwards = one.backwards && !one.both && !returnSequences;
  const common = { units, useBias, activation, returnSequences, goBackwards };
  const layer = {
    gru: () => layers.gru({ ...common, recurrentActivation: gates, resetAfter }),
    lstm: () => layers.lstm({ ...common, recurrentActivation: gates }),
    simpleRnn: () => layers.simpleRnn(common),
  }[kind as "gru"]();
  return one.both ? layers.bidirectional({ layer }) : layer;
}

function modelOf({ front, stack, end, head, norm, seed }: Drawn): Model {
  const list: Layer[] = {
    none: () => [],
    embedding: () => [layers.embedding({ inputDim: 6, outputDim: 3 })],
    conv: () => [layers.conv1d({ filters: 3, kernelSize: 2, padding: "causal", activation: "relu" })],
    dense: () => [layers.timeDistributed({ layer: layers.dense({ units: 2, useBias: false }) })],
  }[front as "conv"]();
  for (const [i, one] of stack.entries()) list.push(recurrentLayer(one, i < stack.length - 1 || end !== "last"));
  if (end === "mean") list.push(layers.globalAveragePooling1d());
  if (end === "max") list.push(layers.globalMaxPooling1d());
  if (norm) list.push(layers.layerNormalization({ epsilon: 0.01 }));
  if (head !== null) list.push(layers.dense({ units: 3, activation: head }));
  const x = input({ shape: front === "embedding" ? [null] : [null, 2], name: "x" });
  const random = new Random(seed);
  const model = makeModel({ inputs: x, outputs: list.reduce((h, layer) => layer.apply(h), x), seed: 1 });
  model.initialize();
  model.setWeights(model.getWeights().map(({ shape, size }) => tensor(Float32Array.from({ length: size }, () => normal(random)), shape))); // prettier-ignore
  return model;
}

test("chains of layers come back with bit-equal weights and the same outputs", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async (d) => {
      const model = modelOf(d);
      const back = (await fromOnnx(toOnnx(model))).toModel();
      const [before, after] = [model.getWeights(), back.getWeights()];
      assert.equal(after.length, before.length);
      for (const [i, w] of before.entries()) {
        assert.deepEqual(after[i]!.shape, w.shape);
        assert.ok(w.data.every((v, j) => v === after[i]!.data[j]));
      }
      const random = new Random(d.seed);
      const x =
        d.front === "embedding"
          ? tensor(
              Int32Array.from({ length: d.B * d.T }, () => random.below(6)),
              [d.B, d.T],
            )
          : tensor(
              Float32Array.from({ length: d.B * d.T * 2 }, () => normal(random)),
              [d.B, d.T, 2],
            );
      const [ours, theirs] = [await model.predict(x), await back.predict(x)];
      assert.deepEqual(theirs.shape, ours.shape);
      assert.ok(largestDifference(theirs.data, ours.data) < 1e-5);
    }),
    { numRuns: 100, seed: 2 },
  );
});

test("a model that came from ONNX trains, and is saved", async () => {
  const first = sequential([layers.gru({ units: 4, inputShape: [null, 2] }), layers.dense({ units: 1 })]);
  first.initialize();
  const model = (await fromOnnx(toOnnx(first))).toModel();
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const x = tensor(
    Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
    [4, 3, 2],
  );
  const y = tensor([0, 1, 0, 1], [4, 1]);
  const { history } = await model.fit(x, y, { epochs: 20, verbose: 0 });
  assert.ok(history.loss!.at(-1)! < history.loss![0]!);
});

test("what no layer stands for is named with its node", async () => {
  const x = input({ shape: [null, 2], name: "x" });
  const masked = makeModel({
    inputs: x,
    outputs: layers.gru({ units: 2, name: "g" }).apply(layers.masking().apply(x)),
  });
  masked.initialize();
  const read = await fromOnnx(toOnnx(masked, { sequenceLengths: true }));
  assert.throws(() => read.toModel(), /has no form in layers; compute it as it is with predict: node/);
});
