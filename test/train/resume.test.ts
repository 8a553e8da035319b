/** Training that goes on from a checkpoint within an epoch: weights and history are those of a run that did not stop, bit for bit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { layers, loadModel, losses, metrics, ragged, sequential, tensor, type Batch, type FitOptions, type Model } from "sluice"; // prettier-ignore
import { normal } from "../support/data.js";

const [N, T, D, batchSize, epochs] = [22, 6, 3, 4, 3];
const STEPS = Math.ceil(N / batchSize);
const x = normal([N, T, D]);
const labels = tensor(
  Int32Array.from({ length: N }, (_, i) => i % 2),
  [N, 1],
);

function classifier(): Model {
  const model = sequential(
    [layers.gru({ units: 5, inputShape: [null, D], dropout: 0.3, recurrentDropout: 0.2 }), layers.dense({ units: 1, activation: "sigmoid" })], // prettier-ignore
    { seed: 4 },
  );
  model.compile({
    optimizer: "adam",
    loss: "binaryCrossentropy",
    metrics: ["accuracy", "auc", metrics.auc({ numThresholds: 20, name: "counted" }), "f1"],
  });
  return model;
}

type Train = (model: Model, options: FitOptions) => ReturnType<Model["fit"]>;

/** Trains without a stop; and with one after a number of steps, from the bytes that were there then. */
async function both(make: () => Model, train: Train, stopAfter: number, taken: "then" | "at the end" = "then") {
  const whole = make();
  const { history } = await train(whole, { epochs, verbose: 0 });
  const first = make();
  let steps = 0;
  let bytes: Uint8Array | null = null;
  const stop = () => {
    if (++steps !== stopAfter) return;
    if (taken === "then") bytes = first.toBytes();
    controller.abort();
  };
  const controller = new AbortController();
  await train(first, {
    epochs,
    verbose: 0,
    signal: controller.signal,
    callbacks: { onBatchEnd: stop },
  });
  const resumed = await loadModel(bytes ?? first.toBytes());
  const after = await train(resumed, {
    epochs,
    verbose: 0,
    initialEpoch: resumed.epoch,
    initialStep: resumed.position?.step ?? 0,
  });
  return { whole, history, resumed, after: after.history, from: first.epoch };
}

async function checkResumed(make: () => Model, train: Train, stopAfter: number): Promise<void> {
  for (const taken of ["then", "at the end"] as const) await checkFrom(await both(make, train, stopAfter, taken));
}

async function checkFrom({ whole, history, resumed, after, from }: Awaited<ReturnType<typeof both>>): Promise<void> {
  for (const [i, weights] of whole.getWeights().entries())
    assert.deepEqual(resumed.getWeights()[i]!.data, weights.data);
  for (const [name, values] of Object.entries(history)) assert.deepEqual(after[name], values.slice(from), name);
  assert.deepEqual(resumed.random.state, whole.random.state);
  assert.deepEqual([resumed.epoch, resumed.position], [epochs, null]);
}

const onArrays: Train = (model, options) =>
  model.fit(x, labels, { ...options, batchSize, validationData: [x, labels] });

test("a run in memory goes on from any step: order, dropout, moments, metrics", async () => {
  const property = fc.asyncProperty(fc.integer({ min: 1, max: epochs * STEPS - 1 }), (stopAfter) =>
    checkResumed(classifier, onArrays, stopAfter),
  );
  await fc.assert(property, { numRuns: 12, examples: [[1], [STEPS - 1], [STEPS], [STEPS + 1], [epochs * STEPS - 1]] });
});

test("a data set is gone through again up to the step", async () => {
  const y = tensor(Int32Array.of(0, 1, 0, 1), [4, 1]);
  const rows: Batch[] = Array.from({ length: 5 }, (_, i) => ({ x: normal([4, T, D], i), y }));
  for (const stopAfter of [1, 4, 5, 7]) await checkResumed(classifier, (model, options) => model.fit(() => rows, options), stopAfter); // prettier-ignore
});

test("ragged sequences go on", async () => {
  const sequences = ragged(Array.from({ length: N }, (_, i) => normal([1 + (i % 5), D], i)));
  const train: Train = (model, options) => model.fit(sequences, labels, { ...options, batchSize });
  for (const stopAfter of [2, 8]) await checkResumed(classifier, train, stopAfter);
});

test("with tbptt the states that are carried go on, two layers of them", async () => {
  const long = normal([6, 20, D]);
  const targets = normal([6, 20, 1], 5);
  const make = () => {
    const model = sequential(
      [
        layers.lstm({ units: 4, returnSequences: true, inputShape: [null, D] }),
        layers.gru({ units: 3, returnSequences: true }),
        layers.dense({ units: 1 }),
      ],
      { seed: 8 },
    );
    model.compile({ optimizer: "adam", loss: losses.meanSquaredError(), metrics: ["meanAbsoluteError"] });
    return model;
  };
  const train: Train = (model, options) => model.fit(long, targets, { ...options, batchSize: 3, tbptt: 6 });
  for (const stopAfter of [1, 3, 4, 5, 7, 8, 13]) await checkResumed(make, train, stopAfter);
});

test("an epoch that was cut short is not over", async () => {
  const model = classifier();
  const controller = new AbortController();
  await onArrays(model, { epochs, verbose: 0, signal: controller.signal, callbacks: { onBatchEnd: (step) => void (step === 1 && controller.abort()) } }); // prettier-ignore
  assert.deepEqual([model.epoch, model.position!.step], [0, 2]);
});

test("a place that is not the file's, and data that are shorter, are named", async () => {
  const model = classifier();
  await assert.rejects(onArrays(model, { initialStep: 3 }), /the model stands at epoch 0, step 0, got 0, 3/); // prettier-ignore
  const { resumed } = await both(classifier, onArrays, 1);
  assert.equal(resumed.position, null);
  const first = classifier();
  const controller = new AbortController();
  await onArrays(first, { verbose: 0, signal: controller.signal, callbacks: { onBatchEnd: (step) => void (step === 3 && controller.abort()) } }); // prettier-ignore
  const cut = await loadModel(first.toBytes());
  const few = cut.fit(normal([4, T, D]), labels.data.slice(0, 4) as never, { initialStep: 4, verbose: 0 });
  await assert.rejects(few, /initialStep 4, but 1 batches/);
});
