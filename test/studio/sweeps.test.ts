// Sweeps: what the list and the page are told of them, as they grow; begun, stopped and gone on with; trials as runs of their own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { importanceOf } from "../../src/distributed/search/importance.js";
import type { JobReply, RunDetail, RunEvents, RunsReply, SweepReply } from "../../src/studio/api/index.js";
import { PROGRAM } from "../cli/program.js";
import { writePrices } from "../cli/samples.js";
import { Listener } from "./events.js";
import { TestStudio, until } from "./studio.js";
import { madeTrials, SPACE, waiting, writeSweep, writeTraining } from "./sweep-folder.js";

const made = { large: "", halving: "", live: "", damaged: "", training: "", stranger: "" };
const studio = await TestStudio.open((folder) => {
  writePrices(folder);
  mkdirSync(join(folder, "elsewhere"));
  writeFileSync(join(folder, "elsewhere", "config.json"), "{}");
  made.large = writeSweep(folder, { name: "large", trials: madeTrials(400) });
  const halving = { halving: true, rungs: 3 };
  made.halving = writeSweep(folder, {
    name: "halving",
    trials: madeTrials(27, { rungs: [1, 4, 12] }),
    options: halving,
  });
  const trials = [...madeTrials(5), waiting(5, { units: [8], cell: "gru", learningRate: 0.01 })];
  made.live = writeSweep(folder, { name: "live", state: "running", allowed: 40, trials });
  made.training = writeTraining(folder, made.live, 5);
  symlinkSync(join(folder, "elsewhere"), join(folder, "runs", made.live, "trials", "2026-link-trial-009"));
  made.damaged = writeSweep(folder, { name: "damaged", trials: madeTrials(3) });
  appendFileSync(join(folder, "runs", made.damaged, "sweep.json"), "}");
  made.stranger = writeSweep(folder, { name: "stranger", trials: madeTrials(3), settings: { horizons: 3 } });
});

const detail = (run: string) => studio.get<RunDetail>(`/api/runs/${encodeURIComponent(run)}`);
const job = (id: string) => studio.get<JobReply>(`/api/jobs/${id}`);
const summary = async (run: string) =>
  (await studio.get<RunsReply>("/api/runs")).runs.find(({ name }) => name === run)!;
const sweep = async (run: string): Promise<SweepReply> => (await detail(run)).sweep!;

test("the list has a sweep as one run, with its trials and its best", async () => {
  const { runs } = await studio.get<RunsReply>("/api/runs");
  assert.equal(runs.length, 5, "trials are none of the list");
  const { verb, sweep: large } = await summary(made.large);
  const values = madeTrials(400).flatMap(({ rungs }) => rungs.map(({ value }) => value!));
  assert.deepEqual([verb, large!.done, large!.of, large!.failed], ["sweep", 400, 400, 44]);
  assert.equal(large!.best!.value, Math.min(...values));
  assert.deepEqual(large!.judge, { metric: "MAE", mode: "min", unit: "items" });
  assert.ok(large!.course.length <= 60 && large!.course.at(-1) === large!.best!.value);
  assert.deepEqual(
    large!.course.toSorted((a, b) => b - a),
    large!.course,
    "it never gets worse",
  );
  const live = (await summary(made.live)).sweep!;
  assert.deepEqual([live.done, live.of], [5, 40]);
});

test("a sweep has its space, trials by rank, importance, and the command that trains the best", async () => {
  const own = await sweep(made.large);
  const values = own.trials.map(({ value }) => value).filter((value) => value !== null);
  assert.equal(own.trials.length, 400);
  const ranked = own.trials.filter(({ rank }) => rank !== null).sort((a, b) => a.rank! - b.rank!);
  assert.deepEqual(ranked.map(({ value }) => value), values.toSorted((a, b) => a - b)); // prettier-ignore
  assert.equal(ranked[0]!.trial, own.best!.trial);
  assert.match(own.trials[4]!.reason!, /no number/);
  const tried = madeTrials(400).map(({ point, rungs }) => ({ point, value: rungs[0]?.value ?? null }));
  assert.deepEqual(own.importance, importanceOf(SPACE, tried));
  const { units } = ranked[0]!.point as { units: number[] };
  assert.match(own.best!.command!, /^sluice train data\/sales\.csv --task=forecast --target=sold --epochs=12 /);
  assert.ok(own.best!.command!.includes(` --units=${units.join()} `), own.best!.command!);
  const halving = await sweep(made.halving);
  assert.deepEqual([halving.rungs, halving.jobs.of], [[1, 4, 12], 27 + 9 + 3]);
});

test("options that the task does not know any more, and a file that is none, leave the rest to be seen", async () => {
  const strange = await sweep(made.stranger);
  assert.deepEqual([strange.rungs, strange.trials.length], [null, 3]);
  const { run, sweep: none } = await detail(made.damaged);
  assert.equal(none, null);
  assert.match(run.problem!, /sweep\.json/);
  assert.equal(run.sweep, null);
});

test("what a sweep learns is told as it comes", async () => {
  const told = new Listener(studio, `/api/events?run=${made.live}`);
  const first = await until(async () => told.of<RunEvents["sweep"]>("sweep")[0]);
  assert.equal(first.sweep!.trials.length, 6);
  const [training] = await until(async () => told.of<RunEvents["training"]>("training").map(({ trials }) => trials)[0]);
  assert.deepEqual(training, { trial: 5, run: made.training, epoch: 3, epochs: 12, loss: 0.5 });
  assert.equal(first.sweep!.trials[5]!.run, made.training);
  writeTraining(studio.folder, made.live, 5, 7);
  await until(async () => told.of<RunEvents["training"]>("training").some(({ trials }) => trials[0]?.epoch === 7));
  writeSweep(studio.folder, { name: "live", state: "running", allowed: 40, trials: madeTrials(7) });
  await until(async () => told.of<RunEvents["sweep"]>("sweep").at(-1)!.sweep!.trials.length === 7);
  assert.ok(told.of<RunEvents["sweep"]>("sweep").length <= 3, "what has not changed is not told again");
  told.vanish();
});

test("a trial is a run with a page of its own, that ends with its sweep", async () => {
  const { run, files } = await detail(made.training);
  assert.deepEqual([run.name, run.state], [made.training, "running"]);
  assert.ok(files.some(({ name }) => name === "config.json"));
  assert.ok((await detail(made.live)).files.every(({ name }) => !name.startsWith("trials/")));
  const path = `/api/runs/${encodeURIComponent(made.training)}`;
  const refused = await studio.refused(`${path}/stop`, 409, { method: "POST", body: {} });
  assert.match(refused.detail, /stop that/);
  await studio.refused(`${path}/resume`, 409, { method: "POST", body: {} });
});

test("names of trials are names", async () => {
  const link = `${made.live}/trials/2026-link-trial-009`;
  for (const name of [
    link,
    `${made.live}/trials`,
    `${made.live}/trials/`,
    `${made.live}/trials/..`,
    `${made.live}/../${made.live}`,
    `${made.live}/trials/../../${made.live}`,
    `${made.live}/checkpoints/x`,
    `${made.training}/checkpoints`,
    `${made.live}//${made.live}`,
    `../elsewhere`,
    `${made.live}/trials/a\0b`,
    `${made.live}\\trials\\x`,
    "/",
    "",
  ])
    for (const route of ["", "/model", "/report", "/events", "/samples"]) {
      const { status } = await studio.ask(`/api/runs/${encodeURIComponent(name)}${route}`);
      assert.ok(status === 404 || (name === "" && status < 500), `${JSON.stringify(name)}${route}: ${status}`);
    }
  assert.ok(
    (await sweep(made.live)).trials.every(({ run }) => run !== link),
    "a link is no trial",
  );
});

const SETTINGS = { target: "close", lookback: 8, epochs: 1 };
const begin = (search: unknown, settings: object = SETTINGS) => ({
  task: "forecast",
  data: "prices.csv",
  settings,
  search,
});

test("a search is begun, and goes on with more trials", { timeout: 120_000 }, async () => {
  const search = { space: ["units=2,3", "rate=log:1e-3..1e-1"], trials: 2, method: "random", workers: 1 };
  const { id, command } = await studio.post<JobReply>("/api/runs", begin(search), 202);
  assert.match(
    command,
    /^sluice sweep prices\.csv --task=forecast --target=close --lookback=8 --epochs=1 --space=units=2,3 --space=rate=log:1e-3\.\.1e-1 --trials=2 --method=random --workers=1$/,
  );
  const ended = await until(async () => ((await job(id)).state === "ended" ? job(id) : null), 60);
  const run = ended.run!;
  const own = await detail(run);
  assert.deepEqual([own.run.state, own.run.sweep!.done, own.run.verb], ["finished", 2, "sweep"]);
  assert.ok(own.evaluation!.entries.length >= 2 && own.report !== null);
  const best = own.sweep!.trials.find(({ rank }) => rank === 0)!;
  assert.equal((await detail(best.run!)).run.state, "finished");
  assert.equal((await studio.ask(`/api/runs/${encodeURIComponent(best.run!)}/model`)).status, 200);
  await studio.refused(`/api/runs/${run}/resume`, 422, { method: "POST", body: { trials: 0 } });
  const more = await studio.post<JobReply>(`/api/runs/${run}/resume`, { trials: 3 }, 202);
  assert.match(more.command, /^sluice sweep --resume=runs\/.*-sweep --trials=3$/);
  await until(async () => (await job(more.id)).state === "ended", 60);
  assert.equal((await sweep(run)).trials.length, 3);
});

test("a search that cannot be done says why, before anything is begun", async () => {
  const send = (search: unknown, settings?: object) => ({ method: "POST", body: begin(search, settings) });
  const says = async (search: unknown, settings?: object) =>
    (await studio.refused("/api/runs", 422, send(search, settings))).detail;
  assert.match(await says({ space: ["unit=2,3"] }), /did you mean "units"/);
  assert.match(await says({ space: ["units=3..2"] }), /low end/);
  assert.match(await says({ space: [] }), /space/);
  assert.match(await says({ space: ["units=2"], trial: 3 }), /did you mean "trials"/);
  assert.match(await says({ space: ["units=2"] }, { ...SETTINGS, units: [3] }), /units is in the space and among/);
  assert.match(await says({ space: ["validationData=../x.csv,prices.csv"] }), /validationData/);
  assert.match(await says({ space: ["units=2"], redis: "redis://x" }), /redis/);
  for (const search of ["units=2", [], null, 3]) await studio.refused("/api/runs", 400, send(search));
});

test("a search that another process has begun is stopped", { skip: process.platform !== "linux" }, async () => {
  const words =
    "sweep prices.csv --task forecast --target close --lookback 8 --epochs 100000 --patience 100000 --space units=2,3 --workers 1 --name other";
  const child = spawn(process.execPath, [...PROGRAM, ...words.split(" ")], { cwd: studio.folder, stdio: "ignore" });
  const closed = new Promise((done) => child.on("close", done));
  const find = async () =>
    (await studio.get<RunsReply>("/api/runs")).runs.find(({ name }) => name.endsWith("-other-sweep"));
  const found = await until(async () => ((await find())?.state === "running" ? find() : null));
  const trained = await until(async () => (await detail(found!.name)).training[0]);
  assert.equal(trained.trial, 0);
  await studio.post(`/api/runs/${found!.name}/stop`, {}, 202);
  assert.equal(await closed, 1);
  const { run, sweep: stopped } = await detail(found!.name);
  assert.deepEqual([run.state, stopped!.trials[0]!.state], ["interrupted", "waiting"]);
  const folder = join(studio.folder, "runs", stopped!.trials[0]!.run!);
  assert.ok(existsSync(join(folder, "checkpoints/last.safetensors")));
  assert.match(readFileSync(join(folder, "status.json"), "utf8"), /interrupted/);
});

test("no fault of the studio's own", () => assert.deepEqual(studio.faults, []));
