/** Ragged inputs in fit, evaluate and predict: what padded arrays behind a masking layer give, and the mistakes that are told. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  input, layers, Layer, loadModel, losses, model, optimizers, ops, ragged, sequential,
  type FitOptions, type Model, type Ragged, type Tensor,
} from "../../src/index.js"; // prettier-ignore
import * as inference from "../../src/inference.js";
import { normal } from "../../src/util/normal.js";
import { Random } from "../../src/util/random.js";

const D = 3;
const LENGTHS = [4, 1, 6, 2, 6, 3, 1, 5, 2, 2, 4];
const { gru, dense, masking, globalAveragePooling1d, embedding, lstm, bidirectional, layerNormalization } = layers;

function drawnRows(random: Random, n: number, width: number): number[][] {
  return Array.from({ length: n }, () => Array.from({ length: width }, () => Math.fround(normal(random))));
}

function sequences(lengths: readonly number[] = LENGTHS, seed = 1): Ragged {
  const random = new Random(seed);
  return ragged(lengths.map((n) => drawnRows(random, n, D)));
}

/** The same layers for ragged inputs, and for padded ones after a masking layer, with the same weights. */
function twins(make: () => Layer[], dtype: "float32" | "float64" = "float64"): [packed: Model, masked: Model] {
  const [first, ...rest] = make();
  const packed = sequential([input({ shape: [null, D] }), first!, ...rest], { seed: 5, dtype });
  const masked = sequential([input({ shape: [null, D] }), masking(), ...make()], { seed: 5, dtype });
  masked.getWeights(); // draws as many numbers as the other, so that both shuffle alike
  masked.setWeights(packed.getWeights());
  return [packed, masked];
}

const last = () => [gru({ units: 4 }), dense({ units: 2, activation: "softmax" })];
const stacked = () => [
  bidirectional({ layer: lstm({ units: 3, returnSequences: true }) }),
  layerNormalization(),
  layers.dropout({ rate: 0 }),
  gru({ units: 4, returnSequences: true }),
  globalAveragePooling1d(),
  dense({ units: 2, activation: "softmax" }),
];
const everyStep = () => [gru({ units: 4, returnSequences: true }), dense({ units: 2, activation: "softmax" })];

const labels = Int32Array.from(LENGTHS, (_, i) => i % 2);
const stepLabels = ragged(LENGTHS.map((n, i) => Int32Array.from({ length: n }, (_, t) => (i + t) % 2)));

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!);
    assert.ok(off <= tolerance * Math.max(1, Math.abs(expected[i]!)), `${what}[${i}]: ${actual[i]}, expected ${expected[i]}`);
  }
} // prettier-ignore

function compiled(models: readonly Model[], options: object = {}): void {
  for (const m of models)
    m.compile({
      optimizer: optimizers.sgd({ learningRate: 0.3, momentum: 0.9 }),
      loss: losses.sparseCategoricalCrossentropy(),
      metrics: ["accuracy"],
      ...options,
    });
}

/** Padded targets; what padding holds does not count. */
const paddedSteps = (r: Ragged): Tensor => r.pad().values;

async function bothFit(
  [packed, masked]: [Model, Model],
  y: [Tensor | Int32Array, Tensor | Int32Array],
  options: FitOptions[],
): Promise<void> {
  compiled([packed, masked], { weightedMetrics: ["accuracy"] });
  const x = sequences();
  const common = { epochs: 3, batchSize: 4, verbose: 0 as const };
  const a = await packed.fit(x, y[0], { ...common, ...options[0] });
  const b = await masked.fit(x.pad().values, y[1], { ...common, ...(options[1] ?? options[0]) });
  for (const [name, values] of Object.entries(b.history)) near(a.history[name]!, values, 1e-9, name);
  for (const [i, w] of masked.getWeights().entries()) near(packed.getWeights()[i]!.data, w.data, 1e-9, `weight ${i}`);
  const [e, f] = [
    await packed.evaluate(x, y[0], { batchSize: 3 }),
    await masked.evaluate(x.pad().values, y[1], { batchSize: 3 }),
  ];
  near(Object.values(e), Object.values(f), 1e-9, "evaluate");
}

describe("training on ragged inputs equals training on masked ones, shuffled alike", () => {
  test("the last output", () => bothFit(twins(last), [labels, labels], [{}]));
  test("pooling over bidirectional layers", () => bothFit(twins(stacked), [labels, labels], [{}]));
  test("targets of every step", () => bothFit(twins(everyStep), [stepLabels, paddedSteps(stepLabels)], [{}]));
  test("a validation split", () => bothFit(twins(last), [labels, labels], [{ validationSplit: 0.3 }]));
  test("weights of sequences and classes", () => {
    const sampleWeight = Float64Array.from(LENGTHS, (_, i) => 0.5 + i);
    const options = { sampleWeight, classWeight: { 1: 3 } };
    return bothFit(twins(everyStep), [stepLabels, paddedSteps(stepLabels)], [options]);
  });
  test("weights of steps", () => {
    const weights = ragged(LENGTHS.map((n) => Float64Array.from({ length: n }, (_, t) => 1 + t)));
    const padded = [{ sampleWeight: weights }, { sampleWeight: weights.pad().values }];
    return bothFit(twins(everyStep), [stepLabels, paddedSteps(stepLabels)], padded);
  });
  test("a penalty on the outputs", () => {
    const make = () => [gru({ units: 4, returnSequences: true, activityRegularizer: "l2" }), dense({ units: 2, activation: "softmax" })]; // prettier-ignore
    const [packed, masked] = twins(() => [...make().slice(0, 1), globalAveragePooling1d(), ...make().slice(1)]);
    compiled([packed, masked]);
    // Padded outputs are not zeros without zeroOutputForMask, so the penalties differ; that of one sequence alone does not.
    const x = ragged([drawnRows(new Random(3), 4, D)]);
    return Promise.all([packed.evaluate(x, [1]), masked.evaluate(x.pad().values, [1])]).then(([a, b]) =>
      near([a["loss"]!], [b["loss"]!], 1e-12, "loss"),
    );
  });
});

test("predict: one output for each sequence, and outputs of every step as ragged, in the order given", async () => {
  const x = sequences();
  for (const dtype of ["float32", "float64"] as const) {
    const tolerance = dtype === "float32" ? 1e-6 : 1e-12;
    const [packed, masked] = twins(stacked, dtype);
    const [y, z] = [await packed.predict(x, { batchSize: 4 }), await masked.predict(x.pad().values)];
    assert.deepEqual(y.shape, [LENGTHS.length, 2]);
    near(y.data, z.data, tolerance, "predict");
    const [steps, padded] = twins(everyStep, dtype);
    const out = (await steps.predict(x, { batchSize: 4 })) as Ragged;
    const want = await padded.predict(x.pad().values);
    assert.deepEqual(Array.from(out.lengths), LENGTHS);
    for (const [i, n] of LENGTHS.entries()) near(out.sequence(i).data, want.data.subarray(i * 12, i * 12 + n * 2), tolerance, `sequence ${i}`);
  }
}); // prettier-ignore

test("predictions do not depend on the batch", async () => {
  const [packed] = twins(everyStep, "float32");
  const x = sequences();
  const [whole, alone] = [await packed.predict(x, { batchSize: 64 }), await packed.predict(x, { batchSize: 1 })];
  assert.deepEqual(whole.data, alone.data);
});

test("indices: an embedding without padding; with maskZero a 0 among the steps is masked", async () => {
  const texts = [[3, 1, 2], [5], [1, 4]];
  for (const maskZero of [false, true]) {
    const net = sequential([embedding({ inputDim: 6, outputDim: 3, maskZero }), gru({ units: 3 })], { seed: 1 });
    const y = await net.predict(ragged(texts, { dtype: "int32" }));
    for (const [i, text] of texts.entries())
      near(y.data.subarray(i * 3, i * 3 + 3), (await net.predict([text])).data, 1e-6, `text ${i}`);
  }
  const net = sequential([embedding({ inputDim: 6, outputDim: 3, maskZero: true }), gru({ units: 3 })], { seed: 1 });
  const [gap, none] = [await net.predict(ragged([[3, 0, 2], [4]])), await net.predict([[3, 2]])];
  near(gap.data.subarray(0, 3), none.data, 1e-6, "masked step");
});

test("several inputs: ragged beside ordinary ones", async () => {
  const [steps, facts] = [input({ shape: [null, D], name: "steps" }), input({ shape: [2], name: "facts" })];
  const h = gru({ units: 4 }).apply([steps, dense({ units: 4 }).apply(facts)]);
  const net = model({
    inputs: [steps, facts],
    outputs: dense({ units: 1 }).apply(layers.concatenate().apply([h, facts])),
    seed: 2,
  });
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: "meanSquaredError" });
  const x = { steps: sequences(), facts: drawnRows(new Random(8), LENGTHS.length, 2) };
  const { history } = await net.fit(x, Float32Array.from(LENGTHS, (n) => n / 6), { epochs: 60, batchSize: 4, verbose: 0 }); // prettier-ignore
  assert.ok(history["loss"]!.at(-1)! < 0.5 * history["loss"]![0]!);
  const all = await net.predict(x);
  const one = await net.predict({
    steps: ragged([x.steps.sequence(3)]),
    facts: [x.facts[3]!],
  });
  near(one.data, all.data.subarray(3, 4), 1e-6, "one sample");
});

test("a saved model and its training go on with ragged inputs", async () => {
  const net = sequential([gru({ units: 4, inputShape: [null, D] }), dense({ units: 2, activation: "softmax" })], {
    seed: 3,
  });
  compiled([net]);
  const x = sequences();
  const fit = (m: Model, from: number, to: number) =>
    m.fit(x, labels, { initialEpoch: from, epochs: to, batchSize: 4, verbose: 0 });
  await fit(net, 0, 2);
  const loaded = await loadModel(net.toBytes());
  assert.deepEqual((await loaded.predict(x)).data, (await net.predict(x)).data);
  const [a, b] = [await fit(net, 2, 4), await fit(loaded, 2, 4)];
  assert.deepEqual(a.history, b.history);
});

test("sluice/inference takes them too", async () => {
  const [net] = twins(everyStep, "float32");
  const x = sequences();
  const loaded = await inference.loadModel(net.toBytes(), { layers: [gru, dense] });
  const again = inference.ragged(Array.from(x.lengths, (_, i) => x.sequence(i)));
  assert.deepEqual((await loaded.predict(again)).data, (await net.predict(x)).data);
});

test("a data set yields ragged batches", async () => {
  const [net] = twins(last, "float32");
  compiled([net]);
  const x = sequences();
  const batches = () => [0, 4].map((from) => ({ x: x.part(from, from + 4), y: labels.subarray(from, from + 4) }));
  const { history } = await net.fit(batches, { epochs: 2, verbose: 0 });
  assert.equal(history["loss"]!.length, 2);
  assert.ok(Number.isFinite((await net.trainOnBatch(x, labels))["loss"]));
});

/** A layer of one's own that says nothing about packed values, and one that says it works on each step alone. */
class Shifted extends Layer {
  static override readonly className = "Shifted";
  constructor() {
    super({}, {});
  }
  computeOutputShape(shapes: (readonly (number | null)[])[]) {
    return shapes;
  }
  call([x]: Tensor[]): Tensor[] {
    return [ops.add(x!, x!.rank)];
  }
}

class ShiftedSteps extends Shifted {
  override readonly packed = "steps";
}

test("own layers get padded values and a mask, or the real steps when they say so", async () => {
  const x = sequences();
  for (const [layer, by] of [[new Shifted(), 3], [new ShiftedSteps(), 2]] as const) {
    const net = sequential([input({ shape: [null, D] }), layer]);
    const y = (await net.predict(x)) as Ragged;
    near(y.data, Array.from(x.data, (v) => Math.fround(v + by)), 1e-6, layer.className);
  }
}); // prettier-ignore

describe("mistakes are told", () => {
  const says = (run: () => unknown, message: RegExp) => assert.throws(run, message);
  test("in the sequences", () => {
    says(() => ragged([]), /ragged: expected a list of sequences, at least one, got \[\]/);
    says(() => ragged(5 as never), /ragged: expected a list of sequences, at least one, got 5/);
    says(() => ragged([[[1, 2]], []]), /ragged: sequence 1 is empty/);
    says(() => ragged([[[1, 2]], [[1, 2]], [[1, 2, 3]]]), /the steps of all sequences must have one shape; in sequence 0 it is \[2\], in sequence 2 \[3\]/);
    says(() => ragged([[[1, 2]], 7]), /ragged: sequence 1 must be \[time, …\], got 7/);
    says(() => ragged([[[1, 2], [3]]]), /ragged: sequence 0: tensor: rows must have equal lengths/);
    says(() => ragged([[1, 2], [3, NaN]]), /ragged: sequence 1, step 1: expected finite numbers, got NaN/);
    says(() => ragged([[1]]).sequence(1), /ragged: there are sequences 0 to 0, got 1/);
    says(() => ops.add(sequences(), 1), /operations take tensors, not sequences of unequal length/);
  }); // prettier-ignore

  test("in what goes with them", async () => {
    const [steps] = twins(everyStep, "float32");
    compiled([steps]);
    const odd = ragged(LENGTHS.map((n, i) => new Int32Array(i === 2 ? n - 1 : n)));
    const fit = (m: Model, x: Ragged, y: Tensor | Int32Array) => m.fit(x, y, { verbose: 0, shuffle: false });
    await assert.rejects(fit(steps, sequences(), odd), /fit: sequence 2 of y has 5 steps, that of the output 6/);
    await assert.rejects(fit(steps, sequences(), ragged([[1], [0]], { dtype: "int32" })), /same number of samples/);
    const [net] = twins(last, "float32");
    compiled([net]);
    await assert.rejects(steps.fit(sequences(), stepLabels, { tbptt: 2, verbose: 0 }), /fit: tbptt cuts rows of equal length/);
    await assert.rejects(fit(net, sequences(), stepLabels), /labels \[11\]|labels .* for an output/);
    await assert.rejects(net.predict(ragged([[[1, 2]]])), /must be \[null, null, 3\], got \[1, 1, 2\]/);
    const conv = sequential([
      input({ shape: [null, D] }),
      layers.conv1d({ filters: 2, kernelSize: 2, padding: "same" }),
    ]);
    await assert.rejects(conv.predict(sequences(), { batchSize: 2 }), /predict: outputs of ragged inputs come in the shapes/);
  }); // prettier-ignore
});

test("metrics and losses of every step count real steps only", async () => {
  const net = sequential([input({ shape: [null, 1] }), dense({ units: 1, useBias: false, kernelInitializer: "ones" })]);
  net.compile({ loss: "meanSquaredError", metrics: ["mae"] });
  const x = ragged([[[1], [2], [3]], [[4]]]);
  const y = ragged([[[0], [2], [3]], [[1]]]);
  assert.deepEqual(await net.evaluate(x, y), { loss: 10 / 4, mae: 1 });
});
