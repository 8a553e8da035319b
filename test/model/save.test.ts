import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeSafetensors, readSafetensors } from "../../src/format/safetensors.js";
import { layers, loadModel, sequential, SluiceError } from "../../src/index.js";
import { normal, signTask } from "../support/data.js";

const make = () => {
  const stack = [
    layers.gru({ units: 8, inputShape: [null, 4], dropout: 0.2, recurrentDropout: 0.1, kernelRegularizer: "l2" }),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ];
  const m = sequential(stack, { seed: 7, name: "classifier" });
  m.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy", "auc"] });
  return m;
};
const { x, y } = signTask(80, 6, 4);

test("a saved model predicts the same to the last bit", async () => {
  const m = make();
  await m.fit(x, y, { epochs: 1, verbose: 0 });
  m.attachments = { scaler: { mean: 3 } };
  const loaded = await loadModel(m.toBytes());
  assert.deepEqual((await loaded.predict(x)).data, (await m.predict(x)).data);
  assert.deepEqual(
    [loaded.name, loaded.seed, loaded.className, loaded.attachments],
    ["classifier", 7, "Sequential", { scaler: { mean: 3 } }],
  );
  assert.equal(loaded.summary(() => undefined), m.summary(() => undefined)); // prettier-ignore
});

test("training goes on after loading as if it had not stopped", async () => {
  const whole = make();
  const full = await whole.fit(x, y, { epochs: 4, verbose: 0, validationSplit: 0.25 });
  const first = make();
  await first.fit(x, y, { epochs: 2, verbose: 0, validationSplit: 0.25 });
  const folder = await mkdtemp(join(tmpdir(), "sluice-"));
  await first.save(join(folder, "m.safetensors"));
  assert.deepEqual(await readdir(folder), ["m.safetensors"], "no temporary file is left");
  const second = await loadModel(join(folder, "m.safetensors"));
  assert.equal(second.epoch, 2);
  const rest = await second.fit(x, y, { epochs: 4, initialEpoch: second.epoch, verbose: 0, validationSplit: 0.25 });
  for (const [name, values] of Object.entries(rest.history))
    assert.deepEqual(values, full.history[name]!.slice(2), name);
  assert.deepEqual(second.getWeights().map((w) => w.data), whole.getWeights().map((w) => w.data)); // prettier-ignore
  // Saved again before any step, the moments that came with the file are still there.
  const third = await loadModel((await loadModel(join(folder, "m.safetensors"))).toBytes());
  await third.fit(x, y, { epochs: 4, initialEpoch: 2, verbose: 0, validationSplit: 0.25 });
  assert.deepEqual(third.getWeights().map((w) => w.data), whole.getWeights().map((w) => w.data)); // prettier-ignore
  await rm(folder, { recursive: true });
});

test("a file cut short at any byte, or foreign, gives one clear error", async () => {
  const bytes = make().toBytes();
  for (let n = 0; n < bytes.length; n += 61) await assert.rejects(loadModel(bytes.slice(0, n)), SluiceError);
  await assert.rejects(loadModel(writeSafetensors(new Map(), {})), /a safetensors file, but no Sluice model/);
  await assert.rejects(loadModel(new TextEncoder().encode("PK\u0003\u0004 not a model at all")), SluiceError);
  await assert.rejects(loadModel("/nowhere/model.safetensors"), /cannot read \/nowhere\/model\.safetensors/);
  await assert.rejects(loadModel(42 as never), /loadModel: expected a path, a URL or bytes, got 42/);
});

/** The file with its JSON changed. */
function edited(bytes: Uint8Array, edit: (text: string) => string): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes, "test");
  return writeSafetensors(tensors, { sluice: edit(metadata.get("sluice")!) });
}

test("a file that was tampered with is refused by name", async () => {
  const bytes = make().toBytes();
  const reject = (edit: (text: string) => string, message: RegExp) =>
    assert.rejects(loadModel(edited(bytes, edit)), message);
  await reject((t) => t.replace('"config":{', '"config":{"__proto__":{"polluted":1},'), /__proto__/);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  await reject((t) => t.replace('"className":"GRU"', '"className":"constructor"'), /no layer class "constructor"/);
  await reject(
    (t) => t.replace('"units":8', '"units":9'),
    /the weight "gru\/cell\/kernel" must be \[4, 27\], got \[4, 24\]/,
  );
  await reject((t) => t.replace('"format":1', '"format":99'), /written in file format 99, this version reads 1/);
  await reject((t) => t.slice(1), SluiceError as never);
  await reject((t) => t.replace('"units":8', '"units":8,"unitz":1'), /unknown option "unitz"/);
});

test("weights go in and out, and one that does not fit changes nothing", () => {
  const m = make();
  const weights = m.getWeights();
  const zero = weights.map((w) => normal([...w.shape], 9));
  m.setWeights(zero);
  assert.deepEqual(m.getWeights().map((w) => w.data), zero.map((w) => w.data)); // prettier-ignore
  assert.throws(() => m.setWeights(weights.slice(1)), /setWeights: expected 5 arrays, got 4/);
  assert.throws(() => m.setWeights([...weights.slice(0, 4), normal([2])]), /setWeights: bias must be \[1\], got \[2\]/);
  assert.deepEqual(m.getWeights()[0]!.data, zero[0]!.data);
});
