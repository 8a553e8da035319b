// What a run writes for those who watch: how far it has come, and how far its gradients reach.
import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { callbacks, layers, losses, optimizers, Random, sequential, tensor, type Callback, type TrainingRun } from "../../src/index.js";
import { gradientNormsJsonl, readGradientNorms } from "../../src/runs/gradient-norms-jsonl.js";
import { RUN_FILES, RunFolder } from "../../src/runs/run-folder.js";
import { readProgress, runProgress, type RunProgress } from "../../src/runs/run-progress.js";

const root = mkdtempSync(join(tmpdir(), "sluice-watching-"));
after(() => rmSync(root, { recursive: true }));
const folderOf = (name: string) => RunFolder.create(root, name, new Date());

const [N, T] = [24, 6];
const random = new Random(1);
const x = tensor(Float32Array.from({ length: N * T }, () => random.uniform() - 0.5), [N, T, 1]);
const y = tensor(Float32Array.from({ length: N }, () => random.uniform()), [N, 1]);

function model() {
  const made = sequential([layers.input({ shape: [T, 1] }), layers.gru({ units: 3 }), layers.dense({ units: 1 })], { seed: 2 });
  made.compile({ optimizer: optimizers.adam(), loss: losses.meanSquaredError() });
  return made;
}

const fit = (epochs: number, watching: Callback[], initialEpoch = 0) =>
  model().fit(x, y, { epochs, initialEpoch, batchSize: 8, verbose: 0, callbacks: watching });

test("the norms are those of the callback, four digits of them, a line for each epoch and layer", async () => {
  const path = join(root, "norms.jsonl");
  const norms = callbacks.gradientNorms();
  await fit(3, [norms]);
  await fit(3, [gradientNormsJsonl(path)]);
  const lines = readGradientNorms(path);
  assert.deepEqual(lines.map(({ epoch, layer }) => [epoch, layer]), [[0, "gru"], [1, "gru"], [2, "gru"]]); // prettier-ignore
  for (const [i, { norms: kept }] of lines.entries()) {
    assert.equal(kept.length, T);
    for (const [t, value] of kept.entries()) {
      const exact = norms.records[i]!.norms[t]!;
      assert.ok(Math.abs(value! - exact) <= 0.5e-3 * exact);
    }
  }
});

test("epochs that are trained again replace their lines, and what a crash cut off", async () => {
  const path = join(root, "again.jsonl");
  await fit(4, [gradientNormsJsonl(path)]);
  appendFileSync(path, '{"epoch":4,"layer":"gr');
  await fit(5, [gradientNormsJsonl(path)], 2);
  assert.deepEqual(readGradientNorms(path).map(({ epoch }) => epoch), [0, 1, 2, 3, 4]);
  assert.deepEqual(readGradientNorms(join(root, "nothing.jsonl")), []);
});

test("progress is there while it trains, and gone after", async () => {
  const folder = folderOf("progress");
  const seen: RunProgress[] = [];
  const slow: Callback = {
    async onBatchEnd() {
      await new Promise((next) => setTimeout(next, 120));
      const progress = readProgress(folder);
      if (progress) seen.push(progress);
    },
  };
  await fit(3, [runProgress(folder, 8), slow]);
  assert.ok(!existsSync(folder.file(RUN_FILES.progress)));
  assert.equal(readProgress(folder), null);
  const [first, last] = [seen[0]!, seen.at(-1)!];
  assert.deepEqual([first.epoch, first.step, first.steps, first.epochs, first.process], [0, 1, 3, 3, process.pid]);
  assert.ok(last.epoch > 0);
  for (const { stepsPerSecond, samplesPerSecond, secondsLeft, loss, date } of seen) {
    assert.ok(Math.abs(samplesPerSecond - 8 * stepsPerSecond) < 1e-6 * samplesPerSecond);
    assert.ok(secondsLeft! >= 0 && loss! > 0 && Math.abs(Date.parse(date) - Date.now()) < 60_000);
  }
  // A batch takes 0.12 s or more, and so does each that is left, as the epochs before have shown.
  for (const { epoch, epochs, step, steps, secondsLeft } of seen.filter(({ epoch }) => epoch > 0)) {
    assert.ok(secondsLeft! >= 0.1 * ((epochs - epoch) * steps! - step), `${secondsLeft} s left at ${epoch}, ${step}`);
  }
});

test("the rest of an epoch that a resumed run goes on in is no measure of the next ones", async () => {
  const folder = folderOf("resumed");
  const watching = runProgress(folder, 8);
  const run = { epochs: 3, steps: 50 } as TrainingRun;
  const wait = (ms: number) => new Promise((next) => setTimeout(next, ms));
  await watching.onEpochBegin?.(0, run);
  await wait(60);
  await watching.onBatchEnd?.(49, { loss: 1 }, run); // the last of 50, the only one that is done here
  const { stepsPerSecond } = readProgress(folder)!;
  assert.ok(stepsPerSecond < 20, String(stepsPerSecond));
  await watching.onEpochEnd?.(0, {}, run);
  await watching.onEpochBegin?.(1, run);
  await wait(520);
  await watching.onBatchEnd?.(0, { loss: 1 }, run);
  // A step takes half a second or more, and 99 are left.
  assert.ok(readProgress(folder)!.secondsLeft! > 0.5 * 99, String(readProgress(folder)!.secondsLeft));
});

test("a file that cannot be written holds up nothing", async () => {
  const folder = folderOf("gone");
  const watching = runProgress(folder, 8);
  rmSync(folder.path, { recursive: true });
  await fit(1, [watching]);
  assert.ok(!existsSync(folder.path));
});

test("the file is a line of JSON for each epoch", () => {
  const [line] = readFileSync(join(root, "norms.jsonl"), "utf8").split("\n");
  assert.deepEqual(Object.keys(JSON.parse(line!) as object), ["epoch", "layer", "norms"]);
});
