/** The callbacks that watch a value, against what Keras's own do on the same values (scripts/oracles/keras_callbacks.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { callbacks, layers, optimizers, sequential, tensor, type Callback, type TrainingRun } from "../../src/index.js";

interface Case {
  options: Record<string, unknown>;
  values: number[];
}
const fixture = JSON.parse(readFileSync("test/fixtures/keras-callbacks.json", "utf8")) as {
  stopping: (Case & { first: number; last: number; restored: number })[];
  reducing: (Case & { rates: number[] })[];
  saving: (Case & { steps: number; saved: string[] })[];
};

/** A run whose model writes down what is done to it; its weights are the number of the epoch. */
function fakeRun() {
  const seen = { epoch: -1, stopped: false, restored: -1, saved: [] as string[] };
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: "meanSquaredError" });
  Object.assign(model, {
    getWeights: () => [tensor([seen.epoch])],
    setWeights: ([weights]: [ReturnType<typeof tensor>]) => (seen.restored = weights.data[0]!),
    save: async (path: string) => void seen.saved.push(path),
  });
  const run: TrainingRun = { model, epochs: 100, steps: 4, validates: true, stop: () => (seen.stopped = true) };
  return { run, seen };
}

test("earlyStopping stops at the same epoch as Keras's, and restores the same one", async () => {
  for (const { options, values, first, last, restored } of fixture.stopping) {
    const { run, seen } = fakeRun();
    const callback = callbacks.earlyStopping({ ...options, restoreBestWeights: true });
    await callback.onTrainBegin!(run);
    for (const [i, val_loss] of values.entries()) {
      seen.epoch = first + i;
      await callback.onEpochEnd!(seen.epoch, { val_loss }, run);
      if (seen.stopped) break;
    }
    await callback.onTrainEnd!({}, run);
    assert.deepEqual(
      [seen.epoch, seen.restored],
      [last, restored],
      `${JSON.stringify(options)} on ${values.join(" ")}`,
    );
  }
});

test("reduceLROnPlateau gives the same rates as Keras's", async () => {
  for (const { options, values, rates } of fixture.reducing) {
    const { run } = fakeRun();
    const callback = callbacks.reduceLROnPlateau(options);
    await callback.onTrainBegin!(run);
    for (const [epoch, val_loss] of values.entries()) {
      await callback.onEpochEnd!(epoch, { val_loss }, run);
      const { learningRate } = run.model.optimizer;
      const close = Math.abs(learningRate - rates[epoch]!) <= 1e-12 * rates[epoch]!;
      assert.ok(close, `${JSON.stringify(options)}, epoch ${epoch}: ${learningRate}, Keras ${rates[epoch]}`);
    }
  }
});

test("modelCheckpoint saves at the same times as Keras's, under the same names", async () => {
  for (const { options, values, steps, saved } of fixture.saving) {
    const { run, seen } = fakeRun();
    const callback: Callback = callbacks.modelCheckpoint(options as { filepath: string });
    await callback.onTrainBegin!(run);
    for (const [epoch, val_loss] of values.entries()) {
      await callback.onEpochBegin!(epoch, run);
      for (let step = 0; step < steps; step++) await callback.onBatchEnd!(step, { loss: (step + 1) / 8 }, run);
      await callback.onEpochEnd!(epoch, { loss: 0.5, val_loss }, run);
    }
    assert.deepEqual(seen.saved, saved);
  }
});
