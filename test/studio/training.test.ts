// From the form to a curve that grows, to a stop, to a resumed run; followed by events, of this studio's and of others' trainings.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type {
  ForecastReply,
  JobReply,
  ModelReply,
  RunDetail,
  RunEvents,
  RunsReply,
  RunSummary,
  SamplesReply,
  StudioState,
  TaskForm,
} from "../../src/studio/api/index.js";
import { PROGRAM } from "../cli/program.js";
import { writePrices } from "../cli/samples.js";
import { Listener } from "./events.js";
import { TestStudio, until } from "./studio.js";

const MARKUP = "<img src=x onerror=alert(1)>";
const SETTINGS = { target: "close", lookback: 8, units: [4], epochs: 100_000, patience: 100_000 };
const studio = await TestStudio.open((folder) => {
  writePrices(folder);
  const broken = join(folder, "runs", "2026-01-01T00-00-00-broken");
  mkdirSync(broken, { recursive: true });
  writeFileSync(join(broken, "config.json"), "{ no JSON");
  const named = join(folder, "runs", `2026-01-02T00-00-00-${MARKUP}`);
  mkdirSync(named);
  writeFileSync(join(named, "config.json"), JSON.stringify({ task: "forecast", data: MARKUP }));
});

const job = (id: string) => studio.get<JobReply>(`/api/jobs/${id}`);
const detail = (run: string) => studio.get<RunDetail>(`/api/runs/${encodeURIComponent(run)}`);
const epochsOf = async (run: string) => (await detail(run)).history.epoch.length;

test("a run is started, its curve grows, it is stopped, and goes on", async () => {
  const all = new Listener(studio, "/api/events");
  const started = await studio.post<JobReply>(
    "/api/runs",
    { task: "forecast", data: "prices.csv", settings: SETTINGS },
    202,
  );
  assert.match(
    started.command,
    /^sluice train prices\.csv --task=forecast --gradient-norms --target=close --lookback=8 --units=4/,
  );
  const run = await until(async () => (await job(started.id)).run);
  const one = new Listener(studio, `/api/runs/${run}/events`);
  await until(() =>
    epochsOf(run).then(
      (n) => n > 2,
      () => false,
    ),
  );
  const during = await detail(run);
  assert.deepEqual([during.run.state, during.run.job], ["running", started.id]);
  const before = during.history.epoch.length;
  const progress = await until(async () => (await detail(run)).progress);
  assert.ok(progress.stepsPerSecond > 0 && progress.samplesPerSecond > progress.stepsPerSecond);
  assert.ok(progress.secondsLeft! > 0 && progress.epochs === SETTINGS.epochs && progress.steps! >= 1);
  await until(async () => (await epochsOf(run)) > before);
  await until(async () => one.of<RunEvents["progress"]>("progress").some((told) => told.progress !== null));

  assert.equal((await studio.post<RunSummary>(`/api/runs/${run}/stop`, {}, 202)).name, run);
  await studio.ask(`/api/runs/${run}/stop`, { method: "POST", body: {} }); // twice changes nothing
  const ended = await until(async () => ((await job(started.id)).state === "ended" ? job(started.id) : null));
  assert.equal(ended.error, null);
  const stopped = await detail(run);
  assert.deepEqual([stopped.run.state, stopped.run.job], ["interrupted", null]);
  assert.ok(existsSync(join(studio.folder, "runs", run, "checkpoints/last.safetensors")));
  assert.ok(
    !existsSync(join(studio.folder, "runs", run, "progress.json")),
    "a run that does not train has no progress",
  );
  assert.equal(stopped.progress, null);
  assert.ok(stopped.gradientNorms.every(({ layer, norms }) => layer === "gru" && norms.length === 8));
  assert.ok(stopped.gradientNorms.length > 0);
  await studio.refused(`/api/runs/${run}/stop`, 409, { method: "POST", body: {} });

  const epochs = stopped.history.epoch.length + 2;
  const resumed = await studio.post<JobReply>(`/api/runs/${run}/resume`, { epochs }, 202);
  await studio.refused(`/api/runs/${run}/resume`, 409, { method: "POST", body: {} });
  await until(async () => (await job(resumed.id)).state === "ended");
  const whole = await detail(run);
  assert.equal(whole.run.state, "finished");
  assert.deepEqual(
    whole.history.epoch,
    Array.from({ length: epochs }, (_, i) => i),
  );
  assert.ok(whole.evaluation!.entries.length >= 2 && whole.report === `/api/runs/${run}/report`);
  assert.equal(whole.run.result!.metric, whole.evaluation!.judge.name);
  const report = await studio.ask(whole.report);
  assert.match(String(report.headers["content-security-policy"]), /default-src 'none'.*sandbox/);
  assert.match(report.text, /^<!doctype html>/);

  await until(async () => one.of<RunEvents["status"]>("status").some(({ summary }) => summary.state === "finished"));
  checkHistory(one.of<RunEvents["history"]>("history"), whole);
  await until(async () => one.of<RunEvents["progress"]>("progress").at(-1)!.progress === null);
  assert.ok(one.of<RunEvents["gradientNorms"]>("gradientNorms").length > 0);
  await until(async () =>
    all.of<RunEvents["job"]>("job").some(({ id, state }) => id === resumed.id && state === "ended"),
  );
  await until(
    async () =>
      all
        .of<RunsReply>("runs")
        .at(-1)!
        .runs.find(({ name }) => name === run)?.state === "finished",
  );
  one.vanish();
  all.vanish();
});

/** The rows that were told, put together, are the whole history; nothing came twice but after a reset. */
function checkHistory(told: readonly RunEvents["history"][], { history }: RunDetail): void {
  let rows: RunEvents["history"]["rows"] = [];
  for (const { reset, rows: more } of told) rows = [...(reset ? [] : rows), ...more];
  assert.deepEqual(
    rows.map(({ epoch }) => epoch),
    history.epoch,
  );
  assert.deepEqual(
    rows.map(({ values }) => values["val_loss"]),
    history.values["val_loss"],
  );
}

test(
  "a training that another process has started is followed and stopped",
  { skip: process.platform === "win32" },
  async () => {
    const words =
      "train prices.csv --task forecast --target close --lookback 8 --units 4 --epochs 100000 --patience 100000 --name other";
    const child = spawn(process.execPath, [...PROGRAM, ...words.split(" ")], { cwd: studio.folder, stdio: "ignore" });
    const closed = new Promise((done) => child.on("close", done));
    const find = async () =>
      (await studio.get<RunsReply>("/api/runs")).runs.find(({ name }) => name.endsWith("-other"));
    const found = await until(async () => ((await find())?.state === "running" ? find() : null));
    assert.equal(found!.job, null);
    await until(async () => (await detail(found!.name)).progress);
    await studio.post(`/api/runs/${found!.name}/stop`, {}, 202);
    await studio.ask(`/api/runs/${found!.name}/stop`, { method: "POST", body: {} }); // twice changes nothing
    assert.equal(await closed, 1);
    assert.equal(
      (await until(async () => ((await find())?.state === "interrupted" ? find() : null)))!.state,
      "interrupted",
    );
  },
);

test("a model for each series is begun on two threads, and each is a run", { timeout: 60_000 }, async () => {
  const days = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10));
  const lines = ["a", "b"].flatMap((store) => days.map((day, i) => `${day},${store},${10 + 3 * Math.sin(i / 2)}`));
  writeFileSync(join(studio.folder, "shops.csv"), `${["day,store,sold", ...lines].join("\n")}\n`);
  const settings = { target: "sold", time: "day", id: "store", horizon: 2, lookback: 4, units: [2], epochs: 1 };
  const request = { task: "forecast", data: "shops.csv", settings, parallel: { perSeries: true, workers: 2 } };
  const job = await studio.post<JobReply>("/api/runs", request, 202);
  assert.match(job.command, / --per-series --workers=2$/);
  const name = await until(async () => (await studio.get<JobReply>(`/api/jobs/${job.id}`)).run);
  const { series } = await until(async () => {
    const detail = await studio.get<RunDetail>(`/api/runs/${name}`);
    return detail.run.state === "finished" && detail;
  }, 40);
  const one = encodeURIComponent(`${name}/series/${series!.series[1]!.run}`);
  const forecast = await studio.get<ForecastReply>(`/api/runs/${one}/forecast`);
  assert.deepEqual(forecast.series, ["b: sold"], "the rows of other series are none of its");
  assert.equal(forecast.forecast!.x.length, 2);
  const { samples } = await studio.get<SamplesReply>(`/api/runs/${one}/samples`);
  assert.ok(samples.length > 0 && samples.every(({ reference }) => reference["store"] === "b"));
  const { parameters } = await studio.get<ModelReply>(`/api/runs/${one}/model`);
  assert.ok(parameters > 0);
  const { id: _, ...alone } = settings;
  for (const [given, parallel, problem] of [
    [alone, { perSeries: true }, /an id that tells them apart/],
    [settings, { workers: 65 }, /workers/],
    [settings, { threads: 2 }, /threads/],
  ] as const) {
    const refused = await studio.refused("/api/runs", 422, { method: "POST", body: { ...request, settings: given, parallel } }); // prettier-ignore
    assert.match(refused.detail, problem);
  }
});

test("what cannot be trained says why", async () => {
  const send = (settings: object, data = "prices.csv") => ({
    method: "POST",
    body: { task: "forecast", data, settings },
  });
  const wrong = await studio.refused("/api/runs", 422, send({ target: "close", lookbak: 8 }));
  assert.match(wrong.detail, /did you mean "lookback"/);
  assert.match(
    (await studio.refused("/api/runs", 422, send({ target: "close", epochs: 0 }))).detail,
    /epochs.*at least 1/,
  );
  await studio.refused("/api/runs", 404, send({ target: "close" }, "nothing.csv"));
  const { id } = await studio.post<JobReply>("/api/runs", send({ target: MARKUP }).body, 202);
  const failed = await until(async () => ((await job(id)).state === "failed" ? job(id) : null));
  assert.match(
    failed.error!,
    /prices\.csv has no column "<img src=x onerror=alert\(1\)>"; there are date, close, volume/,
  );
  assert.equal((await studio.get<StudioState>("/api/state")).jobs[0]!.id, id);
  await studio.refused("/api/jobs/none", 404);
});

test("settings that no flag can tell go as a configuration", async () => {
  const settings = { target: ["close"], lookback: 8, units: [4], epochs: 1, calendar: [], name: "configured" };
  const { id, command } = await studio.post<JobReply>(
    "/api/runs",
    { task: "forecast", data: "prices.csv", settings },
    202,
  );
  assert.match(command, /--config=/);
  const ended = await until(async () => ((await job(id)).state === "ended" ? job(id) : null), 40);
  assert.equal((await detail(ended.run!)).config["calendar"], "none", "which is what an empty list says");
});

test("broken runs and markup in names are data", async () => {
  const { runs } = await studio.get<RunsReply>("/api/runs");
  const broken = runs.find(({ name }) => name.endsWith("-broken"))!;
  assert.equal(broken.state, "broken");
  assert.match(broken.problem!, /config\.json/);
  assert.equal((await detail(broken.name)).run.state, "broken");
  const named = runs.find(({ name }) => name.includes(MARKUP))!;
  assert.equal((await detail(named.name)).config["data"], MARKUP);
  const { headers } = await studio.ask(`/api/runs/${encodeURIComponent(named.name)}`);
  assert.match(String(headers["content-type"]), /^application\/json/);
});

test("forms have every option of the task but the folder of runs, in groups", async () => {
  const { tasks, folder, version } = await studio.get<StudioState>("/api/state");
  assert.equal(folder, studio.folder);
  const published = JSON.parse(readFileSync("schema/config.json", "utf8")) as {
    anyOf: { properties: Record<string, object> }[];
  };
  assert.equal(version, (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version);
  assert.equal(tasks.length, 6);
  for (const [i, { name }] of tasks.entries()) {
    const { groups } = await studio.get<TaskForm>(`/api/schema/${name}`);
    const names = groups.flatMap(({ options }) => options.map((option) => option.name));
    const { $schema: _, data: __, task: ___, runs: ____, ...properties } = published.anyOf[i]!.properties;
    assert.deepEqual([...names].sort(), Object.keys(properties).sort());
    assert.equal(new Set(names).size, names.length);
  }
  const { groups } = await studio.get<TaskForm>("/api/schema/forecast");
  const option = (name: string) => groups.flatMap(({ options }) => options).find((one) => one.name === name)!;
  assert.deepEqual(
    [option("target").holds, option("time").holds, option("testData").holds, option("epochs").holds],
    ["columns", "column", "file", "value"],
  );
  assert.equal(option("epochs").schema.default, 100);
  await studio.refused("/api/schema/cook", 404);
});

test("no fault of the studio's own", () => assert.deepEqual(studio.faults, []));
