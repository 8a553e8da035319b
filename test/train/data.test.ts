/** What comes in: data sets that break, end early or do not fit; whole numbers; double precision. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, ops, sequential, grad, tensor, type Batch, type Tensor } from "../../src/index.js";
import { indices, normal } from "../support/data.js";

const quiet = { verbose: 0 } as const;
const regression = () => {
  const m = sequential([layers.dense({ units: 1, inputShape: [3] })], { seed: 1 });
  m.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
  return m;
};
const batch = (): Batch => [normal([4, 3]), normal([4, 1], 2)];

/** Endless batches that note whether they were given back. */
function endless() {
  const seen = { pulled: 0, returned: 0 };
  async function* batches(): AsyncGenerator<Batch> {
    try {
      for (;;) {
        seen.pulled++;
        yield batch();
      }
    } finally {
      seen.returned++;
    }
  }
  return { seen, batches };
}

test("training that stops gives the data set back, and asks for no batch that it will not use", async () => {
  const stopping = endless();
  const stop = { onBatchEnd: (step: number, _: unknown, run: { stop(reason: string): void }) => void (step === 2 && run.stop("enough")) }; // prettier-ignore
  await regression().fit(stopping.batches, { ...quiet, callbacks: stop });
  assert.deepEqual(stopping.seen, { pulled: 3, returned: 1 });
  const aborted = endless();
  const control = new AbortController();
  const abort = { onBatchEnd: (step: number) => void (step === 1 && control.abort()) };
  const history = await regression().fit(aborted.batches, { ...quiet, callbacks: abort, signal: control.signal });
  assert.deepEqual([aborted.seen, history.stopReason], [{ pulled: 2, returned: 1 }, "aborted"]);
  const failing = endless();
  const fail = { onBatchEnd: () => Promise.reject(new Error("disk full")) };
  await assert.rejects(regression().fit(failing.batches, { ...quiet, callbacks: fail }), /disk full/);
  assert.equal(failing.seen.returned, 1);
});

test("an error of the data set comes through, and the model trains on afterwards", async () => {
  const m = regression();
  async function* broken(): AsyncGenerator<Batch> {
    yield batch();
    throw new Error("connection lost");
  }
  await assert.rejects(m.fit(broken, quiet), /connection lost/);
  const wrong = () => [batch(), [normal([4, 2]), normal([4, 1])] as Batch];
  await assert.rejects(m.fit(wrong, quiet), /batch 1: input .* must be \[null, 3\], got \[4, 2\]/);
  await m.fit(...(batch() as [Tensor, Tensor]), quiet);
});

test("labels of a data set are looked at like those of arrays", async () => {
  const m = sequential([layers.dense({ units: 3, inputShape: [3], activation: "softmax" })], { seed: 1 });
  m.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  const before = m.getWeights()[0]!.data;
  const bad = () => [{ x: normal([2, 3]), y: [0, 7] }];
  await assert.rejects(m.fit(bad, quiet), /batch 0: y.*class indices.*0 to 2, got 7/);
  await assert.rejects(m.evaluate(bad), /batch 0: y.*class indices.*0 to 2, got 7/);
  assert.deepEqual(m.getWeights()[0]!.data, before);
});

test("options that a data set makes meaningless are refused", async () => {
  await assert.rejects(
    regression().fit(() => [batch()], { ...quiet, sampleWeight: [1, 2, 3, 4] }),
    /sampleWeight.*data set/,
  );
  await assert.rejects(regression().predict(normal([4, 3]), { batchsize: 2 } as never), /predict.*batchsize/);
});

test("whole numbers are fed to recurrent layers as numbers", async () => {
  for (const make of [layers.gru, layers.lstm, layers.simpleRnn]) {
    const m = sequential([make({ units: 3, inputShape: [null, 2] })], { seed: 1 });
    const whole = indices([2, 4, 2], 5);
    const floats = tensor(Float32Array.from(whole.data), whole.shape);
    assert.deepEqual((await m.predict(whole)).data, (await m.predict(floats)).data);
    assert.deepEqual(
      (await m.predict(tensor(Uint8Array.from(whole.data), whole.shape))).data,
      (await m.predict(floats)).data,
    );
  }
});

test("a float64 model takes nested arrays without rounding them to single precision", async () => {
  const m = sequential([layers.dense({ units: 1, inputShape: [1], useBias: false })], { dtype: "float64", seed: 1 });
  m.setWeights([[[1 / 3]]]);
  assert.equal(m.getWeights()[0]!.data[0], 1 / 3);
  assert.equal((await m.predict([[0.1]])).item(), 0.1 * (1 / 3));
});

test("weights without values say so instead of giving what lies in memory", () => {
  const dense = layers.dense({ units: 2, name: "lone" });
  dense.ensureBuilt([[null, 3]]);
  assert.throws(() => grad((x: Tensor) => ops.sum(dense.call([x])[0]!))(normal([2, 3])), /weight "kernel"/);
  const owned = layers.dense({ units: 2, inputShape: [3] });
  const m = sequential([owned], { seed: 4 });
  assert.equal(ops.sum(owned.parameters[0]!).shape.length, 0);
  assert.deepEqual(Float32Array.from(owned.parameters[0]!.data), m.getWeights()[0]!.data);
});
