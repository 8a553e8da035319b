/**
 * Whether intervals hold what they say: on M4 Weekly (359 series, 13 steps) and on traffic (vehicles in five minutes, 12 steps), the share
 * of the truth inside the intervals of 80 and 95 %, its 99 % bootstrap interval (over series, on traffic over days), widths and pinball
 * loss; on M4 also sMAPE and MASE as the competition defines them (season 1), beside Naive2 and its published table.
 *
 *   node quality/weak/intervals.mjs [--only=m4,traffic] [--methods=quantiles] [--hold-out] [--quick]
 *
 * The methods were chosen with --hold-out, which looks at the training files alone: of M4 the last 13 values of each series are foreseen from
 * those before, of traffic the last quarter. The first method that is trained is the one that was fixed so; the others stand beside it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random, setThreads } from "sluice";
import { forecast } from "sluice/tasks";

const { values: args } = parseArgs({
  options: {
    only: { type: "string", default: "m4,traffic" },
    methods: { type: "string", default: "" },
    "hold-out": { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
  },
});
const DATA = process.env.SLUICE_DATA ?? new URL("../../../shared/data", import.meta.url).pathname;
const HOLD_OUT = args["hold-out"];
const LEVELS = [0.025, 0.1, 0.9, 0.975];
const folder = mkdtempSync(join(tmpdir(), "sluice-intervals-"));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
await setThreads(1);

/** Trains, and says what it took. */
async function train(file, options) {
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  const given = { ...options, ...(args.quick && { epochs: 1 }), runs: join(folder, "runs"), seed: 1 };
  const run = await forecast.train(file, given, { verbose: 0, report: false, warn: () => undefined });
  const { user, system } = process.cpuUsage(cpu);
  const epochs = run.history.epoch.length;
  return { run, seconds: (performance.now() - begin) / 1000, cpu: (user + system) / 1e6, epochs };
}

/** [0.5 %, 99.5 %] of the mean over units that are drawn with repetition. */
function bootstrap(values, draws = 10_000) {
  const random = new Random(1);
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[random.below(values.length)];
    return sum / values.length;
  }).sort();
  return [means[Math.floor(0.005 * draws)], means[Math.ceil(0.995 * draws) - 1]];
}

function coverageText(values, nominal) {
  const [low, high] = bootstrap(values);
  const holds = low <= nominal && nominal <= high;
  return `${mean(values).toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]${holds ? "" : " MISSES"}`;
}

function print(title, header, rows) {
  console.log(`\n${title}\n`);
  const widths = header.map((cell, c) => Math.max(cell.length, ...rows.map((row) => String(row[c]).length)));
  const line = (cells) => cells.map((cell, c) => String(cell)[c === 0 ? "padEnd" : "padStart"](widths[c])).join("  ");
  console.log([header, ...rows].map(line).join("\n"));
}

const chosen = (methods) => Object.entries(methods).filter(([name]) => name.includes(args.methods));
const effort = ({ seconds, cpu, epochs }) =>
  `${epochs} epochs, ${cpu.toFixed(0)} s of processor time, ${seconds.toFixed(0)} s`;

const M4 = {
  "quantiles, conformal": { quantiles: LEVELS, intervals: "conformal" },
  "Student's t, conformal": { distribution: "studentT", intervals: "conformal" },
  "points, conformal": { intervals: "conformal", loss: "meanAbsoluteError" },
  "deepar, conformal": { model: "deepar", intervals: "conformal", units: 40, batchSize: 64, learningRate: 0.003, epochs: 25 },
}; // prettier-ignore
const M4_COMMON = { target: "y", id: "id", horizon: 13, lookback: 52, stride: 5, transform: "log", season: 1, validation: 0.06, calibration: 0.08, epochs: 12, patience: 5 }; // prettier-ignore

/** id and values of each series of a file of the competition. */
function m4Series(part) {
  const lines = readFileSync(join(DATA, `m4/Weekly-${part}.csv`), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  return lines.map((line) => {
    const [id, ...cells] = line.split(",").map((cell) => cell.replaceAll('"', "").trim());
    return { id, values: cells.filter((cell) => cell !== "").map(Number) };
  });
}

async function m4() {
  const H = M4_COMMON.horizon;
  const tests = new Map(m4Series("test").map(({ id, values }) => [id, values]));
  const series = m4Series("train").map(({ id, values }) =>
    HOLD_OUT
      ? { id, past: values.slice(0, -H), future: values.slice(-H) }
      : { id, past: values, future: tests.get(id) },
  );
  const write = (name, rows) => {
    writeFileSync(join(folder, name), `id,y\n${rows.flatMap(({ id, values }) => values.map((y) => `${id},${y}`)).join("\n")}\n`);
    return join(folder, name);
  }; // prettier-ignore
  const file = write("m4.csv", series.map(({ id, past }) => ({ id, values: past }))); // prettier-ignore
  const testData = write("m4-test.csv", series.map(({ id, past, future }) => ({ id, values: [...past.slice(-M4_COMMON.lookback), ...future] }))); // prettier-ignore
  const judged = (forecastOf) =>
    series.map(({ id, past, future }) => {
      const scale = mean(past.slice(1).map((y, t) => Math.abs(y - past[t])));
      const { points, quantiles } = forecastOf(id, past);
      const scores = {
        sMAPE: mean(future.map((y, h) => (200 * Math.abs(y - points[h])) / (Math.abs(y) + Math.abs(points[h])))),
        MASE: mean(future.map((y, h) => Math.abs(y - points[h]) / scale)),
      };
      if (!quantiles) return scores;
      const inside = (low, high) => mean(future.map((y, h) => (y >= quantiles[low][h] && y <= quantiles[high][h] ? 1 : 0)));
      const width = (low, high) => mean(future.map((_, h) => (quantiles[high][h] - quantiles[low][h]) / scale));
      const pinball = mean(LEVELS.map((p, l) => mean(future.map((y, h) => Math.max(p * (y - quantiles[l][h]), (p - 1) * (y - quantiles[l][h])) / scale))));
      return { ...scores, c80: inside(1, 2), c95: inside(0, 3), w80: width(1, 2), w95: width(0, 3), pinball };
    }); // prettier-ignore
  const row = (name, scores) => {
    const of = (key) => scores.map((score) => score[key]);
    const doubt = scores[0].c80 === undefined ? ["", "", "", "", ""] : [coverageText(of("c80"), 0.8), mean(of("w80")).toFixed(2), coverageText(of("c95"), 0.95), mean(of("w95")).toFixed(2), mean(of("pinball")).toFixed(4)]; // prettier-ignore
    return [name, mean(of("sMAPE")).toFixed(3), mean(of("MASE")).toFixed(3), ...doubt];
  };
  const rows = [
    row(
      "Naive2 (weekly: the last value)",
      judged((_, past) => ({ points: Array(H).fill(past.at(-1)) })),
    ),
  ];
  for (const [name, options] of chosen(M4)) {
    const trained = await train(file, { ...M4_COMMON, ...options, testData });
    const bySeries = new Map(series.map(({ id }) => [id, []]));
    for (const answer of await trained.run.predict(file)) bySeries.get(answer.id).push(answer);
    const scores = judged((id) => {
      const answers = bySeries.get(id);
      return { points: answers.map(({ y }) => y), quantiles: LEVELS.map((level) => answers.map((answer) => answer[`y_q${level}`])) };
    }); // prettier-ignore
    rows.push(row(name, scores));
    console.log(`M4 Weekly, ${rows.at(-1).join("  ")}; ${effort(trained)}`);
  }
  rows.push(["published: Naive2", "9.161", "2.777", "", "", "", "", ""]);
  rows.push(["published: Smyl, first of all", "7.817", "2.356", "", "", "", "", ""]);
  print(
    `M4 Weekly, ${series.length} series, ${HOLD_OUT ? "the last 13 values of the training part" : "test part"}; widths and pinball loss in units of MASE`,
    ["", "sMAPE", "MASE", "inside 80 %", "width", "inside 95 %", "width", "pinball"],
    rows,
  );
}

const TRAFFIC = {
  "negative binomial, conformal": { distribution: "negativeBinomial", intervals: "conformal" },
  "quantiles, conformal": { quantiles: LEVELS, intervals: "conformal" },
  "points, conformal": { intervals: "conformal" },
  "negative binomial as it is": { distribution: "negativeBinomial" },
};
const TRAFFIC_COMMON = { target: "flow", horizon: 12, lookback: 36, stride: 3, season: 288, validation: 0.1, epochs: 30, patience: 5 }; // prettier-ignore
const DAY = 288;

async function traffic() {
  const read = (part) => {
    const lines = readFileSync(join(DATA, `traffic/pems-${part}.csv`), "utf8")
      .trim()
      .split("\n")
      .slice(1);
    return lines.map((line) => {
      const [, day, month, year, hour, minute] = /^(\d+)\/(\d+)\/(\d+) (\d+):(\d+)/.exec(line);
      return [Date.UTC(year, month - 1, day, hour, minute), Number(line.split(",")[1])];
    });
  };
  let [known, test] = [read("train"), read("test")];
  if (HOLD_OUT) {
    const border = Math.floor((0.75 * known.length) / DAY) * DAY;
    [known, test] = [known.slice(0, border), known.slice(border)];
  }
  const { lookback } = TRAFFIC_COMMON;
  const csv = (rows) => `time,flow\n${rows.map(([time, flow]) => `${new Date(time).toISOString().slice(0, 16)},${flow}`).join("\n")}\n`; // prettier-ignore
  const file = join(folder, "traffic.csv");
  const testData = join(folder, "traffic-test.csv");
  writeFileSync(file, csv(known));
  writeFileSync(testData, csv([...known.slice(-lookback), ...test]));
  const all = [...known, ...test];
  const days = Math.floor(test.length / DAY);
  const rows = [];
  for (const [name, options] of chosen(TRAFFIC)) {
    const calibration = options.intervals && { calibration: 0.2 };
    const trained = await train(file, { ...TRAFFIC_COMMON, ...calibration, ...options, testData });
    const { values } = trained.run.evaluation.entries[0];
    const byDay = [];
    for (let d = 0; d < days; d++) {
      const from = known.length + d * DAY;
      const day = Buffer.from(csv(all.slice(from - lookback, from + DAY)));
      byDay.push((await trained.run.evaluate(day, { format: "csv" })).entries[0].values);
    }
    const of = (key) => byDay.map((day) => day[key]);
    rows.push([name, values.RMSE.toFixed(2), values.MASE.toFixed(3), coverageText(of("coverage 80 %"), 0.8), mean(of("width 80 %")).toFixed(1), coverageText(of("coverage 95 %"), 0.95), mean(of("width 95 %")).toFixed(1), mean(of("pinball")).toFixed(3)]); // prettier-ignore
    console.log(`traffic, ${rows.at(-1).join("  ")}; ${effort(trained)}`);
    if (rows.length > 1) continue;
    for (const { name: rival, values: own } of trained.run.evaluation.entries.slice(1))
      rows.push([rival, own.RMSE.toFixed(2), own.MASE.toFixed(3), "", "", "", "", ""]);
  }
  print(
    `Traffic, ${days} days of ${HOLD_OUT ? "the training file" : "the test file"}, vehicles in five minutes, 12 steps ahead`,
    ["", "RMSE", "MASE", "inside 80 %", "width", "inside 95 %", "width", "pinball"],
    rows,
  );
}

try {
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  if (args.only.includes("m4")) await m4();
  if (args.only.includes("traffic")) await traffic();
  const { user, system } = process.cpuUsage(cpu);
  console.log(`\nSeed 1, one thread; ${((user + system) / 6e7).toFixed(1)} minutes of processor time, ${((performance.now() - begin) / 6e4).toFixed(1)} minutes in all.`); // prettier-ignore
} finally {
  rmSync(folder, { recursive: true });
}
