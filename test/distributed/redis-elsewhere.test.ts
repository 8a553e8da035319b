/** Workers that cannot find the data, or have others, leave jobs to those that can; where none can, the jobs fail for that reason. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { RedisExecutor } from "../../src/distributed/executors/redis.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { QueueWorker } from "../../src/distributed/worker.js";
import type { WorkerEvent, WorkerOptions } from "../../src/distributed/worker-options.js";
import type { z } from "zod";
import { REPLIES } from "../../src/cli/reply-schema.js";
import { ask, runIn } from "../cli/program.js";
import { writePrices } from "../cli/samples.js";
import { redisServer, skip, type Server } from "./support/redis.js";

const LINE = "sweep prices.csv --task forecast --target close --lookback 8 --no-linear --space rate=log:1e-3..1e-2 --trials 4 --units 2 --epochs 1"; // prettier-ignore

describe("workers without the data", { skip }, () => {
  let server: Server;
  let folder: string;
  const workers: QueueWorker[] = [];
  before(async () => {
    server = await redisServer();
    folder = realpathSync(mkdtempSync(join(tmpdir(), "sluice-elsewhere-")));
    for (const name of ["here", "empty", "other", "copy"]) mkdirSync(join(folder, name));
    for (const name of ["here", "copy"]) writePrices(join(folder, name));
    writePrices(join(folder, "other"), "prices.csv", 121);
  });
  after(async () => {
    for (const one of workers) await one.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function worker(queue: string, root: string, more: Partial<WorkerOptions> = {}) {
    const events: WorkerEvent[] = [];
    const own = { redis: redisAddress(server.url), queue, slots: 1, name: root, dataRoot: join(folder, root) };
    const one = await QueueWorker.start({ ...own, onJob: (event) => events.push(event), ...more });
    workers.push(one);
    const told = (kind: WorkerEvent["event"]) => events.filter(({ event }) => event === kind);
    return { one, told };
  }

  const decided = ({ trials }: z.output<typeof REPLIES.sweep>) =>
    trials.map((one) => ({ ...one, seconds: 0, run: "" }));

  test("none of their jobs is lost: the search finds what threads find, and says once who lacks what", async () => {
    const threads = await ask(join(folder, "here"), REPLIES.sweep, `${LINE} --workers 1`);
    const idle = [await worker("search", "empty"), await worker("search", "other"), await worker("search", "copy")];
    const able = await worker("search", "here");
    const { code, out, err } = await runIn(join(folder, "here"), `${LINE} --redis ${server.url} --queue search --json`);
    assert.equal(code, 0, err);
    const reply = REPLIES.sweep.parse(JSON.parse(out));
    assert.deepEqual(decided(reply), decided(threads));
    assert.ok(reply.trials.every(({ state }) => state === "done"));
    assert.equal(able.one.counts.done, 4);
    for (const { one, told } of idle) {
      assert.deepEqual([one.counts.done, one.counts.failed], [0, 0]);
      assert.equal(told("refused").length, one.counts.refused);
    }
    assert.deepEqual(readdirSync(join(folder, "empty")), []);
    assert.deepEqual(
      readdirSync(join(folder, "copy")),
      ["prices.csv"],
      "nothing is written where nobody would find it",
    );
    const empty = `worker empty, whose folder of data is ${join(folder, "empty")} on ${hostname()}, leaves jobs to others: there is no prices.csv`; // prettier-ignore
    assert.equal(err.split(empty).length - 1, Math.min(1, idle[0]!.one.counts.refused), err);
    if (idle[1]!.one.counts.refused > 0) assert.match(err, /worker other, .*prices\.csv is not the data that the training was begun with/); // prettier-ignore
    if (idle[2]!.one.counts.refused > 0) assert.match(err, /worker copy, .*there is no folder runs\/.*-sweep/);
    assert.ok(
      idle.some(({ one }) => one.counts.refused > 0),
      "nobody refused anything",
    );
    assert.match(err, /--data-root FOLDER.*--send-data/);
  });

  test("where all of them lack it the search ends with that reason, and goes on when a worker has it", async () => {
    const { told } = await worker("nobody", "empty", { graceSeconds: 1 });
    const begun = performance.now();
    const { code, err } = await runIn(
      join(folder, "here"),
      `${LINE} --redis ${server.url} --queue nobody --name again`,
    );
    assert.equal(code, 1, err);
    assert.match(err, /no worker can do it: worker empty, whose folder of data is .*empty on .*, finds that there is no prices\.csv\. Start workers with --data-root FOLDER/); // prettier-ignore
    assert.ok(performance.now() - begun < 20_000);
    assert.deepEqual(told("failed"), []);
    assert.ok(told("refused").every(({ reason }) => reason!.startsWith(`in the folder of data, ${join(folder, "empty")}: there is no prices.csv`))); // prettier-ignore
    await worker("nobody", "here");
    const again = await ask(join(folder, "here"), REPLIES.sweep, `sweep --resume runs/latest --redis ${server.url} --queue nobody`); // prettier-ignore
    assert.ok(again.trials.every(({ state }) => state === "done"));
  });

  test("a backtest, models of series and shards are left to others too", async () => {
    const { one } = await worker("kinds", "empty", { slots: 4 });
    await worker("kinds", "here");
    const queue = `--redis ${server.url} --queue kinds`;
    const common = "prices.csv --task forecast --target close --lookback 8 --units 3 --epochs 1 --no-linear";
    const backtest = await runIn(join(folder, "here"), `backtest ${common} --horizon 3 --initial 0.7 --period 6 --refit 2 ${queue}`); // prettier-ignore
    assert.equal(backtest.code, 0, backtest.err);
    const shards = await runIn(join(folder, "here"), `train ${common} --workers 2 --inner-steps 1 ${queue}`);
    assert.equal(shards.code, 0, shards.err);
    assert.equal(one.counts.failed, 0);
    assert.doesNotMatch(backtest.err + shards.err, /ENOENT|failed/);
    assert.deepEqual(readdirSync(join(folder, "empty")), []);
  });

  test("content that one worker's store lacks is left to others", async () => {
    for (const name of ["mine", "yours"]) mkdirSync(join(folder, name));
    const handlers = new URL("./support/kinds.js", import.meta.url);
    await worker("store", "empty", { handlers, store: join(folder, "yours") });
    await worker("store", "here", { handlers, store: join(folder, "mine") });
    const queue = await RedisExecutor.open({ redis: redisAddress(server.url), plan: "store", queue: "store", store: join(folder, "mine") }); // prettier-ignore
    try {
      const kept = await queue.store.put(new Uint8Array(7));
      const jobs = Array.from({ length: 6 }, (_, i) => ({ id: `m${i}`, kind: "measure", payload: { kept, i } }));
      const outcomes = await Promise.all(jobs.map((job) => queue.run(job)));
      assert.deepEqual(outcomes.map(({ state, attempts, worker: by }) => [state, attempts, by]), jobs.map(() => ["done", 1, "here-1"])); // prettier-ignore
    } finally {
      await queue.close();
    }
  });
});
