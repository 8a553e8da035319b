/** Every task can be trained on shards, with all that its networks draw by chance or count: one thread and two give the same bits. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadModel } from "../../src/index.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import { trainDiloco } from "../../src/distributed/parallel/diloco/train.js";
import { taskNamed } from "../../src/tasks/registry.js";
import type { TaskName } from "../../src/tasks/task.js";
import { writeClips, writeHouses, writeNovel, writePairs, writePrices, writeReviews } from "../cli/samples.js";
import { writeBeeps } from "../tasks/transcribe/support.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-diloco-tasks-"));
const pools = new Map<number, ThreadExecutor>();
before(() => {
  writePrices(folder);
  writePrices(folder, "long.csv", 1200);
  writeReviews(folder);
  writeHouses(folder);
  writeNovel(folder);
  writePairs(folder);
  writeClips(folder);
  writeBeeps(join(folder, "beeps"), 24, 3);
  for (const workers of [1, 2])
    pools.set(workers, new ThreadExecutor({ workers, store: join(folder, `store-${workers}`) }));
});
after(async () => {
  for (const pool of pools.values()) await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

const FORECAST = { target: "close", lookback: 8, horizon: 2, units: [4] };
const CASES: Record<string, [TaskName, string, object]> = {
  "forecast: arrays, dropout": ["forecast", "prices.csv", { ...FORECAST, dropout: 0.2 }],
  "forecast: draws": ["forecast", "prices.csv", { ...FORECAST, model: "deepar", linear: false }],
  "forecast: rows on disk": ["forecast", "long.csv", { ...FORECAST, memoryLimit: 20_000, stride: 4 }],
  "classify: sequences of unequal length": ["classify", "reviews.tsv", { text: "review", label: "label", units: [4], embedding: 4 }], // prettier-ignore
  "classify: sounds": ["classify", "clips", { audio: true, units: [4] }],
  "regress: rows": ["regress", "houses.csv", { target: "medv", units: [4] }],
  "generate: words": ["generate", "novel.txt", { level: "word", units: [4], embedding: 4, dropout: 0.2 }],
  "translate: a rate that falls, tokens of its own": ["translate", "pairs.tsv", { source: "en", target: "de", units: 8, embedding: 4, minCount: 1, beamWidth: 2, sampling: 0.5, samplingSteps: 3 }], // prettier-ignore
  "transcribe: a rate that falls, clips that are changed": ["transcribe", "beeps/clips.csv", { audio: "path", text: "sentence", units: [4], mels: 12 }], // prettier-ignore
};

describe("tasks on shards", () => {
  for (const [name, [task, file, options]] of Object.entries(CASES)) {
    test(name, async () => {
      const found = [];
      for (const [workers, pool] of pools) {
        const executor = { slots: workers, store: pool.store, run: pool.run.bind(pool), runFlow: pool.runFlow.bind(pool), close: () => Promise.resolve() }; // prettier-ignore
        const own = { ...options, epochs: 2, batchSize: 8, seed: 5, runs: join(folder, "runs"), name: `t${workers}` };
        const { run, journal } = await trainDiloco(taskNamed("test", task), join(folder, file), own, 3, { innerSteps: 2 }, { executor: () => executor, verbose: 0, report: false, warn: () => undefined }); // prettier-ignore
        assert.ok(journal.rounds.every(({ came }) => came.length === 3));
        const last = await loadModel(join(run.folder!, "checkpoints/last.safetensors"));
        found.push({ history: run.history, weights: last.getWeights().map(({ data }) => Array.from(data)) });
      }
      assert.deepEqual(found[0], found[1]);
    });
  }
});
