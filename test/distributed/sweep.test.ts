/** Searches: the same whoever does the work, through kills and failures; what is weak is stopped early; budgets hold. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import type { SweepOptions } from "../../src/distributed/search/options.js";
import { resumeSweep, sweepTask, SweepStopped, type Sweep, type SweepHooks } from "../../src/distributed/search/sweep.js"; // prettier-ignore
import { readSpace } from "../../src/distributed/search/task-space.js";
import { openRun } from "../../src/tasks/open-run.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { writePrices } from "../cli/samples.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-sweep-"));
const data = join(folder, "prices.csv");
before(() => writePrices(folder));
after(() => rmSync(folder, { recursive: true, force: true }));

const task = taskNamed("test", "forecast");
const SPACE = ["units=2,4,8", "layers=1..2", "rate=log:1e-3..1e-1"];
const given = { target: "close", lookback: 8, linear: false, epochs: 3, runs: join(folder, "runs"), seed: 3 };

const hooks = (workers: number, more: Partial<SweepHooks> = {}): SweepHooks => ({
  executor: (store) => new ThreadExecutor({ workers, store }),
  warn: () => undefined,
  ...more,
});
const sweep = (workers: number, choices: Partial<SweepOptions>, more: Partial<SweepHooks> = {}, space = SPACE, options: object = {}) =>
  sweepTask(task, data, { ...given, ...options }, readSpace(task, space), choices, hooks(workers, more)); // prettier-ignore
/** All that a search decided, without times and names. */
const decided = ({ ledger, best, test: measured, importance }: Sweep) => ({
  trials: ledger.trials.map(({ trial, point, state, rungs }) => ({ trial, point, state, rungs: rungs.map(({ until, value, epochs }) => [until, value, epochs]) })), // prettier-ignore
  best: best.trial,
  entries: measured.entries,
  importance,
});
const saved = (path: string) => JSON.parse(readFileSync(join(path, "sweep.json"), "utf8"));

test("one and two workers find the same, and every trial is a run of its own", async () => {
  const choices = { method: "tpe", trials: 20 } as const;
  const one = await sweep(1, choices);
  assert.deepEqual(decided(await sweep(2, choices)), decided(one));
  assert.equal(one.ledger.trials.length, 20);
  assert.equal(readdirSync(join(one.folder, "trials")).filter((name) => name !== "latest").length, 20);
  const values = one.ledger.trials.map(({ rungs }) => rungs[0]!.value!);
  assert.equal(one.best.trial, values.indexOf(Math.min(...values)));
  const stacked = one.ledger.trials.find(({ point }) => point["layers"] === 2)!;
  const config = JSON.parse(readFileSync(join(one.folder, "trials", stacked.run!, "config.json"), "utf8"));
  const { units } = stacked.point;
  assert.deepEqual([config.units, config.learningRate], [[units, units], stacked.point["learningRate"]]);
  // The test part was seen by the best alone.
  for (const { run, trial } of one.ledger.trials) {
    const { part } = JSON.parse(readFileSync(join(one.folder, "trials", run!, "evaluation.json"), "utf8"));
    assert.equal(part, trial === one.best.trial ? "test" : "validation");
  }
  const opened = await openRun(one.folder);
  assert.equal(opened.evaluation!.part, "test");
  assert.ok((await opened.predict(data)).length > 0);
  const { best, importance } = saved(one.folder);
  assert.deepEqual([best.trial, importance.length], [one.best.trial, 3]);
  const page = readFileSync(join(one.folder, "report.html"), "utf8");
  for (const text of ["learningRate", "Options and result of each trial", "What the options matter", "sweep("])
    assert.ok(page.includes(text), text);
  // Once as an axis of the parallel coordinates and once beside its bar.
  for (const name of ["units", "layers", "learningRate"])
    assert.ok(page.match(new RegExp(`<text[^>]*>${name}</text>`, "g"))!.length >= 4, name);
});

test("halving stops weak trials, repeats itself, and its best trial is as if it had been trained alone", async () => {
  const choices = { method: "random", trials: 9, halving: true } as const;
  const one = await sweep(1, choices, {}, SPACE, { epochs: 9 });
  const epochs = one.ledger.trials.map(({ rungs }) => rungs.at(-1)!.epochs);
  assert.deepEqual([...epochs].sort((a, b) => a - b), [1, 1, 1, 1, 1, 1, 3, 3, 9]); // prettier-ignore
  assert.deepEqual(decided(await sweep(2, choices, {}, SPACE, { epochs: 9 })), decided(one));
  const first = one.ledger.trials.map(({ rungs }) => rungs[0]!.value!);
  const third = [...first].sort((a, b) => a - b)[2]!;
  assert.ok(one.ledger.trials.every(({ rungs }) => rungs.length === 1 || rungs[0]!.value! <= third));
  const { point, rungs } = one.best;
  const alone = await sweep(1, { method: "grid" }, {}, [`rate=${String(point["learningRate"])}`], {
    epochs: 9,
    units: Array.from({ length: point["layers"] as number }, () => point["units"]),
  });
  assert.equal(alone.ledger.trials[0]!.rungs[0]!.value, rungs.at(-1)!.value);
});

test("a search that was stopped, or whose process was killed, goes on to the same end", async () => {
  const choices = { method: "tpe", trials: 13, halving: true } as const;
  const whole = await sweep(2, choices, {}, SPACE, { epochs: 9 });
  const stopping = new AbortController();
  const stop = { signal: stopping.signal, onTrial: (_: unknown, { done }: { done: number }) => void (done === 5 && stopping.abort()) }; // prettier-ignore
  const stopped = await sweep(2, choices, stop, SPACE, { epochs: 9 }).catch((error: unknown) => error as SweepStopped);
  assert.ok(stopped instanceof SweepStopped);
  assert.ok(stopped.done >= 5 && stopped.done < 13, String(stopped.done));
  assert.deepEqual(decided(await resumeSweep(stopped.folder, {}, hooks(1))), decided(whole));

  const program = fileURLToPath(new URL("../../src/cli/sluice.js", import.meta.url));
  const words = `sweep ${data} --task forecast --target close --lookback 8 --no-linear --epochs 9 --seed 3 --trials 13 --halving --workers 2`;
  const runs = join(folder, "killed");
  const child = spawn(process.execPath, ["--conditions=sluice-modules", program, ...words.split(" "), "--runs", runs, "--space", ...SPACE], { stdio: "ignore" }); // prettier-ignore
  const ended = new Promise((done) => child.once("exit", done));
  const trials = () => {
    const [own] = existsSync(runs) ? readdirSync(runs).filter((name) => name.endsWith("-sweep")) : [];
    return own === undefined ? [] : saved(join(runs, own)).trials.filter(({ state }: { state: string }) => state === "done"); // prettier-ignore
  };
  while (trials().length < 6) await sleep(20);
  child.kill("SIGKILL");
  await ended;
  const resumed = await resumeSweep(join(runs, "latest"), {}, hooks(2));
  assert.deepEqual(decided(resumed), decided(whole));
});

test("a poisoned trial is set aside and named, and the search goes on; where all fail it says why", async () => {
  const space = ["rate=1e-3,1e30,1e-2"];
  const found = await sweep(2, { method: "grid" }, {}, space);
  assert.deepEqual(found.ledger.trials.map(({ state }) => state), ["done", "failed", "done"]); // prettier-ignore
  assert.match(found.ledger.trials[1]!.reason!, /the loss is/);
  assert.match(readFileSync(join(found.folder, "report.html"), "utf8"), /Set aside/);
  await assert.rejects(
    sweep(1, { method: "grid" }, {}, ["rate=1e30,1e31"]),
    /none of 2 trials came to an end; the first: fit: the loss is/,
  );
});

test("where nothing can be noted any more, as on a full disk, the trainings end too", async () => {
  let own = "";
  const begun = new Set<number>();
  const full: Partial<SweepHooks> = {
    onFolder: (path) => void (own = path),
    onEpoch: (trial) => {
      begun.add(trial);
      // The place where the new file is prepared cannot be written.
      mkdirSync(join(own, `sweep.json.${process.pid}.tmp`), { recursive: true });
    },
  };
  await assert.rejects(sweep(1, { method: "random", trials: 12 }, full), /cannot write .*sweep\.json/);
  assert.ok(begun.size < 4, `${begun.size} trials were begun`);
  rmSync(join(own, `sweep.json.${process.pid}.tmp`), { recursive: true });
  const resumed = await resumeSweep(own, {}, hooks(2));
  assert.deepEqual(decided(resumed).trials, decided(await sweep(2, { method: "random", trials: 12 })).trials);
});

test("budgets: seconds end it, and a larger one goes on with what is known", async () => {
  await assert.rejects(sweep(1, { method: "random", trials: 4, seconds: 1e-6 }), /no trial came to an end in the time/);
  const small = await sweep(2, { method: "random", trials: 3 });
  await assert.rejects(resumeSweep(small.folder, {}, hooks(1)), /it has ended; give it more --trials or --seconds/);
  await assert.rejects(resumeSweep(small.folder, { trials: 2 }, hooks(1)), /it has 3 trials already|it has ended/);
  let trained = 0;
  const grown = await resumeSweep(small.folder, { trials: 5 }, hooks(1, { onTrial: () => void trained++ }));
  assert.equal(trained, 2);
  assert.deepEqual(decided(grown).trials, decided(await sweep(1, { method: "random", trials: 5 })).trials);
});

test("asynchronous halving trains no more than a third of a rung further, and ends", async () => {
  const choices = { method: "tpe", trials: 10, halving: true, asynchronous: true } as const;
  const { ledger, best } = await sweep(2, choices, {}, SPACE, { epochs: 9 });
  const counts = [0, 1, 2].map((r) => ledger.trials.filter(({ rungs }) => rungs.length > r).length);
  assert.equal(counts[0], 10);
  assert.ok(counts[1]! >= 3 && counts[1]! <= 5 && counts[2]! >= 1, counts.join());
  assert.ok(best.rungs.length >= 1);
});

test("bad input is told before anything is written, and a folder of something else or with other data is refused", async () => {
  const runs = join(folder, "none");
  const wrong: [string[], object, RegExp][] = [
    [["unit=2,4"], {}, /space "unit=2,4": unknown option "unit"; did you mean "units"\?/],
    [["units=2,4", "drop=0..0.5"], {}, /space "drop=0..0.5": unknown option "drop"; did you mean "dropout"\?/],
    [["units=2,4", "dropout=0..0.5?cel=gru"], {}, /unknown option "cel"; did you mean "cell"\?/],
    [["rate=fast,slow"], {}, /learningRate.*expected number/],
    [["layers=0..2"], {}, /layers: must be at least 1, got 0/],
    [["dropout=0..1"], {}, /dropout: must be below 1, got 1/],
    [["units=10..20.5"], {}, /units: expected a whole number/],
    [["units=2+3,4", "layers=1..2"], {}, /layers stack one number of units, got 2\+3/],
    [["target=close,volume"], {}, /target must be the same in all trials/],
    [["rate=1e-3..1e-2"], { learningRate: 1e-3 }, /learningRate is in the space and among the options/],
    [["units=2,4"], { target: "clos" }, /close/],
  ];
  for (const [space, more, message] of wrong)
    await assert.rejects(async () => sweep(1, { trials: 2 }, {}, space, { runs, ...more }), message, space.join(" "));
  await assert.rejects(sweep(1, { method: "grid" }, {}, ["rate=1e-3..1e-2"], { runs }), /a grid needs the values/);
  await assert.rejects(sweep(1, { halving: true }, {}, ["epochs=2,4"], { runs }), /take epochs out of the space/);
  await assert.rejects(sweep(1, { method: "tep" as never }, {}, SPACE, { runs }), /method/);
  assert.ok(!existsSync(runs));
  const { folder: done, bestRun } = await sweep(1, { method: "random", trials: 1 }, {}, SPACE, { runs });
  await assert.rejects(resumeSweep(bestRun, { trials: 4 }, hooks(1)), /it is no sweep/);
  const other = join(folder, "other.csv");
  writeFileSync(other, readFileSync(data, "utf8").replace("2024-01-02", "2024-01-02 "));
  await assert.rejects(resumeSweep(done, { trials: 4, data: other }, hooks(1)), /has changed since the run was begun/);
  writeFileSync(join(done, "sweep.json"), '{"version": 1}');
  await assert.rejects(resumeSweep(done, { trials: 4 }, hooks(1)), /sweep\.json: .*is needed/);
});
