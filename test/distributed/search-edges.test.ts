/** Where a search could decide by chance, compare what cannot be compared, or keep for good what was a mishap. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import type { Executor } from "../../src/distributed/job.js";
import { jobsDone, type Ledger } from "../../src/distributed/search/ledger.js";
import type { SweepOptions } from "../../src/distributed/search/options.js";
import { resumeSweep, sweepTask, SweepStopped, type Sweep, type SweepHooks } from "../../src/distributed/search/sweep.js"; // prettier-ignore
import { rankedTrials } from "../../src/distributed/search/table.js";
import { readSpace } from "../../src/distributed/search/task-space.js";
import { modelFile } from "../../src/server/node/model-file.js";
import { openRun } from "../../src/tasks/open-run.js";
import { taskNamed } from "../../src/tasks/registry.js";
import { writePrices } from "../cli/samples.js";
import type { Troubles } from "./fixtures/trials.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-edges-"));
const data = join(folder, "prices.csv");
const runs = join(folder, "runs");
before(() => writePrices(folder));
after(() => rmSync(folder, { recursive: true, force: true }));

const task = taskNamed("test", "forecast");
const given = { target: "close", lookback: 8, linear: false, epochs: 3, runs, seed: 3 };

const hooks = (workers: number, more: Partial<SweepHooks> = {}): SweepHooks => ({
  executor: (store) => new ThreadExecutor({ workers, store, handlers: new URL("./fixtures/trials.js", import.meta.url) }), // prettier-ignore
  warn: () => undefined,
  ...more,
});
const sweep = (workers: number, choices: Partial<SweepOptions>, space: string[], options: object = {}, more: Partial<SweepHooks> = {}) =>
  sweepTask(task, data, { ...given, ...options }, readSpace(task, space), choices, hooks(workers, more)); // prettier-ignore
const troubles = (all: Troubles) => {
  mkdirSync(runs, { recursive: true });
  writeFileSync(join(runs, "troubles.json"), JSON.stringify(all));
};
const decided = ({ ledger, best }: Sweep) => ({
  trials: ledger.trials.map(({ point, state, rungs }) => ({ point, state, rungs: rungs.map(({ until, value, learnt, epochs }) => [until, value, learnt, epochs]) })), // prettier-ignore
  best: best.trial,
});

test("where the network before its first step is the best of all, halving goes by what was learnt, not by the order of proposal", async () => {
  // A linear model to begin with, which one epoch does not better.
  const choices = { method: "random", trials: 9, halving: true } as const;
  const options = { linear: true, epochs: 9, learningRate: undefined };
  const one = await sweep(1, choices, ["units=2,4,8", "rate=log:1e-3..1e0"], options);
  assert.deepEqual(decided(await sweep(2, choices, ["units=2,4,8", "rate=log:1e-3..1e0"], options)), decided(one));
  const first = one.ledger.trials.map(({ rungs }) => rungs[0]!.value!);
  const ties = first.filter((value) => value === Math.max(...first)).length;
  assert.ok(ties >= 6, `a test of ties needs some: ${first.join(" ")}`);
  const learnt = one.ledger.trials.map(({ run }) => {
    const [line] = readFileSync(join(one.folder, "trials", run!, "metrics.jsonl"), "utf8").split("\n");
    return (JSON.parse(line!) as { val_loss: number }).val_loss;
  });
  const order = learnt.map((_, trial) => trial).sort((a, b) => first[a]! - first[b]! || learnt[a]! - learnt[b]!);
  const promoted = one.ledger.trials.filter(({ rungs }) => rungs.length > 1).map(({ trial }) => trial);
  assert.deepEqual(promoted.sort(), order.slice(0, 3).sort());
});

test("trials that would be judged by different measures are refused before anything is trained", async () => {
  let begun = false;
  const onFolder = () => void (begun = true);
  await assert.rejects(
    sweep(1, { method: "grid" }, ["loss=meanSquaredError,huber"], {}, { onFolder }),
    /^SluiceError: sweep: loss: trials could not be compared: meanSquaredError by RMSE, huber by MAE; search with values/,
  );
  assert.ok(!begun, "before anything is written");
  const { ledger } = await sweep(1, { method: "grid" }, ["loss=huber,meanAbsoluteError"], { epochs: 1 });
  assert.equal(ledger.judge!.name, "MAE");
  // Several targets are judged without unit, whatever the loss.
  const several = { target: ["close", "volume"], epochs: 1 };
  const both = await sweep(1, { method: "grid" }, ["loss=meanSquaredError,huber"], several);
  assert.deepEqual([both.ledger.judge!.name, both.ledger.trials.length], ["MASE", 2]);
  for (const name of ["horizon=1,6", "time=date", "id=date"])
    assert.throws(() => readSpace(task, [name]), /must be the same in all trials/, name);
});

test("a trial that failed at a later rung is set aside: not the best, though it was", async () => {
  const space = ["units=2,3,4,5,6,7,8,9,10"];
  const choices = { method: "grid", halving: true } as const;
  const whole = await sweep(2, choices, space, { epochs: 3 });
  const winner = `trial-${String(whole.best.trial + 1).padStart(3, "0")}`;
  const [first] = [...whole.ledger.trials].sort((a, b) => a.rungs[0]!.value! - b.rungs[0]!.value!);
  troubles({ [`trial-${String(first!.trial + 1).padStart(3, "0")}@all`]: "diverged", [`${winner}@all`]: "diverged" });
  const cut = await sweep(2, choices, space, { epochs: 3 });
  troubles({});
  assert.equal(cut.ledger.trials[first!.trial]!.state, "failed");
  assert.equal(cut.best.state, "done");
  assert.equal(rankedTrials(cut.ledger).at(-1)!.state, "failed");
  assert.equal(jobsDone(cut.ledger.trials), 9 + 3, "each failure is a training that was done with");
});

test("trials without a number are said to be so, and time is blamed only where there was a limit", async () => {
  troubles({ all: "null" });
  await assert.rejects(sweep(1, { method: "grid" }, ["units=2,3"]), /none of 2 trials has a value: what is measured of the network on the validation part is no number/); // prettier-ignore
  troubles({});
});

test("what fails all trials is no fault of theirs: a search that goes on tries them again", async () => {
  troubles({ all: "the share is not mounted" });
  let where = "";
  const options = { method: "grid" } as const;
  await assert.rejects(sweep(2, options, ["units=2,3,4"], {}, { onFolder: (path) => void (where = path) }), /none of 3 trials came to an end; the first: Error: the share is not mounted/); // prettier-ignore
  troubles({});
  assert.deepEqual(decided(await resumeSweep(where, {}, hooks(2))), decided(await sweep(1, options, ["units=2,3,4"])));
});

test("a trial that failed is tried again by a search that goes on, also by one that has ended", async () => {
  troubles({ "trial-002": "cannot read prices.csv" });
  const options = { method: "grid" } as const;
  const warnings: string[] = [];
  const first = await sweep(2, options, ["units=2,3,4"], {}, { warn: (message) => void warnings.push(message) });
  assert.equal(first.ledger.trials[1]!.state, "failed");
  assert.match(warnings.join(), /1 of 3 trials failed and was set aside; sluice sweep --resume \S+ tries it again/);
  troubles({});
  const again = await resumeSweep(first.folder, {}, hooks(2));
  assert.deepEqual(decided(again), decided(await sweep(1, options, ["units=2,3,4"])));
  await assert.rejects(resumeSweep(first.folder, {}, hooks(2)), /it has ended; all points of its space have been tried/); // prettier-ignore
  await assert.rejects(resumeSweep(first.folder, { trials: 9 }, hooks(2)), /all points of its space have been tried/);
});

test("a trial that failed at a later rung goes on from the rung it had come to", async () => {
  const space = ["units=2,3,4,5,6,7,8,9,10"];
  const choices = { method: "grid", halving: true } as const;
  const whole = await sweep(2, choices, space, { epochs: 3 });
  troubles({ [`trial-${String(whole.best.trial + 1).padStart(3, "0")}@all`]: "no route to the share" });
  const cut = await sweep(2, choices, space, { epochs: 3 });
  troubles({});
  const progress: [number, number][] = [];
  const onTrial = (_: unknown, { done, of }: { done: number; of: number }) => void progress.push([done, of]);
  assert.deepEqual(decided(await resumeSweep(cut.folder, {}, hooks(1, { onTrial }))), decided(whole));
  assert.deepEqual(progress, [[12, 12]]);
});

test("a finite space is searched once: as many trials as points, the same for any number of workers and after a stop", async () => {
  const space = ["units=2,3", "layers=1..2"];
  for (const method of ["tpe", "random"] as const) {
    const ofs = new Set<number>();
    const onTrial = (_: unknown, { of }: { of: number }) => void ofs.add(of);
    const one = await sweep(1, { method, trials: 40 }, space, { epochs: 1 }, { onTrial });
    assert.equal(new Set(one.ledger.trials.map(({ point }) => JSON.stringify(point))).size, 4);
    assert.deepEqual([one.ledger.trials.length, ...ofs], [4, 4]);
    assert.deepEqual(decided(await sweep(2, { method, trials: 40 }, space, { epochs: 1 })), decided(one));
    const small = await sweep(1, { method, trials: 2 }, space, { epochs: 1 });
    assert.deepEqual(decided(await resumeSweep(small.folder, { trials: 40 }, hooks(2))), decided(one));
    assert.match(readFileSync(join(one.folder, "report.html"), "utf8"), /All 4 points of the space were tried/);
  }
  const halved = await sweep(2, { method: "tpe", trials: 40, halving: true }, ["units=2,3,4"], { epochs: 3 });
  assert.deepEqual(halved.ledger.trials.map(({ rungs }) => rungs.length).sort(), [1, 1, 2]);
});

test("a full disk ends the search, and no trial is set aside for it", async () => {
  troubles({ "trial-002": "cannot write runs/x/model.safetensors: ENOSPC: no space left on device, write" });
  let where = "";
  const more = { onFolder: (path: string) => void (where = path) };
  await assert.rejects(sweep(1, { method: "grid" }, ["units=2,3,4"], {}, more), /^SluiceError: sweep: trial 2: .*ENOSPC: no space left/); // prettier-ignore
  troubles({});
  const resumed = await resumeSweep(where, {}, hooks(1));
  assert.deepEqual(decided(resumed), decided(await sweep(2, { method: "grid" }, ["units=2,3,4"])));
});

test("more trials for a search with halving: the same rungs go on, others are refused", async () => {
  const choices = { method: "random", halving: true } as const;
  const space = ["units=2,4,8", "rate=log:1e-3..1e-1"];
  const small = await sweep(2, { ...choices, trials: 9 }, space, { epochs: 9 });
  const grown = await resumeSweep(small.folder, { trials: 12 }, hooks(2));
  const whole = await sweep(2, { ...choices, trials: 12 }, space, { epochs: 9 });
  const rung = ({ ledger }: Sweep) => ledger.trials.map(({ rungs }) => rungs[0]!.value);
  assert.deepEqual(rung(grown), rung(whole));
  const few = await sweep(2, { ...choices, trials: 3 }, space, { epochs: 9 });
  assert.deepEqual(few.ledger.trials.map(({ rungs }) => rungs[0]!.until), [3, 3, 3]); // prettier-ignore
  await assert.rejects(resumeSweep(few.folder, { trials: 9 }, hooks(2)), /3 trials were compared after 3 and 9 epochs; 9 would be after 1, 3 and 9; begin a new sweep/); // prettier-ignore
  assert.equal(JSON.parse(readFileSync(join(few.folder, "sweep.json"), "utf8")).options.trials, 3);
});

test("within a limit of time too, workers that come later find work", async () => {
  let [inside, most, ended] = [0, 0, 0];
  const growing = (store: string): Executor => {
    const threads = new ThreadExecutor({ workers: 3, store });
    return {
      get slots() {
        return ended > 0 ? 3 : 1;
      },
      store: threads.store,
      runFlow: (...asked) => threads.runFlow(...asked),
      close: () => threads.close(),
      async run(...asked) {
        most = Math.max(most, ++inside);
        const outcome = await threads.run(...asked);
        inside--;
        ended++;
        return outcome;
      },
    };
  };
  await sweep(1, { method: "grid", seconds: 600 }, ["units=2,3,4,5"], { epochs: 1 }, { executor: growing });
  assert.deepEqual([most, ended], [3, 4]);
});

test("a search that is stopped between its trials says so", async () => {
  const stopping = new AbortController();
  const stop = { signal: stopping.signal, onTrial: () => stopping.abort() };
  const stopped = await sweep(1, { method: "grid" }, ["units=2,3,4"], {}, stop).catch((error: unknown) => error);
  assert.ok(stopped instanceof SweepStopped);
  assert.deepEqual([stopped.done, stopped.of], [1, 3]);
});

test("who asks a search for its model before it has ended is told the best trial so far, and how to go on", async () => {
  const stopping = new AbortController();
  const stop = { signal: stopping.signal, onTrial: (_: unknown, { done }: { done: number }) => void (done === 2 && stopping.abort()) }; // prettier-ignore
  const stopped = await sweep(1, { method: "grid" }, ["units=2,3,4"], {}, stop).catch((error: unknown) => error);
  assert.ok(stopped instanceof SweepStopped);
  const { trials } = JSON.parse(readFileSync(join(stopped.folder, "sweep.json"), "utf8")) as Ledger;
  const [best] = trials.slice(0, 2).sort((a, b) => a.rungs[0]!.value! - b.rungs[0]!.value!);
  const told = new RegExp(`holds no model yet: its search has not ended; the best of its trials so far is trial ${best!.trial + 1} \\(RMSE [\\d.]+\\), in \\S+trials/${best!.run!}; go on with sluice sweep --resume ${stopped.folder}$`); // prettier-ignore
  await assert.rejects(openRun(stopped.folder), told);
  assert.throws(() => modelFile({ path: stopped.folder }), told);
  assert.ok((await (await openRun(join(stopped.folder, "trials", best!.run!))).predict(data)).length > 0);
});
