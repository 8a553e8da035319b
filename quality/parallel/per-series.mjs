/**
 * One model for all series, or one each. `node --conditions=sluice-modules quality/parallel/per-series.mjs [--quick] [--only m4|log|similar|overhead] [--out FILE]`
 *
 * m4: the 359 weekly series of the M4 competition, of each the last 80, 200 or 500 values before the competition's own test values. One GRU for all
 *   (`id`), and one GRU each (`--per-series`); both foresee the 13 values of the test file, which no training has seen. MASE and sMAPE are those of the
 *   competition (mean over series), beside the last value; and in how many series each beats the other.
 * log: the same of logarithms.
 * similar: 200 made series that go alike, of 60 or 200 days, and the 7 that follow.
 * overhead: 500 series of 200 rows, a network of 8 units: processor time and time of one thread a series, with epochs 1 and 10, and beside it a loop
 *   over `forecast.train` (run folder of its own each, no report), over 25 of these series.
 *
 * Data: ../shared/data or SLUICE_DATA; without m4 that part is left out. --quick: few series, to see that it runs.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { forecast } from "sluice/tasks";
import { ThreadExecutor } from "../../dist/distributed/executors/threads.js";
import { openSeries } from "../../dist/distributed/series/open.js";
import { trainSeries } from "../../dist/distributed/series/train-series.js";

const { values: given } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    out: { type: "string" },
  },
});
const { quick, only } = given;
const folder = mkdtempSync(join(tmpdir(), "sluice-per-series-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const common = { target: "y", id: "id", seed: 1, runs: join(folder, "runs") };
const hooks = { executor: (store) => new ThreadExecutor({ store, workers: 1 }), warn: () => undefined };
const quiet = { verbose: 0, report: false, warn: () => undefined };

/** Processor seconds of all threads, and seconds. */
async function timed(work) {
  const [cpu, begin] = [process.cpuUsage(), performance.now()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, cpu: (user + system) / 1e6, seconds: (performance.now() - begin) / 1000 };
}

function readM4(path) {
  const [, ...lines] = readFileSync(path, "utf8").trim().split(/\r?\n/);
  return lines.map((line) => {
    const [id, ...cells] = line.split(",").map((cell) => cell.replaceAll('"', ""));
    return { id, values: cells.filter((cell) => cell !== "" && cell !== "NA").map(Number) };
  });
}

function grouped(list, keyOf) {
  const groups = new Map();
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;

/** As the competition has it: weekly series have no season. */
function scores(history, truth, forecasts) {
  const scale = mean(history.slice(1).map((y, i) => Math.abs(y - history[i])));
  const errors = truth.map((y, h) => Math.abs(y - forecasts[h]));
  return {
    mase: mean(errors) / scale,
    smape: mean(errors.map((e, h) => (200 * e) / (Math.abs(truth[h]) + Math.abs(forecasts[h])))),
  };
}

async function m4(transform) {
  const place = join(process.env.SLUICE_DATA ?? join(import.meta.dirname, "../../../shared/data"), "m4");
  if (!existsSync(join(place, "Weekly-train.csv"))) {
    console.log(`m4 is left out: there is no ${place}; name the folder of the data by SLUICE_DATA`);
    return null;
  }
  const truths = new Map(readM4(join(place, "Weekly-test.csv")).map(({ id, values }) => [id, values]));
  const all = readM4(join(place, "Weekly-train.csv")).slice(0, quick ? 12 : undefined);
  const whole = all.map(({ id, values }) => ({ id, history: values, truth: truths.get(id) }));
  const table = [];
  for (const length of quick ? [80] : [80, 200, 500])
    table.push({ transform, length, ...(await both(whole, length, `${transform}-${length}`, { transform, lookback: 26, horizon: 13 })) }); // prettier-ignore
  return table;
}

/** Shops that go alike: a week of their own, a level of their own, and chance. */
async function similar() {
  const table = [];
  for (const length of quick ? [60] : [60, 200]) {
    const noise = chance(1);
    const whole = Array.from({ length: quick ? 12 : 200 }, (_, s) => {
      const values = Array.from({ length: length + 7 }, (_, t) => 20 + s + 4 * Math.sin((2 * Math.PI * t) / 7 + s) + 2 * noise()); // prettier-ignore
      return { id: `shop ${s}`, history: values.slice(0, length), truth: values.slice(length) };
    });
    table.push({ length, ...(await both(whole, length, `similar-${length}`, { lookback: 14, horizon: 7 })) });
  }
  return table;
}

/** One model for all, and one each, of the last values of each series; both are told what follows them only to be measured. */
async function both(whole, length, name, more) {
  const series = whole.map(({ id, history, truth }) => ({ id, history, truth, values: history.slice(-length) }));
  const rows = series.flatMap(({ id, values }) => values.map((y) => ({ id, y })));
  const options = { ...common, ...more, validation: 0.2, test: 0.17, epochs: quick ? 1 : 30, patience: 5 };
  const one = await timed(() => forecast.train(rows, { ...options, units: [32], batchSize: 128, name: `one-${name}` }, quiet)); // prettier-ignore
  const each = await timed(() => trainSeries(rows, { ...options, units: [8], name: `each-${name}` }, hooks));
  const forOne = grouped(await one.result.predict(rows), ({ id }) => id);
  const forEach = grouped(await openSeries(each.result.folder).predict(rows, {}, { warn: () => undefined }), ({ id }) => id); // prettier-ignore
  const known = series.filter(({ id }) => forOne.has(id) && forEach.has(id));
  const score = (of) => known.map(({ id, history, truth }) => scores(history, truth, of(id, history)));
  const sOne = score((id) => forOne.get(id).map(({ y }) => y));
  const sEach = score((id) => forEach.get(id).map(({ y }) => y));
  const sLast = score((_id, history) => Array(more.horizon).fill(history.at(-1)));
  const cell = (list) => ({
    mase: mean(list.map(({ mase }) => mase)),
    median: list.map(({ mase }) => mase).sort((a, b) => a - b)[Math.floor(list.length / 2)],
    smape: mean(list.map(({ smape }) => smape)),
  });
  const eachBetter = known.filter((_, i) => sEach[i].mase < sOne[i].mase).length / known.length;
  const row = { name, series: known.length, one: { ...cell(sOne), cpu: one.cpu }, each: { ...cell(sEach), cpu: each.cpu }, last: cell(sLast), eachBetter }; // prettier-ignore
  console.log(JSON.stringify(row));
  return row;
}

/** Park and Miller 1988; from −1 to 1. */
function chance(state) {
  return () => ((state = (state * 48271) % 2147483647) / 2147483647 - 0.5) * 2;
}

async function overhead() {
  const count = quick ? 20 : 500;
  const lines = ["date,id,y"];
  const noise = chance(1);
  for (let s = 0; s < count; s++)
    for (let t = 0; t < 200; t++) {
      const date = new Date(Date.UTC(2023, 0, 1 + t)).toISOString().slice(0, 10);
      lines.push(`${date},shop ${s},${(20 + s / 10 + 4 * Math.sin((2 * Math.PI * t) / 7 + s) + noise()).toFixed(3)}`);
    }
  const file = join(folder, "synthetic.csv");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const options = { ...common, lookback: 14, horizon: 7, units: [8] };
  const table = [];
  for (const epochs of [1, 10]) {
    const { result, cpu, seconds } = await timed(() => trainSeries(file, { ...options, epochs, patience: epochs, name: `e${epochs}` }, hooks)); // prettier-ignore
    const { spent } = result.ledger;
    const some = Math.min(25, count);
    const alone = lines.slice(1, 1 + some * 200).map((line) => line.split(","));
    const groups = grouped(alone, ([, id]) => id);
    const loop = await timed(async () => {
      for (const [id, own] of groups) {
        const rows = own.map(([date, , y]) => ({ date: new Date(date), y: Number(y) }));
        await forecast.train(rows, { target: "y", lookback: 14, horizon: 7, units: [8], epochs, patience: epochs, runs: common.runs, name: id.replace(" ", "-") }, quiet); // prettier-ignore
      }
    });
    const row = {
      epochs,
      series: count,
      cpuMs: (1000 * cpu) / count,
      threadMs: (1000 * spent) / count,
      allSeconds: seconds,
      loopCpuMs: (1000 * loop.cpu) / some,
      loopMs: (1000 * loop.seconds) / some,
    };
    console.log(JSON.stringify(row));
    table.push(row);
  }
  return table;
}

const before = loadavg()[0];
const PARTS = { m4: () => m4("none"), log: () => m4("log"), similar, overhead };
const result = {};
for (const [name, part] of Object.entries(PARTS)) if (only === undefined || only === name) result[name] = await part();
const cpu = process.cpuUsage();
console.log(`${((cpu.user + cpu.system) / 6e7).toFixed(1)} processor minutes; load before ${before.toFixed(1)}`);
if (given.out) writeFileSync(given.out, `${JSON.stringify(result, null, 2)}\n`);
