/**
 * One model for all series, or one each. `node --conditions=sluice-modules quality/parallel/per-series.mjs [--quick] [--only m4|overhead] [--out FILE]`
 *
 * m4: the 359 weekly series of the M4 competition, of each the last 80, 200 or 500 values before the competition's own test values. One GRU for all
 *   (`id`), and one GRU each (`--per-series`); both foresee the 13 values of the test file, which no training has seen. MASE and sMAPE are those of the
 *   competition (mean over series), beside the last value; and in how many series each beats the other.
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

const HORIZON = 13;
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

async function m4() {
  const place = join(process.env.SLUICE_DATA ?? join(import.meta.dirname, "../../../shared/data"), "m4");
  if (!existsSync(join(place, "Weekly-train.csv"))) {
    console.log(`m4 is left out: there is no ${place}; name the folder of the data by SLUICE_DATA`);
    return null;
  }
  const truths = new Map(readM4(join(place, "Weekly-test.csv")).map(({ id, values }) => [id, values]));
  const all = readM4(join(place, "Weekly-train.csv")).slice(0, quick ? 12 : undefined);
  const table = [];
  for (const length of quick ? [80] : [80, 200, 500]) {
    const series = all.map(({ id, values }) => ({ id, values: values.slice(-length), whole: values }));
    const rows = series.flatMap(({ id, values }) => values.map((y) => ({ id, y })));
    const options = { ...common, lookback: 26, horizon: HORIZON, validation: 0.2, test: 0.17, epochs: quick ? 1 : 30, patience: 5 }; // prettier-ignore
    const one = await timed(() => forecast.train(rows, { ...options, units: [32], batchSize: 128, name: `one-${length}` }, quiet)); // prettier-ignore
    const each = await timed(() => trainSeries(rows, { ...options, units: [8], name: `each-${length}` }, hooks));
    const answers = {
      one: await one.result.predict(rows),
      each: await openSeries(each.result.folder).predict(rows, {}, { warn: () => undefined }),
    };
    const foreseen = (name) => grouped(answers[name], ({ id }) => id);
    const [forOne, forEach] = [foreseen("one"), foreseen("each")];
    const known = series.filter(({ id }) => forOne.has(id) && forEach.has(id));
    const score = (of) => known.map(({ id, whole }) => scores(whole, truths.get(id), of(id, whole)));
    const [sOne, sEach, sNaive] = [
      score((id) => forOne.get(id).map(({ y }) => y)),
      score((id) => forEach.get(id).map(({ y }) => y)),
      score((_id, whole) => Array(HORIZON).fill(whole.at(-1))),
    ];
    const better = known.filter((_, i) => sEach[i].mase < sOne[i].mase).length / known.length;
    const cell = (list) => ({ mase: mean(list.map(({ mase }) => mase)), smape: mean(list.map(({ smape }) => smape)) });
    const row = { length, series: known.length, one: { ...cell(sOne), cpu: one.cpu }, each: { ...cell(sEach), cpu: each.cpu }, naive: cell(sNaive), eachBetter: better }; // prettier-ignore
    console.log(JSON.stringify(row));
    table.push(row);
  }
  return table;
}

async function overhead() {
  const count = quick ? 20 : 500;
  const lines = ["date,id,y"];
  let state = 1;
  const noise = () => ((state = (state * 48271) % 2147483647) / 2147483647 - 0.5) * 2; // Park and Miller 1988
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
const result = {
  ...(only !== "overhead" && { m4: await m4() }),
  ...(only !== "m4" && { overhead: await overhead() }),
};
const cpu = process.cpuUsage();
console.log(`${((cpu.user + cpu.system) / 6e7).toFixed(1)} processor minutes; load before ${before.toFixed(1)}`);
if (given.out) writeFileSync(given.out, `${JSON.stringify(result, null, 2)}\n`);
