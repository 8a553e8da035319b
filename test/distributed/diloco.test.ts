/** DiLoCo on threads: one shard is plain training, several are averaged as by hand, and neither threads nor interruptions change a bit. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadModel } from "../../src/index.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import type { DilocoOptions } from "../../src/distributed/parallel/diloco/options.js";
import { trainDiloco, type DilocoRun, type Hooks } from "../../src/distributed/parallel/diloco/train.js";
import { readHistory } from "../../src/runs/metrics-jsonl.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { trainTask } from "../../src/tasks/train-task.js";

const task = taskNamed("test", "generate");
const folder = mkdtempSync(join(tmpdir(), "sluice-diloco-"));
const data = join(folder, "text.txt");
const settings = { units: [6], embedding: 4, sequenceLength: 8, stepsPerEpoch: 12, batchSize: 4, epochs: 2, seed: 3, runs: join(folder, "runs") }; // prettier-ignore

before(() => {
  const words = ["the", "river", "sluice", "opens", "and", "water", "falls"];
  writeFileSync(data, Array.from({ length: 400 }, (_, i) => words[(i * i + 3 * i) % words.length]).join(" "));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const quiet = { verbose: 0, report: false, warn: () => undefined } as const;
const threads = (workers: number): Pick<Hooks, "executor"> => ({
  executor: (store) => new ThreadExecutor({ workers, store }),
});

function train(name: string, shards: number, options: Partial<DilocoOptions>, hooks: Partial<Hooks> = {}, more = {}) {
  return trainDiloco(task, data, { ...settings, name, ...more }, shards, options, { ...threads(2), ...quiet, ...hooks }); // prettier-ignore
}

const lastOf = async (path: string) => (await loadModel(join(path, "checkpoints/last.safetensors"))).getWeights();
const numbers = async ({ run }: DilocoRun) => (await lastOf(run.folder!)).flatMap(({ data }) => Array.from(data));
const weights = ({ run }: DilocoRun) => readFileSync(join(run.folder!, "model.safetensors"));

describe("rounds on threads", () => {
  test("one shard, outer rate 1 and no momentum are plain training, whatever H", async () => {
    const plain = await trainTask(task, data, { ...settings, name: "plain" }, quiet);
    const wanted = (await lastOf(plain.folder!)).flatMap(({ data }) => Array.from(data));
    const losses = readHistory(join(plain.folder!, "metrics.jsonl")).history;
    for (const innerSteps of [3, 12]) {
      const one = await train(`one-${innerSteps}`, 1, { innerSteps, outerRate: 1, outerMomentum: 0 });
      const got = await numbers(one);
      const apart = Math.max(...got.map((x, i) => Math.abs(x - wanted[i]!)));
      assert.ok(apart < 1e-6, `H = ${innerSteps}: ${apart}`);
      for (const name of ["loss", "val_loss"]) {
        for (const [i, value] of losses[name]!.entries())
          assert.ok(Math.abs(one.run.history.history[name]![i]! - value) < 1e-5, name);
      }
    }
  });

  test("the same bits with one thread and with three", async () => {
    const [one, three] = [await train("t1", 3, { innerSteps: 2 }, threads(1)), await train("t3", 3, { innerSteps: 2 }, threads(3))]; // prettier-ignore
    assert.deepEqual(weights(one), weights(three));
    assert.deepEqual(one.run.history, three.run.history);
    assert.equal(one.journal.rounds.length, 4);
  });
});
