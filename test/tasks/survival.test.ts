/** Runs that are killed, torn or refused a write: what was learnt is there, and what follows is what would have been, bit for bit. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadModel, Random } from "sluice";
import { classify, resumeRun } from "sluice/tasks";
import { RunFolder } from "../../src/runs/run-folder.js";
import { loadLast } from "../../src/runs/checkpoints.js";

const root = mkdtempSync(join(tmpdir(), "sluice-survival-"));
after(() => rmSync(root, { recursive: true }));

/** Words of two kinds, of which one says the class. */
const data = join(root, "texts.csv");
const random = new Random(5);
const word = () => ["red", "blue", "old", "new", "far", "near"][random.below(6)]!;
const rows = Array.from({ length: 160 }, (_, i) => `${word()} ${i % 2 ? "good" : "bad"} ${word()} ${word()},${i % 2}`);
writeFileSync(data, `text,label\n${rows.join("\n")}\n`);

const options = { text: "text", label: "label", epochs: 5, batchSize: 8, units: [12], patience: 9, saveEvery: 0, seed: 2 }; // prettier-ignore
const quiet = { verbose: 0, report: false, warn: () => undefined } as const;
const train = (runs: string, hooks = {}) => classify.train(data, { ...options, runs }, { ...quiet, ...hooks });

const metricsOf = (folder: string) =>
  readFileSync(join(folder, "metrics.jsonl"), "utf8").replaceAll(/"time":"[^"]*",/g, "");

function assertSame(one: string, other: string): void {
  const bytes = (folder: string) => readFileSync(join(folder, "model.safetensors"));
  assert.ok(bytes(one).equals(bytes(other)), "the models differ");
  assert.equal(metricsOf(one), metricsOf(other));
  assert.equal(readFileSync(join(one, "history.csv"), "utf8"), readFileSync(join(other, "history.csv"), "utf8"));
}

const whole = (await train(join(root, "whole"))).folder!;

test("a run that is stopped within an epoch goes on as if it had not, weights and history bit for bit", async () => {
  for (const stopAfter of [3, 16, 40]) {
    const controller = new AbortController();
    let steps = 0;
    const count = { onBatchEnd: () => void (++steps === stopAfter && controller.abort()) };
    const { folder } = await train(join(root, `stopped-${stopAfter}`), { signal: controller.signal, callbacks: [count] }); // prettier-ignore
    const run = await resumeRun(folder!, quiet);
    assertSame(run.folder!, whole);
  }
});

test("a process that is killed at any moment leaves a folder from which training goes on bit for bit", async () => {
  const script = `import { classify } from "sluice/tasks";
    await classify.train(${JSON.stringify(data)}, JSON.parse(process.argv[1]), { verbose: 0, report: false, warn() {} });`;
  for (const wait of [40, 120, 250]) {
    const runs = join(root, `killed-${wait}`);
    const child = spawn(process.execPath, ["--conditions=sluice-modules", "--input-type=module", "-e", script, JSON.stringify({ ...options, runs })], { stdio: "inherit" }); // prettier-ignore
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (child.exitCode === null && !hasBegun(runs)) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, wait));
    child.kill("SIGKILL");
    await ended;
    const folder = RunFolder.open(join(runs, "latest"));
    if (existsSync(folder.file("evaluation.json"))) continue; // it was faster than the kill
    assertSame((await resumeRun(folder.path, quiet)).folder!, whole);
  }
});

function hasBegun(runs: string): boolean {
  return existsSync(join(runs, "latest")) && existsSync(RunFolder.open(join(runs, "latest")).file("checkpoints/last.safetensors")); // prettier-ignore
}

test("a checkpoint cut at any 4 KiB is seen to be damaged: the one before is used, and the message says so", async () => {
  const last = "checkpoints/last.safetensors";
  const folder = RunFolder.open(cut());
  const { length } = readFileSync(folder.file(last));
  const before = await loadModel(folder.file("checkpoints/previous.safetensors"));
  assert.ok(length > 4 * 4096, `${length}`);
  for (let size = 0; size < length; size += 4096) {
    cpSync(join(whole, last), folder.file(last));
    truncateSync(folder.file(last), size);
    const said: string[] = [];
    const model = await loadLast(folder, (message) => said.push(message));
    assert.deepEqual(model.getWeights()[0]!.data, before.getWeights()[0]!.data);
    assert.match(
      said.join(),
      /last\.safetensors is damaged: .*; going on from .*previous\.safetensors, after 4 epochs/,
    );
  }
});

function cut(): string {
  const copy = join(root, `cut-${Math.floor(performance.now())}`);
  cpSync(whole, copy, { recursive: true });
  return copy;
}

test("a checkpoint of the right length and other content is damaged too; without one that is whole there is an error", async () => {
  const folder = RunFolder.open(cut());
  const path = folder.file("checkpoints/last.safetensors");
  const bytes = readFileSync(path);
  bytes.fill(0, bytes.length - 4096);
  writeFileSync(path, bytes);
  const said: string[] = [];
  await loadLast(folder, (message) => said.push(message));
  assert.match(said.join(), /its content is not what was written/);
  truncateSync(folder.file("checkpoints/previous.safetensors"), 100);
  await assert.rejects(loadLast(folder, () => 0), /last\.safetensors is damaged: .*previous\.safetensors is damaged: .*begin anew/); // prettier-ignore
});

test("a run that goes on from the older checkpoint comes to the same end", async () => {
  const controller = new AbortController();
  let steps = 0;
  const count = { onBatchEnd: () => void (++steps === 37 && controller.abort()) };
  const { folder } = await train(join(root, "torn"), { signal: controller.signal, callbacks: [count] });
  truncateSync(join(folder!, "checkpoints/last.safetensors"), 4096);
  writeFileSync(join(folder!, "checkpoints/last.safetensors.new.12345.tmp"), "half");
  const said: string[] = [];
  const run = await resumeRun(folder!, { ...quiet, warn: (message: string) => said.push(message) });
  assert.match(said.join(), /going on from .*previous\.safetensors/);
  const left = readdirSync(join(folder!, "checkpoints")).sort();
  assert.deepEqual(left, ["best.safetensors", "checkpoints.json", "last.safetensors", "previous.safetensors"]);
  assertSame(run.folder!, whole);
});

test("two processes do not train in one folder", async () => {
  const { folder } = await train(join(root, "one"));
  const opened = RunFolder.open(folder!);
  writeFileSync(opened.file("run.lock"), JSON.stringify({ id: process.ppid, host: (await import("node:os")).hostname(), begun: null })); // prettier-ignore
  await assert.rejects(resumeRun(folder!, { ...quiet, epochs: 7 }), /is training in it; wait for it, or end it/);
});

test("where a checkpoint cannot be written the run ends with a message, and the one before can be gone on from", async () => {
  const runs = join(root, "full");
  let steps = 0;
  const block = {
    onBatchEnd() {
      // What stands where the next checkpoint is written first: as good as a full disk.
      if (++steps === 20) mkdirSync(join(RunFolder.open(join(runs, "latest")).path, `checkpoints/last.safetensors.new.${process.pid}.tmp`)); // prettier-ignore
    },
  };
  await assert.rejects(train(runs, { callbacks: [block] }), /cannot write .*last\.safetensors/);
  const folder = RunFolder.open(join(runs, "latest"));
  assert.match(folder.readText("status.json"), /"state": "failed",[^]*cannot write/);
  rmSync(folder.file(`checkpoints/last.safetensors.new.${process.pid}.tmp`), { recursive: true });
  assertSame((await resumeRun(folder.path, quiet)).folder!, whole);
});
