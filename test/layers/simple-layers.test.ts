/** What the table cannot say of the other layers: chance in training, nesting, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { input, layers, loadModel, model, Random, sequential, tensor } from "../../src/index.js";
import type { Layer } from "../../src/layers/layer.js";
import type { PartialShape } from "../../src/tensor/shape.js";
import { largestDifference, normal } from "../support/data.js";
import { call } from "./check-layer.js";

const { conv1d, dense, embedding, gru, timeDistributed } = layers;

test("dropout drops its share, scales the rest, and only in training", () => {
  const layer = layers.dropout({ rate: 0.25, seed: 1 });
  const n = 40_000;
  const run = { shapes: [[1, n, 1]], data: [new Array<number>(n).fill(3)] };
  const y = call(layer, { ...run, training: true }).outputs[0]!.data;
  assert.deepEqual([...new Set(y)].sort(), [0, 4]);
  const share = y.filter((v) => v === 0).length / n;
  assert.ok(Math.abs(share - 0.25) < 0.01, `${share}`); // 4.6 standard deviations
  assert.ok(call(layer, run).outputs[0]!.data.every((v) => v === 3));
});

test("noiseShape drops the same features at every step", () => {
  const layer = layers.dropout({ rate: 0.5, noiseShape: [null, 1, null] });
  layer.ensureBuilt([[null, null, 8]]);
  const run = { shapes: [[2, 3, 8]], data: [new Array<number>(48).fill(1)], training: true };
  const rows = call(layer, run).outputs[0]!.toArray() as number[][][];
  for (const steps of rows) for (const step of steps) assert.deepEqual(step, steps[0]);
  assert.notDeepEqual(rows[0], rows[1]);
});

test("an index outside of the table is named with its place", () => {
  const layer = embedding({ inputDim: 5, outputDim: 2, name: "words" });
  layer.ensureBuilt([[null, null]]);
  layer.parameters[0]!.initialize(new Random(1));
  const at = (index: number) => () => call(layer, { shapes: [[2, 3]], data: [[1, 2, 3, 4, index, 0]] });
  assert.throws(at(5), /Embedding "words": indices must be from 0 to 4 \(inputDim 5\), got 5 at \[1, 1\]/);
  assert.throws(at(-1), /got -1 at \[1, 1\]/);
  const stream = sequential([embedding({ inputDim: 5, outputDim: 2 }), gru({ units: 2 })]).stream();
  assert.throws(() => stream.step([7]), /indices must be from 0 to 4 \(inputDim 5\), got 7 at \[0, 0\]/);
});

test("an embedding that is fed floats takes whole numbers alone", async () => {
  const x = input({ shape: [null] });
  const m = model({ inputs: x, outputs: embedding({ inputDim: 5, outputDim: 2 }).apply(x) });
  assert.deepEqual((await m.predict(tensor([[1, 4]], undefined, "float32"))).shape, [1, 2, 2]);
  await assert.rejects(m.predict(tensor([[1.5, 4]], undefined, "float32")), /whole numbers, got 1.5/);
});

test("a model inside a model is streamed, stored and timeDistributed", async () => {
  const inner = sequential([dense({ units: 4, activation: "tanh", inputShape: [3] }), dense({ units: 2 })]);
  const outer = sequential([timeDistributed({ layer: inner, inputShape: [null, 3] }), gru({ units: 3 })], { seed: 2 });
  const x = normal([2, 5, 3]);
  const y = await outer.predict(x);
  assert.deepEqual(y.data, (await (await loadModel(outer.toBytes())).predict(x)).data);
  const stream = outer.stream({ batch: 2 });
  const frame = (t: number) => [0, 1].flatMap((b) => [...x.data.subarray((b * 5 + t) * 3, (b * 5 + t + 1) * 3)]);
  for (let t = 0; t < 5; t++) stream.step(frame(t));
  assert.ok(largestDifference(stream.outputs[0]!.data, y.data) < 1e-6);
});

test("wrong settings and shapes are named", () => {
  const connect = (layer: Layer, ...shapes: PartialShape[]) => layer.ensureBuilt(shapes);
  const x = [null, null, 3];
  const cases: [() => unknown, RegExp][] = [
    [() => dense({ units: 1.5 }), /Dense: units must be a whole number of at least 1, got 1.5/],
    [() => dense({ unit: 1 } as never), /Dense: unknown option "unit"; did you mean "units"\?/],
    [() => connect(dense({ units: 1, name: "out" }), [null]), /Dense "out": input must be \[batch, …, features\]/],
    [
      () => connect(dense({ units: 1 }), [null, null]),
      /the last axis of the input must have a known size, got \[null, null\]/,
    ],
    [() => embedding({ inputDim: 0, outputDim: 1 }), /Embedding: inputDim must be a whole number of at least 1, got 0/],
    [() => layers.masking({ maskValue: NaN }), /Masking: maskValue must be a number finite, got NaN/],
    [() => connect(layers.masking(), [null, 3]), /Masking: input must be \[batch, time, features\], got \[null, 3\]/],
    [() => layers.dropout({ rate: 2 }), /Dropout: rate must be a number from 0 to 1, got 2/],
    [() => connect(layers.dropout({ rate: 0.5, noiseShape: [null, 1] }), x), /noiseShape .* does not fit the input/],
    [
      () => layers.activation({ activation: "reLu6x" }),
      /Activation: activation must be one of .* did you mean "relu6"\?/,
    ],
    [() => timeDistributed({ layer: 3 as never }), /TimeDistributed: layer must be a layer, got 3/],
    [() => connect(layers.layerNormalization({ axis: 1 }), x), /axis must be the last one \(-1 or 2\), got 1/],
    [
      () => conv1d({ filters: 1, kernelSize: 2, padding: "full" as never }),
      /padding must be one of valid, same, causal, got "full"/,
    ],
    [() => conv1d({ filters: 1, kernelSize: 0 }), /Conv1D: kernelSize must be a whole number of at least 1, got 0/],
    [() => connect(conv1d({ filters: 1, kernelSize: 4 }), [null, 3, 2]), /3 time steps are too few for kernelSize 4/],
    [
      () => connect(conv1d({ filters: 1, kernelSize: 4 }), [null, 3]),
      /Conv1D: input must be \[batch, time, features\], got \[null, 3\]/,
    ],
    [
      () => layers.reshape({ targetShape: [-1, -1] }),
      /targetShape must be a list of positive whole numbers with at most one -1/,
    ],
    [
      () => connect(layers.reshape({ targetShape: [-1, 4] }), [null, 3, 2]),
      /\[3, 2\] has 6 elements, which do not fit targetShape \[-1, 4\]/,
    ],
    [() => layers.repeatVector({ n: 0 }), /RepeatVector: n must be a whole number of at least 1, got 0/],
    [
      () => connect(layers.repeatVector({ n: 2 }), x),
      /RepeatVector: input must be \[batch, features\], got \[null, null, 3\]/,
    ],
    [
      () => connect(layers.concatenate(), x, [null, null, null, 3]),
      /two or more inputs whose shapes agree except on axis -1/,
    ],
    [
      () => connect(layers.concatenate({ axis: 1 }), x, [null, null, 2]),
      /agree except on axis 1, got \[null, null, 3\] and \[null, null, 2\]/,
    ],
    [() => layers.concatenate({ axis: 0 }), /axis must be a whole number other than 0 \(the batch\), got 0/],
    [
      () => connect(layers.add(), x, [null, null, 2]),
      /Add: inputs must have equal shapes, got \[null, null, 3\] and \[null, null, 2\]/,
    ],
    [() => connect(layers.add(), x), /Add: expected two or more inputs, got 1/],
    [() => connect(layers.subtract(), x, x, x), /Subtract: expected 2 inputs, got 3/],
    [
      () => connect(layers.globalMaxPooling1d(), [null, 3]),
      /GlobalMaxPooling1D: input must be \[batch, time, features\]/,
    ],
  ];
  for (const [make, message] of cases) assert.throws(make, message);
});

test("a function among the options cannot be stored, and says so", () => {
  const layer = layers.activation({ activation: (x) => x, name: "mine" });
  assert.throws(
    () => layer.getConfig(),
    /Activation "mine": option activation is a function and cannot be stored in a file/,
  );
});
