// The loss "ctc" in a model: what compile and fit refuse, masks as lengths, a model that learns, and its file.
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, loadModel, losses, ops, optimizers, Random, sequential, tensor } from "../../src/index.js";

const FILLING = -9;
const K = 4;

function network(loss: Parameters<ReturnType<typeof sequential>["compile"]>[0]["loss"], activation = "linear") {
  const model = sequential(
    [
      layers.masking({ maskValue: FILLING, inputShape: [null, 3] }),
      layers.gru({ units: 16, returnSequences: true }),
      layers.dense({ units: K, activation: activation as "linear" }),
    ],
    { seed: 2 },
  );
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss });
  return model;
}

/** Texts of the classes 1 to 3, each label shown for one to three steps as a one-hot row, with padding after the end. */
function samples(count: number, T = 12) {
  const random = new Random(4);
  const x = new Float32Array(count * T * 3).fill(FILLING);
  const y = new Int32Array(count * 4).fill(-1);
  for (let i = 0; i < count; i++) {
    let [t, before] = [0, -1];
    for (let j = 0; j < 2 + random.below(3); j++) {
      let label = random.below(3);
      if (label === before) label = (label + 1) % 3;
      before = label;
      y[i * 4 + j] = label + 1;
      for (let n = 1 + random.below(3); n > 0; n--, t++)
        for (let d = 0; d < 3; d++) x[(i * T + t) * 3 + d] = Number(d === label);
    }
  }
  return { x: tensor(x, [count, T, 3]), y: tensor(y, [count, 4]) };
}

test("a model learns texts that are not aligned, and its file knows the loss", async () => {
  const model = network("ctc");
  const { x, y } = samples(64);
  const { history } = await model.fit(x, y, { epochs: 40, batchSize: 16, verbose: 0 });
  assert.ok(history["loss"]!.at(-1)! < 0.2, `loss ${history["loss"]!.at(-1)}`);
  const again = await loadModel(await model.toBytes());
  assert.deepEqual(again.compiled.outputs[0]!.loss.config, { blank: 0, zeroInfinity: false });
  assert.deepEqual(await again.evaluate(x, y), await model.evaluate(x, y));
});

test("masks of the model are the lengths of the steps, padding of the texts is their end", async () => {
  const model = network(losses.ctc());
  const { x, y } = samples(5);
  const { loss } = await model.evaluate(x, y);
  const output = await model.predict(x);
  const mask = tensor(Int32Array.from({ length: 5 * 12 }, (_, i) => Number(x.data[i * 3] !== FILLING)), [5, 12]); // prettier-ignore
  const each = Array.from(ops.ctcLoss(output, y, { mask }).data);
  assert.ok(Math.abs(loss! - each.reduce((a, b) => a + b, 0) / 5) < 1e-5);
  // Keras pads with the blank; that is the same.
  const padded = tensor(y.data.map((label) => Math.max(0, label)), y.shape); // prettier-ignore
  assert.equal((await model.evaluate(x, padded))["loss"], loss);
  const weighted = await model.evaluate(x, y, { sampleWeight: tensor([1, 0, 0, 0, 2]) });
  assert.ok(Math.abs(weighted["loss"]! - (each[0]! + 2 * each[4]!) / 5) < 1e-5);
});

test("what cannot be is said before training", async () => {
  assert.throws(() => network("ctc", "softmax"), /loss ctc expects numbers before the softmax, got .*"softmax"/);
  assert.throws(() => losses.ctc({ blank: 0.5 }), /loss ctc: blank must be a class's number, got 0.5/);
  assert.throws(
    () => losses.ctc({ zeroInfinity: 1 as unknown as boolean }),
    /zeroInfinity must be true or false, got 1/,
  );
  const last = sequential([layers.gru({ units: 4, inputShape: [null, 3] })]);
  assert.throws(
    () => last.compile({ loss: "ctc" }),
    /an output of all steps, \[N, T, K\], got .*returnSequences: true/,
  );

  const model = network("ctc");
  const { x, y } = samples(5);
  const long = tensor(Int32Array.from({ length: 5 * 13 }, (_, i) => 1 + (i % 2)), [5, 13]); // prettier-ignore
  await assert.rejects(model.fit(x, long), /fit: y: loss ctc: sample 0: its 13 labels need at least 13 steps, got 12/);
  const masked = tensor(Int32Array.from({ length: 5 * 12 }, (_, i) => (i < 48 ? -1 : 1 + (i % 2))), [5, 12]); // prettier-ignore
  await assert.rejects(model.fit(x, masked, { verbose: 0, shuffle: false }), /ctcLoss: sample 4: its 12 labels need/);
  const wrong = tensor(y.data.map((label, i) => (i === 9 ? 4 : label)), y.shape); // prettier-ignore
  await assert.rejects(model.fit(x, wrong), /loss ctc: sample 2: labels are classes from 0 to 3 without the blank, 0; got 4 at 1/); // prettier-ignore
  await assert.rejects(model.fit(x, tensor(new Float32Array(5))), /loss ctc expects texts \[N, L\] for an output \[5, 12, 4\]/); // prettier-ignore
  const lenient = network(losses.ctc({ zeroInfinity: true }));
  assert.ok(Number.isFinite((await lenient.evaluate(x, long))["loss"]));
});
