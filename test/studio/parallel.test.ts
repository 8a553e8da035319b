// Runs of many parts in the studio: a model for each series, and one model on shards of the data.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Ledger } from "../../src/distributed/series/ledger.js";
import type { RunDetail, RunEvents, RunsReply } from "../../src/studio/api/index.js";
import { Listener } from "./events.js";
import { BACKTEST, runIn, SERIES, SHARDS, writeBacktest, writeSeries, writeShards } from "./parallel-folder.js";
import { TestStudio, until } from "./studio.js";

const DAMAGED = "2026-02-03T00-00-00-damaged";

let ledger: Ledger;
const studio = await TestStudio.open((folder) => {
  ledger = writeSeries(folder);
  writeShards(folder);
  writeBacktest(folder);
  const damaged = runIn(folder, DAMAGED, { perSeries: true });
  writeFileSync(damaged.file("series.json"), '{"version":2}');
});

const detail = (run: string) => studio.get<RunDetail>(`/api/runs/${run}`);

test("a run with a model for each series is one line of the list, and a table", async () => {
  const { runs } = await studio.get<RunsReply>("/api/runs");
  assert.deepEqual(runs.find(({ name }) => name === SERIES)!.series, { done: 2, of: 500, failed: 1, median: 0.8 });
  const { series, files, run } = await detail(SERIES);
  assert.deepEqual([run.state, run.has.model, series!.id, series!.series.length], ["running", false, "store", 500]);
  assert.deepEqual(series!.series[1]!.baseline, { name: "last value", value: 1.1 });
  assert.ok(files.every(({ name }) => !name.startsWith("series/")));
});

test("the model of a series is a run inside of it, and nobody goes on with it alone", async () => {
  const { series } = await detail(SERIES);
  const name = `${SERIES}/series/${series!.series[1]!.run}`;
  const { run, history } = await detail(encodeURIComponent(name));
  assert.deepEqual([run.name, run.state, run.verb, run.seriesId], [name, "finished", null, "<store> 1"]);
  assert.deepEqual([history.epoch, run.result?.network], [[0, 1], 0.8]);
  for (const act of ["stop", "resume"])
    await studio.refused(`/api/runs/${encodeURIComponent(name)}/${act}`, 409, { method: "POST", body: {} });
  await studio.refused(`/api/runs/${encodeURIComponent(`${SERIES}/series/../series`)}`, 404);
  await studio.refused(`/api/runs/${encodeURIComponent(`${SERIES}/series/s0`)}`, 404);
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
  assert.deepEqual(run.rounds, { shards: 2, rounds: 2000, epochs: null });
  assert.equal(run.epochsPlanned, null, "of rounds that did not note it, what was asked for is no plan");
  const { shards, innerSteps, kinds, sent, lost, count } = rounds!;
  assert.deepEqual([shards, innerSteps, sent, lost, count], [2, 50, 2000 * 115, 1, 2000]);
  assert.deepEqual(
    kinds.map(({ kind, form, bytes }) => `${kind} ${form} ${bytes}`),
    ["weights float32 200000", "states float32 20000", "deltas int8 10000"],
  );
  assert.ok(rounds!.rounds.length <= 402);
  assert.deepEqual(rounds!.rounds.find(({ round }) => round === 777)?.missing, 1);
  assert.deepEqual([rounds!.rounds[0]!.round, rounds!.rounds.at(-1)!.round], [0, 1999]);
});

test("a backtest has its trainings, in their order, as runs that nobody goes on with alone", async () => {
  const { runs } = await studio.get<RunsReply>("/api/runs");
  assert.equal(runs.filter(({ name }) => name.includes("fit-")).length, 0, "they are none of the list");
  const { fits, files } = await detail(BACKTEST);
  assert.deepEqual(
    fits.map(({ name, state }) => [name.replace(/^.*-fit-/, ""), state]),
    [["1", "finished"], ["2", "running"], ["10", "finished"]], // prettier-ignore
  );
  assert.ok(files.every(({ name }) => !name.startsWith("fits/")));
  const first = `/api/runs/${encodeURIComponent(fits[0]!.name)}`;
  assert.equal((await studio.get<RunDetail>(first)).run.name, fits[0]!.name);
  for (const act of ["stop", "resume"]) await studio.refused(`${first}/${act}`, 409, { method: "POST", body: {} });
});

test("one whose file is none says so, and the rest is shown", async () => {
  const { run, series } = await detail(DAMAGED);
  assert.match(run.problem!, /series\.json/);
  assert.deepEqual([run.series, series], [null, null]);
});

test("no fault of the studio's own", () => assert.deepEqual(studio.faults, []));
