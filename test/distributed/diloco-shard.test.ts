/** One shard of a round: done twice it gives the same, late it begins where it stood, and what it is sent is not believed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { below } from "../../src/distributed/below.js";
import type { JobContext } from "../../src/distributed/job.js";
import { readDelta, readWeights, writeWeights, type Weights } from "../../src/distributed/parallel/diloco/contents.js"; // prettier-ignore
import { readState, writeState } from "../../src/distributed/parallel/diloco/state.js";
import { PAYLOADS } from "../../src/distributed/handlers.js";
import { shardPayload, type ShardAnswer } from "../../src/distributed/parallel/diloco/payloads.js";
import { shard, weightsOf } from "../../src/distributed/parallel/diloco/shard.js";
import { FolderStore } from "../../src/distributed/store/folder-store.js";
import type { Json } from "../../src/format/json.js";
import { tensor } from "../../src/index.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { trainTask } from "../../src/tasks/train-task.js";
import { SluiceError } from "../../src/util/errors.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-shard-"));
const root = join(folder, "data");
const store = new FolderStore(join(folder, "store"));
const text = "the river sluice opens and the water falls ".repeat(30);
after(() => rmSync(folder, { recursive: true, force: true }));

const context = (more: Partial<JobContext> = {}): JobContext => ({
  worker: { name: "test", version: "0", cores: 1, kernels: "wasm", host: hostname() },
  store,
  signal: new AbortController().signal,
  path: below(root),
  report: () => Promise.resolve(),
  children: new Map(),
  scratch: () => mkdtempSync(join(folder, "scratch-")),
  ...more,
});
const settings = { units: [6], embedding: 4, sequenceLength: 8, stepsPerEpoch: 12, batchSize: 4, epochs: 2, seed: 3, dropout: 0.2 }; // prettier-ignore
let good: Record<string, Json>;
let theta: Weights;

before(async () => {
  mkdirSync(root);
  writeFileSync(join(root, "text.txt"), text);
  const task = taskNamed("test", "generate");
  const run = await trainTask(task, join(root, "text.txt"), { ...settings, epochs: 1, runs: join(folder, "runs") }, { verbose: 0, report: false, warn: () => undefined }); // prettier-ignore
  theta = weightsOf(run.model);
  good = {
    task: "generate",
    data: { path: "text.txt" },
    sha256: createHash("sha256").update(text).digest("hex"),
    settings,
    files: {},
    shard: 1,
    shards: 2,
    steps: 3,
    weights: await store.put(writeWeights(theta)),
    state: null,
    deltas: "float32",
    states: "float32",
  };
});

const done = async (more: object = {}, around: Partial<JobContext> = {}) =>
  (await shard({ ...good, ...more }, context(around))) as unknown as ShardAnswer;
const stateOf = async ({ state }: ShardAnswer) => readState(await store.get(state));

describe("a shard", () => {
  test("done twice gives the same contents, whatever was done between", async () => {
    const first = await done();
    await done({ shard: 0, steps: 2 });
    const again = await done();
    assert.deepEqual([again.delta, again.state, again.values], [first.delta, first.state, first.values]);
    const { place, optimizer } = await stateOf(first);
    assert.deepEqual(place, { pass: 0, batch: 1 + 3 * 2 });
    assert.equal(optimizer.get("iterations")!.item(), 3);
    const delta = readDelta(await store.get(first.delta), theta);
    assert.ok(delta.trained.some((x) => x !== 0) && delta.trained.length === theta.trained.length);
  });

  test("in two rounds from its own weights is one of twice the steps; from new weights it goes on where it stood", async () => {
    const half = await done();
    const delta = readDelta(await store.get(half.delta), theta);
    const moved = { ...theta, trained: theta.trained.map((x, i) => x - delta.trained[i]!) };
    const [rest, whole] = [await done({ state: half.state, weights: await store.put(writeWeights(moved)) }), await done({ steps: 6 })]; // prettier-ignore
    assert.deepEqual((await stateOf(rest)).place, (await stateOf(whole)).place);
    const second = readDelta(await store.get(rest.delta), theta);
    const both = readDelta(await store.get(whole.delta), theta);
    for (const [i, x] of both.trained.entries())
      assert.ok(Math.abs(x - delta.trained[i]! - second.trained[i]!) < 1e-5, `weight ${i}`);
    const late = await done({ state: half.state });
    assert.deepEqual((await stateOf(late)).place, { pass: 0, batch: 13 }); // beyond the pass: in the next one
  });

  test("is aborted by its signal, and the next one is none the worse", async () => {
    const before = await done();
    const controller = new AbortController();
    const report = () => Promise.resolve(controller.abort());
    const { signal } = controller;
    controller.abort(new Error("given up"));
    await assert.rejects(done({ steps: 1000 }, { signal, report }), /given up|aborted/);
    assert.equal((await done()).delta, before.delta);
  });

  test("refuses what it must not believe", async () => {
    const address = `sha256-${"0".repeat(64)}`;
    writeFileSync(join(folder, "secret.txt"), text);
    const small = await store.put(writeWeights({ trained: theta.trained.subarray(1), kept: theta.kept }));
    const nan = await store.put(writeWeights({ ...theta, trained: theta.trained.map(() => Number.NaN) }));
    const odd = await store.put(writeState({ place: { pass: 0, batch: 1 }, random: [1, 2, 3, 4], optimizer: new Map([["iterations", tensor(Int32Array.of(3))]]) }, "float32")); // prettier-ignore
    const far = await store.put(writeState({ place: { pass: -1, batch: 0 }, random: [1, 2, 3, 4], optimizer: new Map() }, "float32")); // prettier-ignore
    const cases: [object, RegExp][] = [
      [{ data: { path: "../secret.txt" } }, /no path below/],
      [{ data: { path: join(folder, "secret.txt") } }, /lies outside/],
      [{ data: { address, ending: ".txt" } }, /there is no such content/],
      [{ data: { address, ending: "/../../x" } }, /no ending of a file/],
      [{ settings: { ...settings, testData: "../secret.txt" } }, /no path below/],
      [{ settings: { ...settings, unit: 3 } }, /unknown option "unit"/],
      [{ settings: { ...settings, tbptt: true } }, /DiLoCo deals batches out to shards/],
      [{ sha256: "0".repeat(64) }, /is not the data that the training was begun with/],
      [{ task: "shell" }, /shell/],
      [{ shard: 2 }, /there is no shard 2 of 2/],
      [{ steps: 0 }, /steps/],
      [{ weights: address }, /there is no such content/],
      [{ weights: "/etc/passwd" }, /expected an address/],
      [{ weights: good["data"] as Json }, /weights/],
      [{ weights: small }, /the network has \d+ and 0 weights, got/],
      [{ weights: nan }, /not finite/],
      [{ state: good["weights"] }, /the state of a shard lacks its place/],
      [{ state: odd }, /must hold "\w+\/0"/],
      [{ state: far }, /pass/],
      [{ deltas: "float8" }, /deltas/],
      [{ states: "int8" }, /states/],
      [{ code: "process.exit()" }, /unknown option "code"/],
    ];
    for (const [more, message] of cases) {
      await assert.rejects(done(more), (error: Error) => {
        assert.ok(error instanceof SluiceError && message.test(error.message), `${message}: ${error.message}`);
        return true;
      });
    }
    await assert.rejects(shard(null, context()), /shard: expected an object, got null/);
    await assert.rejects(shard([], context()), /shard: expected an object/);
    assert.equal((await done()).shard, 1);
  });

  test("its payload is checked before a thread is begun", async () => {
    assert.ok(shardPayload.safeParse(good).success);
    const form = await PAYLOADS["shard"]();
    assert.ok(!form.safeParse({ ...good, weights: "x" }).success);
    assert.deepEqual(readWeights(await store.get(good["weights"] as string)).trained, theta.trained);
  });
});
