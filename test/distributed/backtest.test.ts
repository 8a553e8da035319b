/** Backtests whose trainings are done on threads: the same bits, through kills, failures and Ctrl-C. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { backtestTrainer, type BacktestTrainerOptions } from "../../src/distributed/backtest/trainer.js";
import { fit } from "../../src/distributed/backtest/fit.js";
import type { FitPayload } from "../../src/distributed/backtest/payload.js";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import type { JobContext } from "../../src/distributed/job.js";
import { FolderStore } from "../../src/distributed/store/folder-store.js";
import type { Json } from "../../src/format/json.js";
import { fingerprint } from "../../src/runs/fingerprint.js";
import { backtestForecast, type BacktestHooks } from "../../src/tasks/backtest/backtest.js";
import { BacktestStopped } from "../../src/tasks/backtest/finish.js";
import { resumeBacktest } from "../../src/tasks/backtest/resume.js";
import { PROGRAM } from "../cli/program.js";
import { writePrices } from "../cli/samples.js";
import { decided, fitsIn, trainedIn } from "./support/backtest.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-backtest-on-"));
const data = join(folder, "prices.csv");
const runs = join(folder, "runs");
before(() => writePrices(folder));
after(() => rmSync(folder, { recursive: true, force: true }));

const given = { target: "close", lookback: 8, units: [3], epochs: 3, horizon: 3, initial: 0.7, period: 6, refit: 1, seed: 5, linear: false, runs }; // prettier-ignore
const QUIET = { verbose: 0, warn: () => undefined } as const;

const run = (hooks: BacktestHooks = {}, more: object = {}) =>
  backtestForecast(data, { ...given, ...more } as never, { ...QUIET, report: false, ...hooks });
const on = (workers: number, more: BacktestTrainerOptions = {}) => ({ trainer: backtestTrainer({ workers, ...more }) });
/** Threads whose trainings may go wrong. */
const troubled = (workers = 2) => {
  const store = join(folder, "store");
  return { executor: new ThreadExecutor({ workers, store, handlers: new URL("./fixtures/fits.js", import.meta.url) }) };
};

test("one process and any number of threads come to the same forecasts, scores, weights and report", async () => {
  const settings: object[] = [
    { lookback: undefined, dropout: 0.2, quantiles: [0.1, 0.9], intervals: "conformal" },
    { refit: 2, model: "deepar", samples: 5, window: "sliding" },
  ];
  for (const more of settings) {
    const whole = await run({ report: true }, more);
    for (const workers of [1, 3]) {
      const shared = await run({ report: true, ...on(workers) }, more);
      assert.deepEqual(decided(shared), decided(whole));
      assert.deepEqual(trainedIn(shared), trainedIn(whole));
    }
  }
});

test("trainings that are stopped keep checkpoints, and the backtest goes on, on threads or without", async () => {
  const whole = await run();
  const stopping = new AbortController();
  const epochs = new Map<number, number>();
  const said: number[] = [];
  const trainer = backtestTrainer({
    workers: 2,
    onEpoch: (number, progress) => {
      epochs.set(number, (progress as { epoch: number }).epoch);
      if (said.length >= 1 && (progress as { epoch: number }).epoch < 3) stopping.abort();
    },
    onFit: ({ number, failed, of }) => {
      assert.deepEqual([failed, of], [null, 6]);
      said.push(number);
    },
  });
  const stopped = await run({ trainer, signal: stopping.signal }).catch((error: unknown) => error);
  assert.ok(stopped instanceof BacktestStopped, String(stopped));
  assert.ok(stopped.done >= 1 && stopped.done < 6, `${stopped.done} of ${stopped.of}`);
  const ended = fitsIn(stopped.folder);
  assert.equal(ended.filter(({ state }) => state === "finished").length, stopped.done);
  const cut = ended.filter(({ state }) => state === "interrupted");
  assert.ok(cut.length >= 1 && cut.every(({ path }) => existsSync(join(path, "checkpoints/last.safetensors"))));
  const before = new Map(ended.map(({ path, state }) => [path, state]));
  let [trained, done] = [0, 0];
  const resumed = await resumeBacktest(stopped.folder, { ...QUIET, report: false, ...on(2, { onFit: (one) => void (trained++, (done = one.done)) }) }); // prettier-ignore
  assert.deepEqual(decided(resumed), decided(whole));
  assert.deepEqual([trained, done], [6 - stopped.done, 6], "what had ended is not trained again");
  assert.ok(
    [...before].every(([path]) => resumed.fits.some((own) => own.run === path)),
    "the same folders",
  );
  await assert.rejects(resumeBacktest(stopped.folder, { ...QUIET, ...on(2) }), /it has ended/);
});

test("a thread that dies while it trains is replaced, and the training goes on from its checkpoint", async () => {
  const whole = await run({}, { saveEvery: 0 });
  writeFileSync(join(runs, "crash-fit-2"), "");
  const shared = await run({ trainer: backtestTrainer(troubled()) }, { saveEvery: 0, name: "crash" }).catch(
    (error: unknown) => error as Error,
  );
  assert.ok(!(shared instanceof Error), String(shared));
  rmSync(join(runs, "crash-fit-2"));
  assert.deepEqual(decided(shared), decided(whole));
  assert.deepEqual(trainedIn(shared), trainedIn(whole));
  assert.equal(shared.fits.length, fitsIn(shared.folder).length, "one folder for each");
});

test("a training that fails thrice is named; the others come to their end, and none of them is done again", async () => {
  for (const name of ["fit-2", "fit-4"]) writeFileSync(join(runs, `poison-${name}`), "");
  let where = "";
  const hooks = { trainer: backtestTrainer(troubled()), onFolder: (path: string) => void (where = path) };
  await assert.rejects(run(hooks), /^SluiceError: backtest: training 2 of 6, at 2024-0\d-\d+, and training 4, failed: Error: poisoned; 4 of 6 trainings have ended and are kept in .*--resume/); // prettier-ignore
  const { state, reason } = JSON.parse(readFileSync(join(where, "status.json"), "utf8")) as { state: string; reason: string }; // prettier-ignore
  assert.equal(state, "failed");
  assert.match(reason, /training 2 of 6/);
  const times = new Map(fitsIn(where).map(({ path, state: own }) => (assert.equal(own, "finished"), [path, readFileSync(join(path, "status.json"), "utf8")]))); // prettier-ignore
  assert.equal(times.size, 4);
  for (const name of ["fit-2", "fit-4"]) rmSync(join(runs, `poison-${name}`));
  const resumed = await resumeBacktest(where, { ...QUIET, report: false }); // in this process, one after the other
  assert.deepEqual(decided(resumed), decided(await run()));
  for (const [path, status] of times) assert.equal(readFileSync(join(path, "status.json"), "utf8"), status);
});

test("what fails three trainings is no matter of one origin: the others are given up", async () => {
  const begun = new Set<number>();
  let where = "";
  const hooks = { ...on(1, { onEpoch: (number) => void begun.add(number) }), onFolder: (path: string) => void (where = path) }; // prettier-ignore
  await assert.rejects(run(hooks, { learningRate: 1e30 }), /training 1 of 6, .* and 2 more, failed: fit: the loss is .* 0 of 6 trainings/); // prettier-ignore
  assert.ok(fitsIn(where).length <= 4, "one more may have begun");
});

test("a killed process goes on to the same end", async () => {
  const words = `backtest ${data} --task forecast --target close --lookback 8 --units 3 --horizon 3 --initial 0.7 --period 6 --refit 1 --seed 5 --no-linear --epochs 12 --save-every 0 --workers 2`;
  const killed = join(folder, "killed");
  const child = spawn(process.execPath, [...PROGRAM, ...words.split(" "), "--runs", killed], { stdio: "ignore" });
  const ended = new Promise((done) => child.once("exit", done));
  const own = () => (existsSync(killed) ? readdirSync(killed).find((name) => name.endsWith("-backtest")) : undefined);
  const finished = () => (own() ? fitsIn(join(killed, own()!)).filter(({ state }) => state === "finished").length : 0);
  while (finished() < 2) await sleep(10);
  child.kill("SIGKILL");
  await ended;
  assert.ok(finished() < 6, "it was to be killed before its end");
  const resumed = await resumeBacktest(join(killed, own()!), { ...QUIET, report: false, ...on(2) });
  const whole = await run({}, { epochs: 12, saveEvery: 0, runs: killed });
  assert.deepEqual(decided(resumed), decided(whole));
  assert.deepEqual(trainedIn(resumed), trainedIn(whole));
});

test("data in memory are refused before anything is written, and an executor that was given is closed all the same", async () => {
  const nowhere = join(folder, "nowhere");
  const { executor } = troubled(1);
  const rows = Array.from({ length: 60 }, (_, i) => ({ close: Math.sin(i) }));
  const hooks = { ...QUIET, trainer: backtestTrainer({ executor }) };
  await assert.rejects(
    backtestForecast(rows, { ...given, runs: nowhere } as never, hooks),
    /data in memory cannot be handed to workers; give the path of a file/,
  );
  assert.ok(!existsSync(nowhere));
  await assert.rejects(executor.run({ id: "x", kind: "fit", payload: null }), /the executor is closed/);
});

test("of a single training it is said that others have nothing to do", async () => {
  const warnings: string[] = [];
  const shared = await run({ ...on(2), warn: (message) => void warnings.push(message) }, { refit: 0 });
  assert.match(warnings.join("\n"), /^backtest: there is one training, which one worker does alone; refit trains anew/);
  assert.deepEqual(decided(shared), decided(await run({}, { refit: 0 })));
});

test("a training reads its data once in a thread, and refuses other data and wrong payloads before anything is written", async () => {
  const copy = join(folder, "copy.csv");
  writeFileSync(copy, readFileSync(data));
  const root = join(folder, "fits");
  const context: JobContext = {
    worker: { name: "test", version: "0", cores: 1, kernels: "wasm", host: hostname() },
    store: new FolderStore(join(folder, "store")),
    signal: new AbortController().signal,
    children: new Map(),
    scratch: () => join(folder, "scratch"),
    path: (path) => path,
    report: () => Promise.resolve(),
  };
  const { sha256 } = await fingerprint(copy);
  const payload = (more: object = {}) => ({ data: { path: copy }, sha256, options: { ...given, lookback: 8 }, place: 0, root, name: "fit-1", command: "", ...more }) as FitPayload as Json; // prettier-ignore
  const denied = { ...context, path: () => { throw new Error("outside"); } }; // prettier-ignore
  const wrong: [object, RegExp][] = [
    [
      { sha256: sha256.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) },
      /is not the data that the training was begun with/,
    ],
    [{ sha256: "x" }, /expected a checksum/],
    [{ data: { address: "sha256-../../etc/passwd", ending: "" } }, /expected an address|data/],
    [{ place: 99 }, /there are 6 origins, and none at place 99/],
    [{ place: -1 }, /place: must be at least 0/],
    [{ name: "../x" }, /name/],
    [{ run: "rm" }, /unknown option "run"/],
    [{ options: { ...given, unit: 3 } }, /did you mean "units"/],
    [{ options: { ...given, testData: "/etc/passwd" } }, /unknown option "testData"/],
  ];
  for (const [more, message] of wrong) await assert.rejects(fit(payload(more), context), message, JSON.stringify(more));
  await assert.rejects(fit(payload(), denied), /outside/);
  assert.ok(!existsSync(root));
  await fit(payload(), context);
  rmSync(copy);
  await fit(payload({ place: 1, name: "fit-2" }), context);
  const address = await context.store.put({ file: data });
  await fit(payload({ place: 2, name: "fit-3", data: { address, ending: ".csv" } }), context);
  const before = readdirSync(root).sort();
  assert.deepEqual(await fit(payload(), context), { warnings: [] }, "asked again it is left as it is");
  assert.deepEqual(readdirSync(root).sort(), before);
});
