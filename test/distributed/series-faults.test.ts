/** A training of many series whose processes are killed: what comes out is what would have come out without. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { RedisExecutor } from "../../src/distributed/executors/redis.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import { redisAddress } from "../../src/distributed/queue/address.js";
import { series } from "../../src/distributed/series/series.js";
import { resumeSeries, trainSeries, type PerSeries } from "../../src/distributed/series/train-series.js";
import { describeRun } from "../../src/runs/run-list.js";
import { PROGRAM } from "../cli/program.js";
import { redisServer, skip, type Server } from "./support/redis.js";
import { here, shops, writeShops } from "./support/shops.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-series-faults-"));
const data = join(folder, "shops.csv");
const lengths = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`shop ${i}`, i === 5 ? 6 : 80 + i]));
const common = { target: "sales", id: "shop", lookback: 8, units: [8], epochs: 12, patience: 12, linear: false, saveEvery: 0.05, seed: 4 }; // prettier-ignore
const children = new Set<ChildProcess>();
let whole: ReturnType<typeof learnt>;

before(async () => {
  writeShops(data, shops(lengths));
  const executor = (store: string) => here(store);
  whole = learnt(await trainSeries(data, { ...common, runs: join(folder, "runs"), name: "whole" }, { executor }));
});
after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Without times. */
function learnt({ ledger, evaluation, folder: path }: PerSeries) {
  const done = ledger.series.filter(({ state }) => state === "done");
  return {
    series: ledger.series.map((record) => ({ ...record, seconds: null })),
    evaluation,
    models: done.map(({ run }) => readFileSync(join(path, "series", run, "model.safetensors"), "base64")),
  };
}

function program(words: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [...PROGRAM, ...words], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

/** Results and checkpoints in a run's folder, in a number. */
function workIn(run: string): number {
  const place = join(run, "series");
  if (!existsSync(place)) return 0;
  const names = readdirSync(place).filter((name) => !name.startsWith("."));
  return names.reduce((sum, name) => sum + 1 + Number(existsSync(join(place, name, "result.json"))), 0);
}

test("killed again and again, a training on threads comes to the same end", async () => {
  const words = ["train", data, "--task", "forecast", "--per-series", "--workers", "2", "--quiet", "--name", "killed", "--runs", join(folder, "runs")]; // prettier-ignore
  const flags = ["--target", "sales", "--id", "shop", "--lookback", "8", "--units", "8", "--epochs", "12", "--patience", "12", "--no-linear", "--save-every", "0.05", "--seed", "4"]; // prettier-ignore
  const find = () => readdirSync(join(folder, "runs")).find((name) => name.endsWith("-killed-series"));
  let kills = 0;
  for (let target = 1; kills < 2; target += 5) {
    const run = find();
    const child = program(run ? ["train", "--resume", join(folder, "runs", run), "--workers", "2", "--quiet"] : [...words, ...flags]); // prettier-ignore
    const ended = once(child, "exit");
    while (child.exitCode === null && workIn(join(folder, "runs", find() ?? "none")) < target) await wait(5);
    if (child.exitCode !== null) break;
    child.kill("SIGKILL");
    await ended;
    kills++;
    assert.equal(describeRun(join(folder, "runs", find()!)).state, "interrupted");
  }
  assert.ok(kills > 0, "it was never killed");
  const executor = (store: string) => new ThreadExecutor({ store, workers: 1 });
  assert.deepEqual(learnt(await resumeSeries(join(folder, "runs", find()!), {}, { executor })), whole);
});

describe("series on Redis", { skip }, () => {
  let server: Server;
  before(async () => {
    server = await redisServer();
  });
  after(() => server.close());

  test("models are the same with workers of a queue, of which one is killed", async () => {
    const worker = async () => {
      const child = program(["worker", "--redis", server.url, "--slots", "1", "--lost-after", "2"]);
      await once(child.stdout!, "data");
      return child;
    };
    const first = await worker();
    let second: Promise<ChildProcess> | null = null;
    const run = await trainSeries(
      data,
      { ...common, runs: join(folder, "runs"), name: "queue" },
      {
        executor: () => RedisExecutor.open({ redis: redisAddress(server.url), plan: "series" }),
        onSeries: (_name, { ended }) => {
          if (ended < 3 || second) return;
          first.kill("SIGKILL");
          second = worker();
        },
      },
    );
    assert.ok(second, "no worker was killed");
    assert.deepEqual(learnt(run), whole);
    (await (second as Promise<ChildProcess>)).kill("SIGTERM");
  });

  test("workers that share no folder get the rows through the store, and the models come back through it", async () => {
    const elsewhere = mkdtempSync(join(folder, "elsewhere-"));
    const child = program(["worker", "--redis", server.url, "--slots", "2", "--queue", "apart", "--data-root", elsewhere]); // prettier-ignore
    await once(child.stdout!, "data");
    const options = { ...common, runs: join(folder, "runs"), name: "sent" };
    const executor = () => RedisExecutor.open({ redis: redisAddress(server.url), plan: "sent", queue: "apart", sendData: true }); // prettier-ignore
    assert.deepEqual(learnt(await trainSeries(data, options, { executor })), whole);
    assert.deepEqual(readdirSync(elsewhere), []);
    child.kill("SIGTERM");
  });
});

test("a job is believed in nothing", async () => {
  const good = { source: "x", rows: `sha256-${"0".repeat(64)}`, columns: [], settings: { target: "y", id: "shop" }, folder, series: [{ id: "a", name: "a", seed: 1 }] }; // prettier-ignore
  const context = { signal: new AbortController().signal, path: (given: string) => given } as Parameters<typeof series>[1]; // prettier-ignore
  const cases: [object, RegExp][] = [
    [{ rows: "/etc/passwd" }, /expected an address sha256-/],
    [{ series: [{ id: "a", name: "../../a", seed: 1 }] }, /series\.0\.name/],
    [{ series: [] }, /series/],
    [{ run: "rm" }, /unknown option "run"/],
    [{ columns: [{ name: "y", type: "code" }] }, /columns/],
    [{ settings: { target: "y", id: "shop", testData: "/etc/passwd" } }, /test data of their own cannot be read here/],
    [{ settings: { target: "y", id: "shop", epoch: 3 } }, /unknown option "epoch"/],
  ];
  for (const [more, message] of cases) await assert.rejects(series({ ...good, ...more } as never, context), message);
  const refusing = { ...context, path: () => assert.fail("outside of the folder of data") };
  await assert.rejects(series(good as never, refusing), /outside/);
});
