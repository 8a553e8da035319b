import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { callbacks, layers, loadModel, optimizers, schedules, sequential, type Callback } from "../../src/index.js";
import { normal, signTask } from "../support/data.js";
import { temporaryFolder } from "../support/temporary.js";

const { x, y } = signTask(64, 6, 2);
const validationData = [x, y] as const;
const quiet = { batchSize: 16, verbose: 0 } as const;
const folder = () => temporaryFolder("sluice-callbacks");

function classifier(learningRate: number | ReturnType<typeof schedules.exponentialDecay> = 0.01) {
  const m = sequential(
    [layers.gru({ units: 4, inputShape: [null, 2] }), layers.dense({ units: 1, activation: "sigmoid" })],
    { seed: 3 },
  );
  m.compile({ optimizer: optimizers.adam({ learningRate }), loss: "binaryCrossentropy", metrics: ["accuracy"] });
  return m;
}
const weightsOf = (m: ReturnType<typeof classifier>) => m.getWeights().map((w) => [...w.data]);

test("earlyStopping ends the training, says why, and puts back the best weights", async () => {
  const m = classifier(0.5); // far too large: the loss jumps about
  const byEpoch: number[][][] = [];
  const keep: Callback = { onEpochEnd: () => void byEpoch.push(weightsOf(m)) };
  const stop = callbacks.earlyStopping({ patience: 3, restoreBestWeights: true });
  const history = await m.fit(x, y, { ...quiet, epochs: 60, validationData, callbacks: [keep, stop] });
  const losses = history.history.val_loss!;
  const best = losses.indexOf(Math.min(...losses));
  assert.ok(losses.length < 60, `ran ${losses.length} epochs`);
  assert.equal(losses.length - 1 - best, 3);
  assert.deepEqual(weightsOf(m), byEpoch[best]);
  assert.match(history.stopReason!, /val_loss has not improved for 3 epochs/);
});

test("a value that does not exist is named before the first step, with those that do", async () => {
  const cases: [Callback, RegExp][] = [
    [
      callbacks.earlyStopping(),
      /earlyStopping: no value "val_loss"; there are loss, accuracy, learningRate; without validation/,
    ],
    [callbacks.earlyStopping({ monitor: "val_acc" }), /no value "val_acc"/],
    [callbacks.reduceLROnPlateau({ monitor: "f1" }), /reduceLROnPlateau: no value "f1"/],
    [callbacks.modelCheckpoint({ filepath: "{epoch}-{auc}.x" }), /modelCheckpoint: no value "auc"/],
    [callbacks.modelCheckpoint({ filepath: "{val_loss}.x", saveFreq: 2 }), /no value "val_loss"/],
    [callbacks.modelCheckpoint({ filepath: "{batch}.x" }), /no value "batch"/],
    [callbacks.earlyStopping({ monitor: "learningRate" }), /cannot tell whether "learningRate"/],
  ];
  for (const [callback, message] of cases) {
    const m = classifier();
    const before = weightsOf(m);
    await assert.rejects(m.fit(x, y, { ...quiet, callbacks: callback }), message);
    assert.deepEqual(weightsOf(m), before);
  }
});

test("mode auto knows that accuracy is better large and loss small", async () => {
  const monitors = { accuracy: 0.9, loss: 0.1 };
  for (const [monitor, better] of Object.entries(monitors)) {
    const stop = callbacks.earlyStopping({ monitor, patience: 1 });
    const m = classifier();
    const reasons: string[] = [];
    const run = { model: m, epochs: 9, steps: 1, validates: false, stop: (why: string) => void reasons.push(why) };
    await stop.onTrainBegin!(run);
    for (const value of [0.5, better, 0.5]) await stop.onEpochEnd!(reasons.length + 1, { [monitor]: value }, run);
    assert.equal(reasons.length, 1, monitor);
  }
});

test("wrong options are errors at once", () => {
  const cases: [() => unknown, RegExp][] = [
    [() => callbacks.earlyStopping({ patience: -1 }), /earlyStopping: patience must be a whole number of at least 0/],
    [() => callbacks.earlyStopping({ patiense: 3 } as object), /did you mean "patience"/],
    [() => callbacks.earlyStopping({ mode: "maximum" as "max" }), /mode must be one of auto, min, max/],
    [() => callbacks.reduceLROnPlateau({ factor: 1 }), /factor must be between 0 and 1, got 1/],
    [() => callbacks.modelCheckpoint({ filepath: "" }), /filepath must be a path/],
    [
      () => callbacks.modelCheckpoint({ filepath: "a", saveFreq: 0 }),
      /saveFreq, unless "epoch", must be a whole number/,
    ],
    [
      () => callbacks.modelCheckpoint({ filepath: "{epoch:>3}" }),
      /in \{epoch:>3\}, expected a form such as \{epoch:02d\}/,
    ],
    [() => callbacks.csvLogger({ path: "a", separator: ", " }), /separator must be one character/],
    [() => callbacks.tensorBoard({ updateFreq: 0 }), /updateFreq/],
    [() => callbacks.learningRateScheduler(0.1 as never), /expected \(epoch, learningRate\) => number/],
  ];
  for (const [make, message] of cases) assert.throws(make, message);
});

test("learningRateScheduler sets the rate of each epoch; what is no rate is an error", async () => {
  const m = classifier(0.1);
  const halve = callbacks.learningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2));
  const { history } = await m.fit(x, y, { ...quiet, epochs: 4, callbacks: halve });
  assert.deepEqual(history.learningRate, [0.1, 0.05, 0.025, 0.0125]);
  const wrong = callbacks.learningRateScheduler(() => Number.NaN);
  await assert.rejects(
    m.fit(x, y, { ...quiet, callbacks: wrong }),
    /for epoch 0 must be a number of at least 0, got NaN/,
  );
});

test("reduceLROnPlateau refuses a rate that follows a schedule before the first step", async () => {
  const m = classifier(schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 5, decayRate: 0.9 }));
  const callback = callbacks.reduceLROnPlateau({ monitor: "loss" });
  await assert.rejects(m.fit(x, y, { ...quiet, callbacks: callback }), /learningRate follows a schedule/);
  assert.equal(m.optimizer.iterations, 0);
});

test("terminateOnNaN ends training with finite weights where fit alone raises an error", async () => {
  const overflowing = () => {
    const m = sequential([layers.dense({ units: 1, inputShape: [null, 2] })], { seed: 1 });
    m.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: "meanSquaredError" });
    return m;
  };
  const target = normal([64, 6, 1]);
  await assert.rejects(overflowing().fit(x, target, quiet), /fit: the loss is Infinity at epoch 1, step 2/);
  const m = overflowing();
  const history = await m.fit(x, target, { ...quiet, epochs: 50, callbacks: callbacks.terminateOnNaN() });
  assert.match(history.stopReason!, /the loss is Infinity at epoch 1, step 2/);
  assert.deepEqual(history.epoch, [0]);
  assert.ok(weightsOf(m).flat().every(Number.isFinite));
});

test("an AbortSignal ends training after the running step; callbacks still see the end", async () => {
  const m = classifier();
  const controller = new AbortController();
  const seen: string[] = [];
  const watch: Callback = {
    onBatchEnd: (step) => void (step === 1 && controller.abort()),
    onEpochEnd: (epoch) => void seen.push(`epoch ${epoch}`),
    onTrainEnd: () => void seen.push("end"),
  };
  const history = await m.fit(x, y, { ...quiet, epochs: 50, callbacks: watch, signal: controller.signal });
  assert.equal(history.stopReason, "aborted");
  assert.deepEqual(seen, ["epoch 0", "end"]);
  assert.equal(m.optimizer.iterations, 2);
});

test("an exception in a callback reaches the caller, and the model can be used on", async () => {
  const m = classifier();
  const wrong: Callback = {
    onEpochEnd: async (epoch) => {
      if (epoch === 1) throw new RangeError("my own");
    },
  };
  await assert.rejects(m.fit(x, y, { ...quiet, epochs: 5, callbacks: wrong }), new RangeError("my own"));
  assert.equal(m.epoch, 2);
  const { history } = await m.fit(x, y, { ...quiet, epochs: 1 });
  assert.ok(Number.isFinite(history.loss![0]));
});

test("training goes on from a checkpoint as if it had not stopped", async () => {
  const m = classifier();
  const filepath = join(folder(), "deep/er/{epoch:02d}.safetensors");
  await m.fit(x, y, { ...quiet, epochs: 4, callbacks: callbacks.modelCheckpoint({ filepath }) });
  const half = await loadModel(filepath.replace("{epoch:02d}", "02"));
  await half.fit(x, y, { ...quiet, epochs: 4, initialEpoch: half.epoch });
  assert.deepEqual(
    half.getWeights().map((w) => [...w.data]),
    weightsOf(m),
  );
});

test("saveBestOnly leaves the best model in the file", async () => {
  const m = classifier(0.5);
  const filepath = join(folder(), "best.safetensors");
  const save = callbacks.modelCheckpoint({ filepath, saveBestOnly: true });
  const { history } = await m.fit(x, y, { ...quiet, epochs: 12, validationData, callbacks: save });
  const measured = await (await loadModel(filepath)).evaluate(x, y, { batchSize: 16 });
  assert.equal(measured.loss, Math.min(...history.val_loss!));
});

test("csvLogger has each epoch's line in the file when the epoch is over", async () => {
  const path = join(folder(), "log.csv");
  const counts: number[] = [];
  const count: Callback = { onEpochEnd: () => void counts.push(readFileSync(path, "utf8").split("\n").length - 1) };
  const m = classifier();
  writeFileSync(path, "old");
  const { history } = await m.fit(x, y, { ...quiet, epochs: 3, callbacks: [callbacks.csvLogger({ path }), count] });
  assert.deepEqual(counts, [2, 3, 4]);
  const [header, ...rows] = readFileSync(path, "utf8").trim().split("\n");
  assert.equal(header, "epoch,accuracy,learningRate,loss");
  assert.deepEqual(
    rows.map((row) => Number(row.split(",")[3])),
    history.loss,
  );
});

test("csvLogger appends to a file with the same columns, and to no other", async () => {
  const path = join(folder(), "log.csv");
  const m = classifier();
  const log = callbacks.csvLogger({ path, append: true, separator: ";" });
  await m.fit(x, y, { ...quiet, epochs: 2, callbacks: log });
  await m.fit(x, y, { ...quiet, epochs: 3, initialEpoch: 2, callbacks: log });
  const lines = readFileSync(path, "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => line.split(";")[0]),
    ["epoch", "0", "1", "2"],
  );
  const other = m.fit(x, y, { ...quiet, epochs: 1, validationData, callbacks: log });
  await assert.rejects(
    other,
    /csvLogger: .*log\.csv has the columns epoch, accuracy, learningRate, loss; this run has/,
  );
});

test("files that cannot be written are errors that name the path", async () => {
  const path = join(folder(), "no/such/folder/log.csv");
  const m = classifier();
  await assert.rejects(
    m.fit(x, y, { ...quiet, callbacks: callbacks.csvLogger({ path }) }),
    /cannot write .*log\.csv: ENOENT/,
  );
});

test("tensorBoard makes a file each for training and validation", async () => {
  const logDir = folder();
  await classifier().fit(x, y, { ...quiet, epochs: 2, validationData, callbacks: callbacks.tensorBoard({ logDir }) });
  for (const run of ["train", "validation"]) {
    const files = readdirSync(join(logDir, run));
    assert.equal(files.length, 1);
    assert.match(files[0]!, /^events\.out\.tfevents\.\d+/);
  }
});
