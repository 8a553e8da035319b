// Runs of many parts in the studio: a model for each series, and one model on shards of the data.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeJournal, type RoundRecord } from "../../src/distributed/parallel/diloco/journal.js";
import { Ledger, waiting } from "../../src/distributed/series/ledger.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { markRun } from "../../src/runs/run-status.js";
import type { RunDetail, RunEvents, RunsReply } from "../../src/studio/api/index.js";
import { Listener } from "./events.js";
import { TestStudio, until } from "./studio.js";

const SERIES = "2026-02-01T00-00-00-stores-series";
const SHARDS = "2026-02-02T00-00-00-shards";
const DAMAGED = "2026-02-03T00-00-00-damaged";

function runIn(folder: string, name: string, config: object): RunFolder {
  const path = join(folder, "runs", name);
  mkdirSync(join(path, "series"), { recursive: true });
  writeFileSync(join(path, "config.json"), JSON.stringify({ task: "forecast", data: "stores.csv", ...config }));
  return RunFolder.open(path);
}

function writeSeries(folder: string): Ledger {
  const run = runIn(folder, SERIES, { perSeries: true });
  markRun(run, "running");
  const plan = { data: "stores.csv", command: "sluice train", id: "store", settings: {} };
  const ledger = new Ledger(run, plan);
  const names = Array.from({ length: 500 }, (_, i) => `<store> ${i}`);
  ledger.add(names.map((id, i) => waiting(id, `s${i}`, 100)));
  Object.assign(ledger.series[0]!, { state: "set aside", reason: "it has 3 rows; one window needs 15" });
  Object.assign(ledger.series[1]!, { state: "done", value: 0.8, baseline: { name: "last value", value: 1.1 } });
  ledger.write();
  writeFileSync(join(run.path, "series", "part-of-a-series"), "");
  return ledger;
}

function writeShards(folder: string): void {
  const run = runIn(folder, SHARDS, {});
  markRun(run, "finished");
  const times = { prepare: 0, read: 0, train: 1, write: 0, outer: 0 };
  const round = (i: number): RoundRecord => ({
    round: i,
    epoch: Math.floor(i / 2),
    came: [{ shard: 0, norm: 1, worker: "a", seconds: 1 }],
    late: i === 777 ? [1] : [],
    failed: [],
    values: { loss: 1 / (i + 1) },
    norm: 0.5,
    bytes: { weights: 100, states: 10, deltas: 5, outer: 1 },
    seconds: 1.5,
    times,
  });
  const weights = `sha256-${"0".repeat(64)}`;
  writeJournal(run, {
    format: 1,
    shards: 2,
    options: { innerSteps: 50, deltas: "int8", outerRate: 0.7, outerMomentum: 0.9 },
    perEpoch: 2,
    rounds: Array.from({ length: 2000 }, (_, i) => round(i)),
    snapshots: [{ round: 2000, weights, velocity: null, states: [null, null] }],
    generation: 0,
  });
}

let ledger: Ledger;
const studio = await TestStudio.open((folder) => {
  ledger = writeSeries(folder);
  writeShards(folder);
  const damaged = runIn(folder, DAMAGED, { perSeries: true });
  writeFileSync(damaged.file("series.json"), '{"version":2}');
});

const detail = (run: string) => studio.get<RunDetail>(`/api/runs/${run}`);

test("a run with a model for each series is one line of the list, and a table", async () => {
  const { runs } = await studio.get<RunsReply>("/api/runs");
  assert.deepEqual(runs.find(({ name }) => name === SERIES)!.series, { done: 2, of: 500, failed: 1 });
  const { series, files, run } = await detail(SERIES);
  assert.deepEqual([run.state, run.has.model, series!.id, series!.series.length], ["running", false, "store", 500]);
  assert.deepEqual(series!.series[1]!.baseline, { name: "last value", value: 1.1 });
  assert.ok(!JSON.stringify(series).includes('"run"'), "folders are of no use to a page");
  assert.ok(files.every(({ name }) => !name.startsWith("series/")));
});

test("its series are counted as they end", async () => {
  const told = new Listener(studio, `/api/events?run=${SERIES}`);
  const last = () => told.of<RunEvents["status"]>("status").at(-1)?.summary.series?.done;
  await until(async () => last() === 2);
  Object.assign(ledger.series[2]!, { state: "failed", reason: "no" });
  ledger.write();
  await until(async () => last() === 3);
  told.vanish();
});

test("rounds on shards are told, evenly spread where there are many, and all that lacked a shard", async () => {
  const { run, rounds } = await detail(SHARDS);
  assert.deepEqual(run.rounds, { shards: 2, rounds: 2000 });
  const { shards, innerSteps, deltas, sent, lost, count } = rounds!;
  assert.deepEqual([shards, innerSteps, deltas, sent, lost, count], [2, 50, "int8", 2000 * 115, 1, 2000]);
  assert.ok(rounds!.rounds.length <= 402);
  assert.deepEqual(rounds!.rounds.find(({ round }) => round === 777)?.missing, 1);
  assert.deepEqual([rounds!.rounds[0]!.round, rounds!.rounds.at(-1)!.round], [0, 1999]);
});

test("one whose file is none says so, and the rest is shown", async () => {
  const { run, series } = await detail(DAMAGED);
  assert.match(run.problem!, /series\.json/);
  assert.deepEqual([run.series, series], [null, null]);
});

test("no fault of the studio's own", () => assert.deepEqual(studio.faults, []));
