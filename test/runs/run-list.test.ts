import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import type { Evaluation } from "../../src/runs/evaluation.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { listRuns, removeRun } from "../../src/runs/run-list.js";
import { markRun, readStatus } from "../../src/runs/run-status.js";
import { temporaryFolder } from "../support/temporary.js";

const root = () => temporaryFolder("sluice-runs");
const noLinks = process.platform === "win32" && "links need rights there";
let day = 1;

function makeRun(place: string, name: string): RunFolder {
  const folder = RunFolder.create(place, name, new Date(2026, 2, day++));
  folder.writeJson("config.json", { task: "forecast" });
  folder.writeJson("environment.json", { date: "2026-03-01T00:00:00.000Z" });
  return folder;
}

const EVALUATION: Evaluation = {
  count: 10,
  of: "windows",
  part: "test",
  judge: { name: "mae", mode: "min", unit: "°C" },
  entries: [
    { name: "GRU", kind: "network", values: { mae: 2 } },
    { name: "last value", kind: "trivial", values: { mae: 3 } },
    { name: "linear", kind: "simple", values: { mae: 1.5 } },
    { name: "odd", kind: "simple", values: { mae: Number.NaN } },
  ],
  verdict: "worse",
  pictures: [],
};

test("runs are listed newest first, with what came out", () => {
  const place = root();
  assert.deepEqual(listRuns(join(place, "none")), []);
  const [a, b] = [makeRun(place, "a"), makeRun(place, "b")];
  a.writeText("metrics.jsonl", '{"epoch":0,"time":"","loss":1}\n{"epoch":1,"time":"","loss":1}\n{"epo');
  a.writeJson("evaluation.json", EVALUATION);
  markRun(a, "finished");
  const [second, first] = listRuns(place);
  assert.deepEqual([first!.path, second!.path], [a.path, b.path]);
  const { state, task, date, epochs, result } = first!;
  assert.deepEqual([state, task, date, epochs], ["finished", "forecast", "2026-03-01T00:00:00.000Z", 2]);
  assert.deepEqual(result, { part: "test", metric: "mae", mode: "min", unit: "°C", network: 2, baseline: { name: "linear", value: 1.5 }, verdict: "worse" });
  assert.deepEqual([second!.state, second!.result], ["interrupted", null]);
  b.writeJson("evaluation.json", { ...EVALUATION, part: "validation" });
  assert.equal(listRuns(place)[0]!.result!.part, "validation");
});

test("a run whose process is gone was interrupted; one that failed says why", () => {
  const folder = makeRun(root(), "a");
  markRun(folder, "running");
  assert.equal(readStatus(folder).state, "running");
  const gone = { state: "running", date: "", process: { id: 2 ** 22 + 1, host: hostname() } };
  folder.replaceJson("status.json", gone);
  assert.equal(readStatus(folder).state, "interrupted");
  folder.replaceJson("status.json", { ...gone, process: { id: 1, host: "another machine" } });
  assert.equal(readStatus(folder).state, "running", "who knows");
  markRun(folder, "failed", "the disk is full");
  assert.deepEqual([readStatus(folder).state, readStatus(folder).reason], ["failed", "the disk is full"]);
});

test("folders that are broken are listed as such, and keep no other from being listed", () => {
  const place = root();
  const good = makeRun(place, "good");
  const broken = ["config", "metrics", "evaluation"].map((name) => makeRun(place, name));
  broken[0]!.replaceText("config.json", "{");
  broken[1]!.writeText("metrics.jsonl", "nonsense\n");
  broken[2]!.writeText("evaluation.json", "{}");
  mkdirSync(join(place, "empty"));
  writeFileSync(join(place, "file.txt"), "");
  const runs = listRuns(place);
  assert.equal(runs.length, 5);
  assert.deepEqual(runs.filter((run) => run.state !== "broken").map((run) => run.path), [good.path]);
  const problems = runs.map((run) => run.problem ?? "").join("\n");
  for (const what of [/config\.json: JSON/, /metrics\.jsonl, line 1: JSON/, /holds no evaluation/, /empty holds no config\.json/]) assert.match(problems, what);
});

test("a run is removed with all that is in it, and latest names what is left", () => {
  const place = root();
  const [a, b] = [makeRun(place, "a"), makeRun(place, "b")];
  b.writeText("checkpoints/deep/x.txt", "x");
  assert.equal(basename(removeRun("latest", place)), b.name);
  assert.ok(!existsSync(b.path));
  assert.equal(readFileSync(join(place, "latest"), "utf8"), `${a.name}\n`);
  removeRun(a.name, place);
  assert.deepEqual(readdirSync(place), []);
  assert.throws(() => removeRun(a.name, place), /there is no run/);
});

test("nothing is removed that is no run, or that lies elsewhere", () => {
  const [place, elsewhere] = [root(), root()];
  const outside = makeRun(elsewhere, "a");
  makeRun(place, "b");
  mkdirSync(join(place, "notes"));
  writeFileSync(join(place, "notes", "precious.txt"), "");
  for (const where of [outside.path, elsewhere, place, join(place, "..", basename(elsewhere), outside.name)]) {
    assert.throws(() => removeRun(where, place), /runs remove: .* is not in/, where);
  }
  assert.throws(() => removeRun("notes", place), /notes holds no config\.json, so it is no run/);
  assert.throws(() => removeRun(join(place, "notes", ".."), place), /is not in/);
  assert.ok(existsSync(outside.file("config.json")) && existsSync(join(place, "notes", "precious.txt")));
});

test("no link is followed: not in a run, and not instead of a run", { skip: noLinks }, () => {
  const [place, elsewhere] = [root(), root()];
  const outside = makeRun(elsewhere, "outside");
  outside.writeText("precious.txt", "precious");
  const run = makeRun(place, "a");
  run.writeText("checkpoints/x.txt", "x");
  symlinkSync(outside.path, run.file("link"));
  symlinkSync(outside.path, run.file("checkpoints/link"));
  symlinkSync(outside.file("precious.txt"), run.file("precious.txt"));
  removeRun(run.path, place);
  assert.ok(!existsSync(run.path));

  for (const given of ["linked", join(place, "linked"), `${join(place, "linked")}/`]) {
    symlinkSync(outside.path, join(place, "linked"));
    removeRun(given, place);
    assert.equal(lstatSync(join(place, "linked"), { throwIfNoEntry: false }), undefined, given);
  }
  symlinkSync(join(elsewhere, "nowhere"), join(place, "dangling"));
  removeRun("dangling", place);
  assert.deepEqual(readdirSync(place), []);
  assert.equal(outside.readText("precious.txt"), "precious");

  // A link in the path above the run leads out of the root.
  symlinkSync(elsewhere, join(place, "away"));
  assert.throws(() => removeRun(join(place, "away", outside.name), place), /is not in/);
  assert.ok(existsSync(outside.file("config.json")));
});

test("links in a root are no runs to the list", { skip: noLinks }, () => {
  const [place, elsewhere] = [root(), root()];
  symlinkSync(makeRun(elsewhere, "a").path, join(place, "linked"));
  assert.deepEqual(listRuns(place), []);
});

test("what is made of trainings says how many of them have ended, and their epochs together", () => {
  const place = root();
  const [series, sweep, broken] = [makeRun(place, "series"), makeRun(place, "sweep"), makeRun(place, "broken")];
  const one = (state: string, epochs: number | null) => ({ id: state, run: state, state, epochs });
  series.writeJson("series.json", { series: [one("done", 3), one("done", 4), one("set aside", null), one("failed", null), one("waiting", null)] }); // prettier-ignore
  const trial = (state: string, ...rungs: number[]) => ({ state, rungs: rungs.map((epochs) => ({ epochs })) });
  sweep.writeJson("sweep.json", { trials: [trial("done", 2, 6), trial("done", 2), trial("failed"), trial("waiting")] });
  broken.writeJson("sweep.json", { trials: 3 });
  const [third, second, first] = listRuns(place);
  assert.deepEqual([first!.epochs, first!.trainings], [7, { of: "series", done: 2, failed: 2, all: 5 }]);
  assert.deepEqual([second!.epochs, second!.trainings], [8, { of: "trials", done: 2, failed: 1, all: 4 }]);
  assert.deepEqual([third!.state, third!.trainings], ["broken", undefined]);
});
