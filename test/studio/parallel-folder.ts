/** Folders of runs of many parts without a training: a model for each of 500 series, and 2000 rounds on two shards. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeJournal, type RoundRecord } from "../../src/distributed/parallel/diloco/journal.js";
import { dilocoOptions } from "../../src/distributed/parallel/diloco/options.js";
import { Ledger, waiting } from "../../src/distributed/series/ledger.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { markRun } from "../../src/runs/run-status.js";

export const SERIES = "2026-02-01T00-00-00-stores-series";
export const SHARDS = "2026-02-02T00-00-00-shards";

export function runIn(folder: string, name: string, config: object): RunFolder {
  const path = join(folder, "runs", name);
  mkdirSync(join(path, "series"), { recursive: true });
  writeFileSync(join(path, "config.json"), JSON.stringify({ task: "forecast", data: "stores.csv", ...config }));
  return RunFolder.open(path);
}

export function writeSeries(folder: string): Ledger {
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
  writeOne(folder, "s1", "<store> 1");
  return ledger;
}

/** The run of one series, as far as its training writes one. */
function writeOne(folder: string, name: string, series: string): void {
  const run = runIn(folder, `${SERIES}/series/${name}`, { verb: "series", series, id: "store", epochs: 2 });
  const line = (epoch: number) => JSON.stringify({ epoch, time: "2026-02-01T00:00:00.000Z", loss: 1, val_loss: 1 });
  writeFileSync(run.file("metrics.jsonl"), `${line(0)}\n${line(1)}\n`);
  const entries = [
    { name: "network", kind: "network", values: { MASE: 0.8 } },
    { name: "last value", kind: "trivial", values: { MASE: 1.1 } },
  ];
  const judge = { name: "MASE", mode: "min" };
  run.replaceJson("evaluation.json", { count: 12, of: "windows", part: "test", judge, entries, verdict: "", pictures: [] }); // prettier-ignore
}

export function writeShards(folder: string): void {
  const run = runIn(folder, SHARDS, { epochs: 12 });
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
    options: dilocoOptions.parse({ deltas: "int8" }),
    perEpoch: 2,
    rounds: Array.from({ length: 2000 }, (_, i) => round(i)),
    snapshots: [{ round: 2000, weights, velocity: null, states: [null, null] }],
    generation: 0,
  });
}

export const BACKTEST = "2026-02-04T00-00-00-stores-backtest";

/** Three trainings, the second one under way. */
export function writeBacktest(folder: string): void {
  markRun(runIn(folder, BACKTEST, { verb: "backtest" }), "running");
  for (const [number, state] of [
    [1, "finished"],
    [2, "running"],
    [10, "finished"],
  ] as const)
    // prettier-ignore
    markRun(runIn(folder, `${BACKTEST}/fits/2026-02-04T00-00-0${number % 10}-fit-${number}`, { epochs: 3 }), state);
}
