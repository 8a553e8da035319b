import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { layers, loadModel, sequential } from "../../src/index.js";
import { metricsJsonl, readHistory } from "../../src/runs/metrics-jsonl.js";
import { runCallbacks } from "../../src/runs/run-callbacks.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { temporaryFolder } from "../support/temporary.js";

const root = () => temporaryFolder("sluice-runs");
const MONITOR = { monitor: "val_loss", mode: "min" } as const;
const x = Array.from({ length: 8 }, (_, i) => [i / 8]);

function lineModel() {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { seed: 1 });
  model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
  return model;
}

test("a run keeps its metrics twice, event files, and the best and the last checkpoint", async () => {
  const folder = RunFolder.create(root(), "a", new Date());
  const model = lineModel();
  const options = { epochs: 3, batchSize: 4, validationData: [x, x] as [number[][], number[][]], verbose: 0 as const };
  const history = await model.fit(x, x, { ...options, callbacks: runCallbacks(folder, MONITOR) });
  assert.deepEqual(readdirSync(folder.path).sort(), ["checkpoints", "history.csv", "metrics.jsonl", "tensorboard"]);
  assert.deepEqual(readdirSync(folder.file("tensorboard")).sort(), ["train", "validation"]);
  const kept = readHistory(folder.file("metrics.jsonl"));
  assert.deepEqual(kept, { ...history, stopReason: null });
  assert.equal(readFileSync(folder.file("history.csv"), "utf8").trim().split("\n").length, 4);

  // From the checkpoint of the last epoch: one that a crash cut short is trained again, and stands there once.
  appendFileSync(folder.file("metrics.jsonl"), '{"epoch":3,"time":"","loss":9}\n{"epoch":4,"ti');
  const resumed = await loadModel(folder.file("checkpoints/last.safetensors"));
  const best = Math.min(...history.history["val_loss"]!);
  await resumed.fit(x, x, { ...options, epochs: 5, initialEpoch: 3, callbacks: runCallbacks(folder, MONITOR, { best, append: true }) });
  const all = readHistory(folder.file("metrics.jsonl"));
  assert.deepEqual(all.epoch, [0, 1, 2, 3, 4]);
  const whole = lineModel();
  const straight = await whole.fit(x, x, { ...options, epochs: 5 });
  assert.deepEqual(all.history, straight.history, "as if it had never stopped");
});

test("values that are no numbers are null in the file and NaN in the history; other lines are named", async () => {
  const path = join(root(), "metrics.jsonl");
  const callback = metricsJsonl(path);
  await callback.onEpochEnd!(0, { loss: Number.NaN, mae: Infinity }, undefined as never);
  const { time, ...line } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  assert.deepEqual(line, { epoch: 0, loss: null, mae: null });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(readHistory(path).history, { loss: [Number.NaN], mae: [Number.NaN] });
  appendFileSync(path, "[]\n");
  assert.throws(() => readHistory(path), /metrics\.jsonl, line 2: expected an epoch with its values/);
  assert.deepEqual(readHistory(join(path, "..", "none")), { epoch: [], history: {}, stopReason: null });
  assert.ok(!existsSync(join(path, "..", "none")));
});
