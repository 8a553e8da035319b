/** `sluice/distributed` as programs use it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  goOnWithShards,
  goOnWithSweep,
  sweep,
  SweepStopped,
  trainShards,
  type SweepSettings,
} from "../../src/distributed/index.js";
import type { Executor } from "../../src/distributed/job.js";
import { forecast, openRun } from "../../src/tasks/index.js";
import { writePrices } from "../cli/samples.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-public-"));
const data = join(folder, "prices.csv");
before(() => writePrices(folder));
after(() => rmSync(folder, { recursive: true, force: true }));

const options = { target: "close", lookback: 8, linear: false, epochs: 2, runs: join(folder, "runs") };
const quiet = { warn: () => undefined, workers: 1 };
const search = (settings: Partial<SweepSettings>) =>
  sweep(forecast, data, options, { space: { units: [2, [3, 2]] }, method: "grid", ...quiet, ...settings });

test("a search over lists, ranges and stacks, and more of it later", async () => {
  const space = { units: [2, [3, 2]], learningRate: "log:1e-3..1e-1" };
  const seen: number[] = [];
  const onTrial: SweepSettings["onTrial"] = ({ trial }) => void seen.push(trial);
  const first = await search({ space, method: "random", trials: 2, onTrial });
  assert.deepEqual(seen.toSorted(), [0, 1]);
  const more = await goOnWithSweep(first.folder, { trials: 4, ...quiet });
  const units = more.ledger.trials.map(({ point }) => JSON.stringify(point["units"]));
  assert.equal(units.length, 4);
  for (const one of units) assert.ok(["2", "[2]", "[3,2]"].includes(one), one);
  assert.equal((await openRun(more.bestRun)).evaluation!.part, "test");
});

test("what does not fit is told before anything is begun, and the executor is closed", async () => {
  let closed = 0;
  const executor = { slots: 1, close: async () => void closed++ } as unknown as Executor;
  const bad = (settings: object, told: RegExp) => assert.rejects(search({ executor, ...settings }), told);
  await bad({ space: { unit: [2] } }, /unit.*units/);
  await bad({ space: { dateFormat: ["a,b"] } }, /cannot hold "a,b"/);
  await bad({ space: { units: 3 } }, /list of values or a range/);
  await bad({ space: [], trails: 3 }, /"trails"; did you mean "trials"/);
  assert.equal(closed, 4);
  await assert.rejects(goOnWithSweep(join(folder, "none"), quiet), /none/);
});

test("a signal stops it with an error that says where it goes on", async () => {
  const ending = new AbortController();
  await assert.rejects(search({ signal: ending.signal, onTrial: () => ending.abort() }), (error: SweepStopped) => {
    assert.ok(error instanceof SweepStopped);
    assert.equal(error.done, 1);
    return true;
  });
});

test("a training on shards, and more of it later", async () => {
  const rounds: number[] = [];
  const settings = { shards: 2, innerSteps: 3, verbose: 0 as const, report: false, ...quiet };
  const { run, journal } = await trainShards("forecast", data, { ...options, epochs: 2 }, { ...settings, onRound: ({ round }) => void rounds.push(round) }); // prettier-ignore
  assert.equal(rounds.length, journal.rounds.length);
  assert.equal(run.evaluation!.part, "test");
  const more = await goOnWithShards(run.folder!, { epochs: 4, verbose: 0, report: false, ...quiet });
  assert.ok(more.journal.rounds.length > rounds.length);
  await assert.rejects(trainShards("forecast", data, options, { ...settings, shard: 3 } as never), /shard.*shards/);
  await assert.rejects(trainShards("forecast", data, options, { ...settings, deltas: "int4" as never }), /deltas/);
});
