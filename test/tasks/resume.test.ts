/** A run that was interrupted and taken up again ends as if nothing had happened. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Callback, Model } from "../../src/index.js";
import { classify, forecast, openRun, regress, resumeRun } from "../../src/tasks/index.js";
import { Random } from "../../src/util/random.js";
import { wave } from "./forecast/support.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-resume-"));
after(() => rmSync(folder, { recursive: true }));

const data = join(folder, "wave.csv");
writeFileSync(data, ["y", ...wave(400)].join("\n") + "\n");
const quiet = { verbose: 0, report: false, warn: () => undefined } as const;
const options = {
  target: "y",
  lookback: 12,
  horizon: 2,
  units: 4,
  epochs: 4,
  linear: false,
  runs: join(folder, "runs"),
};

const weightsOf = (model: Model) => model.getWeights().map((w) => Array.from(w.data));

/** Aborts at the end of an epoch, when its checkpoint is written. */
function abortingAfter(epoch: number) {
  const controller = new AbortController();
  const callback: Callback = { onEpochEnd: (e) => (e === epoch ? controller.abort() : undefined) };
  return { signal: controller.signal, callbacks: [callback] };
}

for (const [what, more] of [
  ["in memory", {}],
  ["on disk", { memoryLimit: 100 }],
] as const) {
  test(`a series ${what}: interrupted after each epoch, the last one too, it ends as the whole run does`, async () => {
    const whole = await forecast.train(data, { ...options, ...more }, quiet);
    for (const epoch of [0, 2, 3]) {
      const part = await forecast.train(data, { ...options, ...more }, { ...quiet, ...abortingAfter(epoch) });
      assert.equal(part.interrupted, true);
      const again = await resumeRun(part.folder!, quiet);
      assert.deepEqual(weightsOf(again.model), weightsOf(whole.model), `after epoch ${epoch}`);
      assert.deepEqual(again.history.history, whole.history.history);
      assert.deepEqual(again.metrics, whole.metrics);
    }
    await assert.rejects(resumeRun(whole.folder!, quiet), /has trained its 4 epochs/);
  });
}

test("cut short in its first epoch, before any checkpoint, a run can be taken up again", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ text: `film ${i % 2 ? "good" : "bad"}`, label: i % 2 }));
  const source = join(folder, "films.csv");
  writeFileSync(source, ["text,label", ...rows.map(({ text, label }) => `${text},${label}`)].join("\n") + "\n");
  const controller = new AbortController();
  const callback: Callback = { onBatchEnd: () => controller.abort() };
  const given = { text: "text", units: 2, epochs: 2, batchSize: 8, runs: options.runs };
  const run = await classify.train(source, given, { ...quiet, signal: controller.signal, callbacks: [callback] });
  assert.equal(run.interrupted, true);
  const again = await resumeRun(run.folder!, quiet);
  assert.ok(again.metrics["accuracy"]! > 0);
});

test("a metric that is not a number is none in a run that is opened too", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ a: i % 7, y: i < 32 ? i % 5 : 0.1 }));
  const { runs } = options;
  const run = await regress.train(rows, { target: "y", epochs: 1, units: 2, shuffle: false, runs }, quiet);
  assert.ok(Number.isNaN(run.metrics["R2"]));
  assert.deepEqual((await openRun(run.folder!)).metrics, run.metrics);
});

test("a column whose name a model file cannot hold is given no type, before training", async () => {
  const types = { constructor: "text" } as const;
  await assert.rejects(
    forecast.train(data, { ...options, types }, quiet),
    /option types: no column called constructor/,
  );
});

/** Noise teaches nothing, so that patience soon ends. */
const noise = join(folder, "noise.csv");
const random = new Random(3);
writeFileSync(noise, ["y", ...Array.from({ length: 200 }, () => random.uniform())].join("\n") + "\n");

test("patience counts on over an interruption, and begins anew where more epochs are asked for after its end", async () => {
  const tired = { ...options, epochs: 60, patience: 4, learningRate: 0.05, lookback: 6 };
  const whole = await forecast.train(noise, tired, quiet);
  const epochs = whole.history.epoch.length;
  assert.ok(epochs < 60);
  const part = await forecast.train(noise, tired, { ...quiet, ...abortingAfter(epochs - 3) });
  const again = await resumeRun(part.folder!, quiet);
  assert.equal(again.history.epoch.length, epochs);
  assert.deepEqual(weightsOf(again.model), weightsOf(whole.model));
  // As a process leaves it that was killed when patience had ended, before it had measured the network.
  writeFileSync(join(whole.folder!, "status.json"), JSON.stringify({ state: "interrupted", date: "" }));
  const measured = await resumeRun(whole.folder!, quiet);
  assert.equal(measured.history.epoch.length, epochs);
  assert.deepEqual(measured.metrics, whole.metrics);
  const further = await resumeRun(whole.folder!, { ...quiet, epochs: 80 });
  assert.ok(further.history.epoch.length >= epochs + 4);
});

test("an epoch that a crash left in the history without its checkpoint is trained again, and may be the best", async () => {
  const whole = await forecast.train(data, options, quiet);
  const part = await forecast.train(data, options, { ...quiet, ...abortingAfter(1) });
  const lines = readFileSync(join(whole.folder!, "metrics.jsonl"), "utf8").trim().split("\n");
  appendFileSync(join(part.folder!, "metrics.jsonl"), `${lines[2]!}\n${lines[3]!}\n`);
  const again = await resumeRun(part.folder!, quiet);
  assert.deepEqual(weightsOf(again.model), weightsOf(whole.model));
});
