/** DiLoCo on threads: one shard is plain training, several are averaged as by hand, and neither threads nor interruptions change a bit. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadModel, tensor, type Batch, type Dataset, type Model, type Tensor } from "../../src/index.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import type { Executor } from "../../src/distributed/job.js";
import type { DilocoOptions } from "../../src/distributed/parallel/diloco/options.js";
import { trainDiloco, type DilocoRun, type Hooks } from "../../src/distributed/parallel/diloco/train.js";
import { readHistory } from "../../src/runs/metrics-jsonl.js";
import { readOptions } from "../../src/tasks/options.js";
import { passesOf } from "../../src/tasks/passes.js";
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
/** Two threads for all trainings that do not care: starting one takes a second. Their store is not the run's own, as on a queue. */
let pool: ThreadExecutor;
before(() => void (pool = new ThreadExecutor({ workers: 2, store: join(folder, "store") })));
after(() => pool.close());
const common = (): Executor => ({
  slots: pool.slots,
  store: pool.store,
  run: (...given) => pool.run(...given),
  runFlow: (...given) => pool.runFlow(...given),
  close: () => Promise.resolve(),
});
const threads = (workers: number): Pick<Hooks, "executor"> => ({
  executor: (store) => new ThreadExecutor({ workers, store }),
});

function train(name: string, shards: number, options: Partial<DilocoOptions>, hooks: Partial<Hooks> = {}, more = {}) {
  return trainDiloco(task, data, { ...settings, name, ...more }, shards, options, { executor: common, ...quiet, ...hooks }); // prettier-ignore
}

const lastOf = async (path: string) => (await loadModel(join(path, "checkpoints/last.safetensors"))).getWeights();
const numbers = async ({ run }: DilocoRun) => (await lastOf(run.folder!)).flatMap(({ data }) => Array.from(data));
const weights = ({ run }: DilocoRun) => readFileSync(join(run.folder!, "model.safetensors"));

async function allOf(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<{ x: Tensor; y: Tensor }[]> {
  const list: { x: Tensor; y: Tensor }[] = [];
  for await (const batch of batches) list.push(batch as { x: Tensor; y: Tensor });
  return list;
}

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

  test("two shards are averaged as by hand, their moments go on, and the outer step has momentum", async () => {
    const innerSteps = 3;
    const two = await train("two", 2, { innerSteps }, {}, { epochs: 1 });
    assert.equal(two.journal.rounds.length, 2);
    const options = readOptions("test", task.options, { ...settings, epochs: 1 }) as never;
    const prepared = await task.prepare(data, options, { warn: () => undefined });
    const shards = await Promise.all([0, 1].map(() => task.prepare(data, options, { warn: () => undefined })));
    const batches = await allOf(passesOf(prepared.train as Dataset)!.of(0));
    const flat = (model: Model) => model.getWeights().map(({ data }) => Float64Array.from(data));
    const theta = flat(prepared.model);
    const velocity = theta.map((t) => t.map(() => 0));
    for (let round = 0; round < 2; round++) {
      const deltas: Float64Array[][] = [];
      for (const [k, { model }] of shards.entries()) {
        model.setWeights(model.getWeights().map(({ shape }, i) => tensor(Float32Array.from(theta[i]!), shape)));
        for (let n = round * innerSteps; n < (round + 1) * innerSteps; n++) {
          const { x, y } = batches[2 * n + k]!;
          await model.trainOnBatch(x, y);
        }
        deltas.push(flat(model).map((t, i) => t.map((x, j) => theta[i]![j]! - x)));
      }
      for (const [i, t] of theta.entries()) {
        for (const j of t.keys()) {
          const d = (deltas[0]![i]![j]! + deltas[1]![i]![j]!) / 2;
          velocity[i]![j] = 0.9 * velocity[i]![j]! + d;
          t[j] = t[j]! - 0.7 * (d + 0.9 * velocity[i]![j]!);
        }
      }
    }
    const wanted = theta.flatMap((t) => [...t]);
    const apart = Math.max(...(await numbers(two)).map((x, i) => Math.abs(x - wanted[i]!)));
    assert.ok(apart < 1e-5, `${apart}`);
  });

  test("the same bits with one thread and with three", async () => {
    const [one, three] = [await train("t1", 3, { innerSteps: 2 }, threads(1)), await train("t3", 3, { innerSteps: 2 }, threads(3))]; // prettier-ignore
    assert.deepEqual(weights(one), weights(three));
    assert.deepEqual(one.run.history, three.run.history);
    assert.equal(one.journal.rounds.length, 4);
  });

  test("dropout, metrics and arrays: still the same bits, and means over the shards", async () => {
    const classify = taskNamed("test", "classify");
    const rows = Array.from({ length: 90 }, (_, i) => `${i % 3 === 0 ? "good fine" : "bad poor"} text ${i % 7},${i % 3 === 0 ? "yes" : "no"}`); // prettier-ignore
    const file = join(folder, "texts.csv");
    writeFileSync(file, `text,label\n${rows.join("\n")}\n`);
    const own = { text: "text", label: "label", units: [4], embedding: 4, batchSize: 8, epochs: 2, dropout: 0.3, seed: 2, runs: settings.runs }; // prettier-ignore
    const of = (name: string, workers: number, deltas: DilocoOptions["deltas"]) =>
      trainDiloco(
        classify,
        file,
        { ...own, name },
        2,
        { innerSteps: 2, deltas, states: "float16" },
        { ...threads(workers), ...quiet },
      );
    const [one, two] = [await of("c1", 1, "int8"), await of("c2", 2, "int8")];
    assert.deepEqual(weights(one), weights(two));
    assert.ok(Object.keys(one.run.history.history).some((name) => name.startsWith("val_") && name !== "val_loss"));
    const [record] = one.journal.rounds;
    assert.equal(record!.came.length, 2);
    assert.ok(record!.bytes.deltas < record!.bytes.weights / 2, "int8 changes have a quarter of the bytes");
  });

  test("what it cannot do is refused before a folder is made", async () => {
    const before = readdirSync(settings.runs).length;
    await assert.rejects(train("tbptt", 2, {}, {}, { tbptt: true }), /DiLoCo deals batches out to shards.*tbptt/);
    await assert.rejects(train("none", 0, {}), /1 to 1024 shards/);
    await assert.rejects(train("zero", 2, { innerSteps: 0 }), /innerSteps: must be at least 1/);
    assert.equal(readdirSync(settings.runs).length, before);
  });

  test("contents that nothing needs any more are gone, and the report tells of the rounds", async () => {
    const one = await train("kept", 2, { innerSteps: 1 }, { report: true });
    const [now, ...before] = one.journal.snapshots;
    const needed = new Set([now, ...before].flatMap((s) => [s!.weights, s!.velocity, ...s!.states]));
    const there = readdirSync(join(one.run.folder!, "store"));
    assert.deepEqual(new Set(there), needed);
    assert.equal(now!.round, 12);
    const page = readFileSync(join(one.run.folder!, "report.html"), "utf8");
    assert.match(page, /DiLoCo on 2 shards, rounds of 1 step, 6 rounds in an epoch/);
  });
});
