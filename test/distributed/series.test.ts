/** A model for each series: each as if it had been trained by itself, whoever trains it and however often it was cut off. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ThreadExecutor } from "../../src/distributed/executors/threads.js";
import type { Executor, Job, JobOutcome } from "../../src/distributed/job.js";
import { openSeries } from "../../src/distributed/series/open.js";
import { goOnWithSeries, trainSeries as trainHere } from "../../src/distributed/series/public-series.js";
import { splitSource } from "../../src/distributed/series/split.js";
import { resumeSeries, SeriesStopped, trainSeries, type PerSeries, type SeriesHooks } from "../../src/distributed/series/train-series.js"; // prettier-ignore
import { tableOf, takeRows } from "../../src/data/index.js";
import { isSeriesRun } from "../../src/runs/run-folder.js";
import { describeRun } from "../../src/runs/run-list.js";
import { forecastOptions } from "../../src/tasks/forecast/options.js";
import { forecastTask } from "../../src/tasks/forecast/forecast-task.js";
import { openRun, resumeRun } from "../../src/tasks/open-run.js";
import { trainTask } from "../../src/tasks/train-task.js";
import { here, shops } from "./support/shops.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-series-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const common = { target: "sales", id: "shop", lookback: 8, horizon: 2, units: [3], epochs: 3, linear: false, seed: 4, runs: join(folder, "runs") }; // prettier-ignore
const hooks = (more: Partial<SeriesHooks> = {}): SeriesHooks => ({ executor: (store) => here(store), warn: () => undefined, ...more }); // prettier-ignore
const train = (rows: ReturnType<typeof shops>, more: object = {}, around: Partial<SeriesHooks> = {}) =>
  trainSeries(rows, { ...common, ...more }, hooks(around));

const weightsOf = (run: string) => readFileSync(join(run, "model.safetensors"));
const seriesIn = ({ folder: path }: { folder: string }) => readdirSync(join(path, "series")).sort();
/** All but names and times. */
const learnt = ({ ledger, evaluation, folder: path }: PerSeries) => ({
  series: ledger.series.map((record) => ({ ...record, seconds: null })),
  summary: ledger.summary,
  evaluation,
  models: ledger.series.filter(({ state }) => state === "done").map(({ run }) => [run, weightsOf(join(path, "series", run)).toString("base64")]), // prettier-ignore
});

test("each series has the model, to the last bit, that it has when it is trained by itself", async () => {
  const rows = shops({ a: 90, b: 70, c: 60 });
  const whole = await train(rows, { name: "whole" });
  assert.deepEqual(whole.ledger.series.map(({ state, rows: own }) => [state, own]), [["done", 90], ["done", 70], ["done", 60]]); // prettier-ignore
  const table = tableOf(rows);
  const { series } = await splitSource(table, forecastOptions.parse(common));
  for (const { id, seed, rows: own } of series) {
    const alone = await trainTask(forecastTask, takeRows(table, own), { ...common, seed, name: `alone-${id}` }, { verbose: 0, report: false, warn: () => undefined }); // prettier-ignore
    const { model, pipeline, history } = await openSeries(whole.folder).open(id);
    assert.deepEqual(
      model.getWeights().map(({ data }) => data),
      alone.model.getWeights().map(({ data }) => data),
    );
    assert.deepEqual(pipeline.toJSON(), alone.pipeline.toJSON());
    assert.deepEqual(history.history, alone.history.history);
    const entries = (await openSeries(whole.folder).open(id)).evaluation!.entries;
    assert.deepEqual(entries, alone.evaluation!.entries);
  }
});

test("neither the place of a series, nor its neighbours, nor the number of threads matter", async () => {
  const rows = shops({ a: 60, b: 60, c: 60, d: 60 });
  const one = await train(rows, { name: "one" });
  const threads = await train(rows, { name: "threads" }, { executor: (store) => new ThreadExecutor({ store, workers: 2 }) }); // prettier-ignore
  assert.deepEqual(learnt(threads), learnt(one));
  const fewer = await train(rows.filter(({ shop }) => shop !== "a").reverse(), { name: "fewer" });
  const models = new Map(learnt(one).models as [string, string][]);
  for (const [run, weights] of learnt(fewer).models) assert.equal(models.get(run!), weights);
});

test("the folders of series are small, and those of the whole and of one are runs", async () => {
  const run = await train(shops({ a: 60, "b/c": 60 }), { name: "small" });
  assert.deepEqual(readdirSync(run.folder).sort(), ["config.json", "data.json", "environment.json", "evaluation.json", "report.html", "series", "series.json", "status.json"]); // prettier-ignore
  for (const name of seriesIn(run))
    assert.deepEqual(readdirSync(join(run.folder, "series", name)).sort(), ["config.json", "evaluation.json", "metrics.jsonl", "model.safetensors", "result.json"]); // prettier-ignore
  const { state, result } = describeRun(run.folder);
  assert.deepEqual([state, result!.metric, result!.part], ["finished", "MASE", "test"]);
  const own = describeRun(join(run.folder, "series", seriesIn(run)[0]!));
  assert.deepEqual([own.state, own.epochs, own.result!.metric], ["finished", 3, "RMSE"]);
  assert.ok(isSeriesRun(run.folder) && !isSeriesRun(join(run.folder, "series", seriesIn(run)[0]!)));
  await assert.rejects(
    openRun(run.folder),
    /has a model for each of its series; .* the model of one: .*series.ID, such as .*series.a$/,
  );
  await assert.rejects(resumeRun(run.folder), /it has a model for each series/);
  await assert.rejects(resumeRun(join(run.folder, "series", seriesIn(run)[0]!)), /it is one of many series/);
});

test("a series that allows no model is set aside with its reason, and the others go on", async () => {
  const flat = shops({ flat: 60 }).map((row) => ({ ...row, sales: 7 }));
  const rows = [...shops({ short: 9, a: 60, few: 12, b: 60 }), ...flat];
  const ended: string[] = [];
  const run = await train(rows, { name: "aside" }, { onSeries: (name, { ended: so, failed, of }) => ended.push(`${name.split("-")[0]} ${so} ${failed} ${of}`) }); // prettier-ignore
  const told = Object.fromEntries(run.ledger.series.map(({ id, state, reason = "" }) => [id, `${state}: ${reason}`]));
  assert.equal(told["short"], "set aside: it has 9 rows; one window needs 10");
  assert.match(told["few"]!, /^set aside: forecast: series "few" of rows has 12 rows; lookback 8 and horizon 2 with parts .* need about/); // prettier-ignore
  assert.match(told["flat"]!, /^set aside: forecast: target "sales" of series "flat" of rows is 7 all through the training part/); // prettier-ignore
  assert.deepEqual([told["a"], told["b"]], ["done: ", "done: "]);
  assert.deepEqual(ended.at(-1)!.split(" ").slice(1), ["5", "3", "5"]);
  const { summary } = run.ledger;
  assert.deepEqual([summary!.series, summary!.setAside, summary!.failed], [2, 3, 0]);
  const page = readFileSync(join(run.folder, "report.html"), "utf8");
  assert.match(page, /2 of 5 series have a model each/);
  assert.match(page, /one window needs 10/);
  for (const id of ["a", "b"])
    assert.ok(page.includes(`sales, series ${id}: one step ahead`), "the best and the worst");
  // Nothing is left over in the store, and none of those without a model has a folder.
  assert.equal(seriesIn(run).length, 2);
  await assert.rejects(resumeSeries(run.folder, { data: rows }, hooks()), /all of its series have ended/);
});

test("options that do not go with it are refused before anything is written", async () => {
  const rows = shops({ a: 60 });
  const cases: [object, RegExp][] = [
    [{ id: undefined }, /id must name the column that says which series/],
    [{ irregular: true }, /irregular does not go with a model per series/],
    [{ testData: "x.csv" }, /testData does not go .*sluice evaluate RUN --data FILE/],
    [{ target: "sale" }, /no column "sale"; did you mean "sales"/],
    [{ lookback: 0 }, /option lookback/],
    [{ lookback: 500 }, /series "a" of rows has 60 rows; lookback 500/],
    [{ transform: "log", past: ["sales"] }, /column "sales" has two parts/],
  ];
  for (const [more, message] of cases) await assert.rejects(train(rows, { ...more, name: "refused", runs: join(folder, "refused") }), message); // prettier-ignore
  assert.ok(!existsSync(join(folder, "refused")));
  await assert.rejects(train([], { name: "refused" }), /has no rows/);
});

const LONG = { epochs: 6, saveEvery: 0, name: "cut" };

test("stopped and gone on with, again and again, it learns what it would have learnt at once", async () => {
  const rows = shops({ a: 70, b: 70, c: 70 });
  const whole = await train(rows, { ...LONG, name: "uncut" });
  let cut: string | null = null;
  let [stops, kept] = [0, 0];
  let done: PerSeries | null = null;
  while (done === null) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 40 + 10 * stops);
    const around = hooks({ onFolder: (path) => (cut = path), ...(stops < 12 && { signal: controller.signal }) });
    try {
      done = await (cut === null ? trainSeries(rows, { ...common, ...LONG }, around) : resumeSeries(cut, { data: rows }, around)); // prettier-ignore
    } catch (error) {
      if (cut === null) continue; // before there was a folder
      assert.ok(error instanceof SeriesStopped, String(error));
      assert.equal(describeRun(cut).state, "interrupted");
      stops++;
      for (const name of seriesIn({ folder: cut }))
        kept += Number(existsSync(join(cut, "series", name, "checkpoints")));
    } finally {
      clearTimeout(timer);
    }
  }
  assert.ok(stops > 0 && kept > 0, `${stops} stops, ${kept} checkpoints`);
  assert.deepEqual(learnt(done), learnt(whole));
});

test("what a loss of power has damaged is trained again, and so is what failed", async () => {
  const rows = shops({ a: 60, b: 60, c: 60 });
  const whole = await train(rows, { name: "sound" });
  const poisoned = (job: Job) => {
    if (/-b-/.test(job.id)) throw new Error("no room");
  };
  const first = await train(rows, { name: "damaged" }, { executor: (store) => here(store, poisoned) });
  assert.deepEqual(first.ledger.series.map(({ state, reason }) => [state, reason]), [["done", undefined], ["failed", "no room"], ["done", undefined]]); // prettier-ignore
  const [a, c] = seriesIn(first);
  truncateSync(join(first.folder, "series", a!, "model.safetensors"), 100);
  writeFileSync(join(first.folder, "series", c!, "result.json"), "");
  const again = await resumeSeries(first.folder, { data: rows }, hooks());
  assert.deepEqual(learnt(again), learnt(whole));
});

test("who does not see the folder sends the models back, and what is lost then is asked for anew", async () => {
  const rows = shops({ a: 60, short: 5, few: 12, b: 60 });
  const seen = learnt(await train(rows, { name: "seen" }));
  const sent = await train(rows, { name: "sent" }, { executor: (store) => here(store, undefined, true) });
  assert.deepEqual(learnt(sent), seen);
  // As a queue that still knows the answers of an earlier session, whose folders are gone.
  const known = new Map<string, JobOutcome>();
  const asked: string[] = [];
  const remembering = (store: string): Executor => {
    const own = here(store, undefined, true);
    return {
      ...own,
      run: async (job, options) => {
        const key = JSON.stringify(job);
        asked.push(job.id);
        const outcome = known.get(key) ?? (await own.run(job, options));
        known.set(key, outcome);
        return outcome;
      },
    };
  };
  const first = await train(rows, { name: "again" }, { executor: remembering });
  assert.equal(asked.length, 3);
  rmSync(join(first.folder, "series", seriesIn(first)[0]!), { recursive: true });
  assert.deepEqual(learnt(await resumeSeries(first.folder, { data: rows }, hooks({ executor: remembering }))), seen);
  assert.equal(asked.length, 5, "the known answer, and a new one");
});

test("a job that fails does not take the neighbours of the poisoned series along", async () => {
  const lengths = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`s${i}`, 40]));
  const poisoned = ({ payload }: Job) => {
    const { series } = payload as { series: { id: string }[] };
    if (series.some(({ id }) => id === "s7")) throw new Error("its worker was lost");
  };
  const run = await train(shops(lengths), { name: "poisoned", epochs: 1, units: [1], lookback: 2, horizon: 1, calendar: "none" }, { executor: (store) => here(store, poisoned) }); // prettier-ignore
  const failed = run.ledger.series.filter(({ state }) => state !== "done");
  assert.deepEqual(failed.map(({ id, state, reason }) => [id, state, reason]), [["s7", "failed", "its worker was lost"]]); // prettier-ignore
});

test("rows go to the model of their series, and who has none is named", async () => {
  const rows = shops({ a: 60, b: 60, short: 5 });
  const run = openSeries((await train(rows, { name: "ask" })).folder);
  const warnings: string[] = [];
  const asking = { warn: (message: string) => void warnings.push(message) };
  const known = rows.filter(({ shop }) => shop !== "short");
  const answers = await run.predict(known.toReversed(), {}, asking);
  assert.deepEqual(answers.map(({ shop, date }) => [shop, date]), [["b", "2024-03-01"], ["b", "2024-03-02"], ["a", "2024-03-01"], ["a", "2024-03-02"]]); // prettier-ignore
  const own = await run.open("a");
  const alone = await own.predict(rows.filter(({ shop }) => shop === "a"));
  assert.deepEqual(answers.slice(2), alone);
  assert.deepEqual(warnings, []);
  const fresh = shops({ a: 60, new: 60, short: 60 });
  assert.deepEqual(await run.predict(fresh, {}, asking), alone);
  assert.deepEqual(warnings, ['series.predict: left out 2 of 3 series of rows that have no model: "new" was not among those that were trained; "short" was set aside: it has 5 rows; one window needs 10']); // prettier-ignore
  await assert.rejects(run.predict(fresh.filter(({ shop }) => shop === "new")), /no series of rows has a model: "new" was not/); // prettier-ignore
  await assert.rejects(run.open("new"), /series "new" was not among those that were trained/);
  await assert.rejects(run.predict(known.map(({ date, sales }) => ({ date, sales }))), /no column "shop"/);
  const measured = await run.evaluate(known, {}, asking);
  const each = await Promise.all(["a", "b"].map(async (id) => (await run.open(id)).evaluate(known.filter(({ shop }) => shop === id)))); // prettier-ignore
  assert.equal(measured.count, each.reduce((sum, { count }) => sum + count, 0)); // prettier-ignore
  const mean = (name: string) => each.reduce((sum, { count, entries }) => sum + count * entries[0]!.values[name]!, 0) / measured.count; // prettier-ignore
  assert.ok(Math.abs(measured.entries[0]!.values["MAE"]! - mean("MAE")) < 1e-12);
});

test("ids that are numbers stay numbers in the answers", async () => {
  const rows = shops({ a: 60, b: 60 }).map(({ shop, ...row }) => ({ ...row, shop: shop === "a" ? 12 : 0.5 }));
  const run = await trainSeries(rows, { ...common, name: "numbers" }, hooks());
  const answers = await openSeries(run.folder).predict(rows);
  assert.deepEqual([...new Set(answers.map(({ shop }) => shop))], [12, 0.5]);
});

test("programs ask for it as the command does", async () => {
  const rows = shops({ a: 60, b: 60 });
  const options = { ...common, name: "public" };
  const run = await trainHere(rows, options, { workers: 1, warn: () => undefined });
  assert.deepEqual(learnt(run), learnt(await train(rows, { name: "private" })));
  let closed = 0;
  const executor = { slots: 1, close: async () => void closed++ } as unknown as Executor;
  await assert.rejects(trainHere(rows, { ...options, lookback: 0 }, { executor }), /option lookback/);
  await assert.rejects(goOnWithSeries(run.folder, { executor, data: rows }), /all of its series have ended/);
  await assert.rejects(goOnWithSeries(run.folder, { worker: 1 } as object), /"worker"; did you mean "workers"/);
  assert.equal(closed, 2);
});
