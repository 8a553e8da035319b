/** One trial: what it answers, that asking again changes nothing, and that rungs and interruptions leave no trace in the weights. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Json } from "../../src/format/json.js";
import type { JobContext } from "../../src/distributed/job.js";
import { FolderStore } from "../../src/distributed/store/folder-store.js";
import { trial, type TrialResult } from "../../src/distributed/trial.js";
import { writePrices } from "../cli/samples.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-trial-"));
const data = join(folder, "prices.csv");
before(() => writePrices(folder));
after(() => rmSync(folder, { recursive: true, force: true }));

const settings = { target: "close", lookback: 8, units: [3], epochs: 4, seed: 5, linear: false };
const payload = (name: string, more: object = {}) =>
  ({
    task: "forecast",
    data: { path: data },
    settings,
    runs: join(folder, "runs"),
    name,
    command: "sweep",
    ...more,
  }) as Json;

function context(more: Partial<JobContext> = {}): JobContext {
  return {
    worker: { name: "test", version: "0", cores: 1, kernels: "wasm", host: hostname() },
    store: new FolderStore(join(folder, "store")),
    signal: new AbortController().signal,
    path: (given) => given,
    report: () => Promise.resolve(),
    children: new Map(),
    scratch: () => mkdtempSync(join(folder, "scratch-")),
    ...more,
  };
}

const done = async (name: string, more: object = {}, around: Partial<JobContext> = {}) =>
  (await trial(payload(name, more), context(around))) as unknown as TrialResult;
const weights = ({ run }: TrialResult) => readFileSync(join(run, "checkpoints/best.safetensors"));
const trained = ({ run }: TrialResult) => readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n").length;

test("a trial is a run that is judged on the validation part, and asked again it answers from its folder", async () => {
  const told: Json[] = [];
  const first = await done("a", {}, { report: (progress) => Promise.resolve(void told.push(progress)) });
  assert.equal(first.epochs, 4);
  assert.equal(first.judge.mode, "min");
  assert.ok(first.value! > 0 && first.parameters > 0);
  assert.equal(told.length, 4);
  const evaluation = JSON.parse(readFileSync(join(first.run, "evaluation.json"), "utf8"));
  assert.equal(evaluation.part, "validation");
  assert.equal(evaluation.entries[0].values[first.judge.name], first.value);
  assert.deepEqual(await done("a"), first);
  // The process ended before it had noted what it found.
  rmSync(join(first.run, "trial.json"));
  assert.deepEqual({ ...(await done("a")), seconds: 0 }, { ...first, seconds: 0, warnings: [] });
});

test("rungs lead to the same weights as training at once", async () => {
  const whole = await done("whole");
  const low = await done("rungs", { until: 1 });
  assert.equal(low.epochs, 1);
  assert.deepEqual(await done("rungs", { until: 1 }), low);
  const middle = await done("rungs", { until: 3 });
  assert.equal(middle.epochs, 3);
  assert.deepEqual(await done("rungs", { until: 1 }), low, "a rung that is behind is still known");
  const all = await done("rungs");
  assert.equal(all.run, low.run);
  assert.deepEqual([all.epochs, all.value], [4, whole.value]);
  assert.deepEqual(weights(all), weights(whole));
});

test("a trial that was stopped goes on where it was, and one that patience ended is not trained further", async () => {
  const stopping = new AbortController();
  const stop = { signal: stopping.signal, report: () => Promise.resolve(stopping.abort()) };
  await assert.rejects(done("cut", {}, stop), { name: "AbortError" });
  const cut = await done("cut");
  assert.equal(cut.epochs, 4);
  assert.deepEqual(weights(cut), weights(await done("whole")));
  const impatient = { settings: { ...settings, patience: 1, learningRate: 1e-9, epochs: 9 } };
  const short = await done("patience", { ...impatient, until: 6 });
  assert.ok(short.epochs < 6, `${short.epochs}`);
  const later = await done("patience", impatient);
  assert.deepEqual([later.epochs, later.value, trained(later)], [short.epochs, short.value, short.epochs]);
});

test("patience that ends a training just where a rung would wait has ended it", async () => {
  const impatient = { settings: { ...settings, patience: 2, learningRate: 1e-9, epochs: 9 } };
  const whole = await done("impatient", impatient);
  assert.ok(whole.epochs < 9, `${whole.epochs}`);
  const rung = await done("impatient-rung", { ...impatient, until: whole.epochs });
  assert.equal(rung.epochs, whole.epochs);
  const later = await done("impatient-rung", impatient);
  assert.deepEqual([later.epochs, later.value, trained(later)], [whole.epochs, whole.value, whole.epochs]);
  assert.deepEqual(weights(later), weights(whole));
});

test("a run without a checkpoint begins anew, and nothing of the first is left", async () => {
  const aborted = new AbortController();
  await assert.rejects(
    done("early", {}, { signal: aborted.signal, report: () => Promise.reject(new Error("dies")) }),
    /dies/,
  );
  const [name] = readdirSync(join(folder, "runs")).filter((one) => one.endsWith("-early"));
  rmSync(join(folder, "runs", name!, "checkpoints"), { recursive: true });
  // As a thread of this process leaves it that has died.
  const owner = { id: process.pid, host: hostname() };
  writeFileSync(
    join(folder, "runs", name!, "status.json"),
    JSON.stringify({ state: "running", date: "", process: owner }),
  );
  writeFileSync(join(folder, "runs", name!, "run.lock"), JSON.stringify({ ...owner, begun: null }));
  const again = await done("early");
  assert.deepEqual(weights(again), weights(await done("whole")));
  assert.equal(readdirSync(join(folder, "runs")).filter((one) => one.endsWith("-early")).length, 1);
});

test("data come from the store too, and wrong payloads are refused before anything is written", async () => {
  const address = await new FolderStore(join(folder, "store")).put({ file: data });
  const stored = await done("stored", { data: { address, ending: ".csv" } });
  assert.equal(stored.value, (await done("whole")).value);
  const wrong: [object, RegExp][] = [
    [{ data: { address: "sha256-../../etc/passwd", ending: "" } }, /expected an address|data/],
    [{ data: { address, ending: "/../x" } }, /is no ending of a file/],
    [{ task: "forecats" }, /did you mean "forecast"/],
    [{ name: "../x" }, /name/],
    [{ until: 0 }, /until: must be at least 1/],
    [{ run: "rm" }, /unknown option "run"/],
    [{ settings: { ...settings, unit: 3 } }, /did you mean "units"/],
  ];
  for (const [more, message] of wrong) await assert.rejects(done("wrong", more), message, JSON.stringify(more));
  const denied = { path: () => { throw new Error("outside"); } }; // prettier-ignore
  await assert.rejects(done("wrong", {}, denied), /outside/);
  assert.ok(!readdirSync(join(folder, "runs")).some((one) => one.endsWith("-wrong")));
});
