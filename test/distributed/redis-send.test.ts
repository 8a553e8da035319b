/** Workers that share no folder with whoever searches: data are sent to them, and runs come back. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { RedisExecutor, type RedisExecutorOptions } from "../../src/distributed/executors/redis.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import type { Executor } from "../../src/distributed/job.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { resumeSweep, sweepTask, type Sweep, type SweepHooks } from "../../src/distributed/search/sweep.js";
import { readSpace } from "../../src/distributed/search/task-space.js";
import { QueueWorker } from "../../src/distributed/worker.js";
import { openRun } from "../../src/tasks/open-run.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { ask } from "../cli/program.js";
import { writePrices, writeReviews } from "../cli/samples.js";
import { redisServer, skip, type Server } from "./support/redis.js";

const task = taskNamed("test", "classify");
const space = readSpace(task, ["units=2,3,4", "rate=log:1e-3..1e-1"]);

describe("workers that see no folder of the search", { skip }, () => {
  let server: Server;
  let folder: string;
  const open: { close(): Promise<void> }[] = [];
  before(async () => {
    server = await redisServer();
    folder = mkdtempSync(join(tmpdir(), "sluice-send-"));
    for (const name of ["here", "there", "elsewhere", "shared"]) mkdirSync(join(folder, name));
    writeReviews(join(folder, "here"));
    writeReviews(join(folder, "here"), "test.tsv", 20);
    writePrices(join(folder, "here"));
  });
  after(async () => {
    for (const one of open.reverse()) await one.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function worker(dataRoot: string, queue: string, store?: string): Promise<void> {
    const own = { redis: redisAddress(server.url), queue, slots: 1, dataRoot: join(folder, dataRoot), name: dataRoot };
    open.push(await QueueWorker.start({ ...own, ...(store !== undefined && { store }) }));
  }
  const executor = (queue: string, more: Partial<RedisExecutorOptions> = {}) =>
    RedisExecutor.open({ redis: redisAddress(server.url), plan: "send", queue, sendData: true, ...more });

  const hooks = (one: (store: string) => Executor | Promise<Executor>): SweepHooks => ({
    executor: one,
    warn: () => undefined,
  });
  const sweep = (name: string, own: SweepHooks, trials = 3) =>
    sweepTask(
      task,
      join(folder, "here", "reviews.tsv"),
      { label: "label", text: "review", epochs: 3, embedding: 4, testData: join(folder, "here", "test.tsv"), runs: join(folder, "here", "runs"), seed: 3, name }, // prettier-ignore
      space,
      { method: "random", trials, halving: true, rungs: 2 },
      own,
    );
  const decided = ({ ledger, best, test: measured }: Sweep) => ({
    trials: ledger.trials.map(({ trial, point, state, rungs }) => ({ trial, point, state, values: rungs.map(({ value, epochs }) => [value, epochs]) })), // prettier-ignore
    best: best.trial,
    entries: measured.entries,
  });

  test("find what threads find, rung by rung, and nothing is left in Redis or in their folders", async () => {
    const threads = await sweep("threads", hooks((store) => new ThreadExecutor({ workers: 1, store }))); // prettier-ignore
    await Promise.all([worker("there", "all"), worker("elsewhere", "all")]);
    const sent = await sweep("sent", hooks(() => executor("all"))); // prettier-ignore
    assert.deepEqual(decided(sent), decided(threads));
    assert.equal(new Set(sent.ledger.trials.map(({ rungs }) => rungs.length)).size, 2, "some went on, some did not");
    assert.deepEqual([readdirSync(join(folder, "there")), readdirSync(join(folder, "elsewhere"))], [[], []]);
    // The data stay for the next search.
    assert.equal((await server.client.keys("sluice:content:*")).length, 2);
    const runs = join(sent.folder, "trials");
    const names = readdirSync(runs).filter((name) => name !== "latest");
    assert.equal(names.length, 3);
    for (const name of names) {
      const { history } = await openRun(join(runs, name));
      assert.ok(history.epoch.length >= 1);
      const config = JSON.parse(readFileSync(join(runs, name, "config.json"), "utf8"));
      assert.deepEqual([config.data, config.testData, config.runs], [join(folder, "here", "reviews.tsv"), join(folder, "here", "test.tsv"), runs]); // prettier-ignore
      assert.ok(!existsSync(join(runs, name, "run.lock")));
    }
    // What is in the folder is enough to go on with, on threads too.
    const more = await resumeSweep(sent.folder, { trials: 4 }, hooks((store) => new ThreadExecutor({ workers: 1, store }))); // prettier-ignore
    assert.equal(more.ledger.trials.length, 4);
    assert.deepEqual(decided(more).trials.slice(0, 3).map(({ values }) => values[0]), decided(sent).trials.map(({ values }) => values[0])); // prettier-ignore
  });

  test("the same from the command line, through a folder", async () => {
    const store = join(folder, "shared");
    await worker("there", "folder", store);
    const words = `sweep prices.csv --task forecast --target close --lookback 8 --no-linear --space units=2,4 --trials 2 --epochs 1 --redis ${server.url} --queue folder --store ../shared --send-data`; // prettier-ignore
    const reply = await ask(join(folder, "here"), REPLIES.sweep, words);
    assert.deepEqual(
      reply.trials.map(({ state }) => state),
      ["done", "done"],
    );
    const left = readdirSync(store);
    assert.equal(left.filter((name) => !name.includes(".")).length, 1, left.join(" "));
    assert.deepEqual(readdirSync(join(folder, "there")), []);
  });

  test("what cannot be sent is told before anything is trained", async () => {
    const queue = await executor("all");
    const many = sweepTask(task, join(folder, "here"), { label: "label", text: "review", epochs: 1, runs: join(folder, "here", "runs") }, space, { trials: 1 }, hooks(() => queue)); // prettier-ignore
    await assert.rejects(many);
    await queue.close();
    await assert.rejects(executor("all", { store: join(folder, "here", "reviews.tsv") }), /store: cannot write in .*reviews\.tsv/); // prettier-ignore
    await assert.rejects(worker("there", "all", join(folder, "not-mounted")), /there is no folder .*not-mounted of the store; is it mounted here/); // prettier-ignore
  });
});
