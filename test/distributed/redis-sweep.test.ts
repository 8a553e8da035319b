/** A search on a queue finds what threads find, also when workers are killed while they train. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { RedisExecutor } from "../../src/distributed/executors/redis.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { sweepTask, type Sweep, type SweepHooks } from "../../src/distributed/search/sweep.js";
import { readSpace } from "../../src/distributed/search/task-space.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { PROGRAM } from "../cli/program.js";
import { writePrices } from "../cli/samples.js";
import { redisServer, skip, TETHERED, type Server } from "./support/redis.js";

const task = taskNamed("test", "forecast");
const space = readSpace(task, ["units=2,4,8", "rate=log:1e-3..1e-1"]);

describe("a search on Redis", { skip }, () => {
  let server: Server;
  let folder: string;
  const children = new Set<ChildProcess>();
  before(async () => {
    server = await redisServer();
    folder = mkdtempSync(join(tmpdir(), "sluice-redis-sweep-"));
    await writePrices(folder);
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function worker(): Promise<ChildProcess> {
    const words = [...TETHERED, ...PROGRAM, "worker", "--redis", server.url, "--slots", "1", "--lost-after", "2"];
    const child = spawn(process.execPath, words, { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
    children.add(child);
    await once(child.stdout!, "data");
    return child;
  }

  const sweep = (name: string, epochs: number, hooks: SweepHooks) =>
    sweepTask(
      task,
      join(folder, "prices.csv"),
      { target: "close", lookback: 8, linear: false, epochs, runs: join(folder, "runs"), seed: 3, name },
      space,
      { method: "tpe", trials: 6 },
      { warn: () => undefined, ...hooks },
    );
  const decided = ({ ledger, best, test: measured }: Sweep) => ({
    trials: ledger.trials.map(({ trial, point, state, rungs }) => ({ trial, point, state, values: rungs.map(({ value }) => value) })), // prettier-ignore
    best: best.trial,
    entries: measured.entries,
  });
  const redisExecutor = () => RedisExecutor.open({ redis: redisAddress(server.url), plan: "sweep" });

  test("the best trial is the same with threads and with workers of which one is killed", async () => {
    const threads = await sweep("threads", 3, { executor: (store) => new ThreadExecutor({ workers: 2, store }) });
    const first = await worker();
    const executor = await redisExecutor();
    let second: Promise<ChildProcess> | null = null;
    const queue = await sweep("queue", 3, {
      executor: () => executor,
      onEpoch: (trial) => {
        if (trial < 1 || second) return;
        first.kill("SIGKILL");
        second = worker();
      },
    });
    assert.ok(second, "no worker was killed");
    assert.deepEqual(decided(queue), decided(threads));
    const runs = readdirSync(join(queue.folder, "trials")).filter((name) => name !== "latest");
    assert.equal(runs.length, 6);
  });
});
