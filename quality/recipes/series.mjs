/** Series of one variable, one step ahead from a window of the past. */
import { tensor } from "sluice";
import { minMaxScaler, slidingWindows, standardScaler } from "sluice/data";
import { applyLinear, fitLinear } from "../baselines/linear.mjs";
import { pathOf, readNumbers, readSplit, writeCsv } from "../files.mjs";
import { mae, rmse } from "../scores.mjs";

/** @typedef {import("./index.mjs").Row} Row */

/** @param {number[]} grus @param {number} epochs @param {Partial<Row["spec"]>} [more] @returns {Row["spec"]} */
const recipe = (grus, epochs, more) => {
  return {
    grus,
    pool: "last",
    units: 1,
    activation: "linear",
    loss: "mse",
    learningRate: 1e-3,
    batch: 32,
    epochs,
    ...more,
  };
};

/**
 * What every row of this kind needs: windows of a series for training and of one for the test, in original units.
 * @param {ArrayLike<number>} series @param {number} lookback @param {number} first @param {number} end windows by their target
 */
function windowsOf(series, lookback, first, end) {
  const windows = slidingWindows({ columns: { value: series } }, { lookback, targets: ["value"] });
  const { x, y } = windows.batch(Int32Array.from({ length: end - first }, (_, i) => first + i - lookback));
  return { x, y: tensor(y.data, [end - first, 1]) };
}

/** @param {ReturnType<typeof windowsOf>} part @param {import("sluice/data").Scaler} scaler */
const scaled = ({ x, y }, scaler) => ({ x: scaler.transform(x), y: scaler.transform(y) });

/** @param {Float64Array} values */
const column = (values) => Array.from(values, (value) => [value]);

/** @param {ReturnType<typeof windowsOf>} part */
function plain({ x, y }) {
  const T = x.shape[1];
  return { x: Array.from({ length: y.size }, (_, i) => x.data.subarray(i * T, (i + 1) * T)), y: Array.from(y.data) };
}

/** @type {Pick<Row, "score" | "baselines">} */
const common = {
  score(outputs, { test, scaler, base }) {
    const values = scaler.inverse(Array.from(outputs, (value) => [value])).flat();
    return judge(test, base ? values.map((change, i) => base[i] + change) : values, base);
  },
  baselines({ train, test, autoregressive, base }) {
    const last = base ? plain(test).y.map(() => 0) : plain(test).x.map((row) => row[row.length - 1]);
    const levels = (values) => (base ? values.map((change, i) => base[i] + change) : values);
    const trivial = judge(test, levels(last), base);
    if (!autoregressive) return { trivial };
    const { x, y } = plain(train);
    const weights = fitLinear(x, column(Float64Array.from(y)));
    return { trivial, simple: judge(test, levels(plain(test).x.flatMap((row) => applyLinear(weights, row))), base) };
  },
};

/** `base`: the values before, where the windows hold differences. @param {ReturnType<typeof windowsOf>} test */
function judge({ y }, forecast, base) {
  const truth = Array.from(y.data, (value, i) => value + (base ? base[i] : 0));
  return { RMSE: rmse(truth, forecast), MAE: mae(truth, forecast) };
}

/** @param {(folder: string) => { source: string, options: object }} prepare @returns {import("../defaults.mjs").Defaults} */
const forecast = (prepare) => ({
  task: "forecast",
  values: { RMSE: "RMSE", MAE: "MAE" },
  prepare: async (folder) => prepare(folder),
});

/** @type {Row} */
export const sine = {
  id: "sine",
  seeds: 10,
  task: "noisy sine",
  metrics: [{ name: "RMSE", mode: "min", digits: 4 }],
  published: {
    torch: { RMSE: { mean: 0.0613, sd: 0.0027, n: 3 } },
    trivial: { RMSE: 0.0971 },
    simple: { RMSE: 0.0562 },
  },
  names: { trivial: "last value", simple: "AR(10)" },
  spec: recipe([50], 50),
  defaults: forecast((folder) => {
    const rows = readSplit("noisy_sine").map((/** @type {number} */ value) => [value]);
    return { source: writeCsv(folder, "sine.csv", ["value"], rows), options: { target: "value", test: 198 / 1000 } };
  }),
  load() {
    const series = readSplit("noisy_sine");
    const scaler = minMaxScaler().fit(column(series));
    const [train, test] = [windowsOf(series, 10, 10, 802), windowsOf(series, 10, 802, series.length)];
    return {
      parts: { train: scaled(train, scaler), test: scaled(test, scaler) },
      train,
      test,
      scaler,
      autoregressive: true,
    };
  },
  ...common,
};

/** @type {Row} */
export const traffic = {
  id: "traffic",
  seeds: 10,
  task: "traffic, five minutes ahead",
  metrics: ["RMSE", "MAE"].map((name) => ({ name, unit: "vehicles", mode: "min", digits: 2 })),
  published: {
    torch: { RMSE: { mean: 10.05, sd: 0.11, n: 3 }, MAE: { mean: 7.45, sd: 0.14, n: 3 } },
    trivial: { RMSE: 11.31, MAE: 8.34 },
    simple: { RMSE: 10.26, MAE: 7.53 },
  },
  names: { trivial: "last value", simple: "AR(12)" },
  spec: recipe([64, 64], 15, { dropout: 0.2, activation: "sigmoid", batch: 64 }),
  // The first windows of the test file are lost to the lookback that the task chooses.
  defaults: forecast(() => {
    const target = "Lane 1 Flow (Veh/5 Minutes)";
    return { source: pathOf("traffic/pems-train.csv"), options: { target, testData: pathOf("traffic/pems-test.csv") } };
  }),
  load() {
    const [before, after] = ["train", "test"].map((part) => readNumbers(`traffic/pems-${part}.csv`, 1));
    const scaler = minMaxScaler().fit(column(before));
    const [train, test] = [before, after].map((series) => windowsOf(series, 12, 12, series.length));
    return {
      parts: { train: scaled(train, scaler), test: scaled(test, scaler) },
      train,
      test,
      scaler,
      autoregressive: true,
    };
  },
  ...common,
};

/** @type {Row} */
export const melbourne = {
  id: "melbourne",
  seeds: 10,
  task: "daily minimum temperature",
  metrics: [{ name: "RMSE", unit: "°C", mode: "min", digits: 3 }],
  published: { torch: { RMSE: { mean: 2.193, sd: 0.003, n: 3 } }, trivial: { RMSE: 2.481 }, simple: { RMSE: 2.211 } },
  names: { trivial: "last value", simple: "AR(30)" },
  spec: recipe([32], 20),
  defaults: forecast(() => {
    const source = pathOf("weather/melbourne-daily-min-temperatures.csv");
    return { source, options: { target: "Temp", test: 730 / 3650 } };
  }),
  load() {
    const series = readNumbers("weather/melbourne-daily-min-temperatures.csv", 1);
    const end = series.length - 730;
    const scaler = standardScaler().fit(column(series.slice(0, end)));
    const [train, test] = [windowsOf(series, 30, 30, end), windowsOf(series, 30, end, series.length)];
    return {
      parts: { train: scaled(train, scaler), test: scaled(test, scaler) },
      train,
      test,
      scaler,
      autoregressive: true,
    };
  },
  ...common,
};

/** The first row of the test, of 2,148. */
const GOOG_TEST = 1718;

/** @type {Row} */
export const goog = {
  id: "goog",
  seeds: 10,
  task: "share price, a day ahead",
  metrics: [{ name: "RMSE", unit: "$", mode: "min", digits: 3 }],
  published: { torch: { RMSE: { mean: 14.2, sd: 0.7, n: 3 } }, trivial: { RMSE: 10.377 } },
  names: { trivial: "last value" },
  spec: recipe([50], 20),
  defaults: forecast(() => {
    return { source: pathOf("stocks/GOOG.csv"), options: { target: "Close", test: (2148 - GOOG_TEST) / 2148 } };
  }),
  load() {
    const series = readNumbers("stocks/GOOG.csv", 4);
    const scaler = minMaxScaler().fit(column(series.slice(0, GOOG_TEST)));
    const [train, test] = [windowsOf(series, 60, 60, GOOG_TEST), windowsOf(series, 60, GOOG_TEST, series.length)];
    return { parts: { train: scaled(train, scaler), test: scaled(test, scaler) }, train, test, scaler };
  },
  ...common,
};

/** @type {Row} */
export const googDifferences = {
  ...goog,
  id: "goog-differences",
  task: "the same, learnt on differences",
  defaults: undefined,
  published: { torch: { RMSE: { mean: 10.368, n: 1 } }, trivial: { RMSE: 10.377 } },
  load() {
    const prices = readNumbers("stocks/GOOG.csv", 4);
    const series = prices.slice(1).map((price, i) => price - prices[i]); // series[i] leads to prices[i + 1]
    const scaler = standardScaler().fit(column(series.slice(0, GOOG_TEST - 1)));
    const train = windowsOf(series, 60, 60, GOOG_TEST - 1);
    const test = windowsOf(series, 60, GOOG_TEST - 1, series.length);
    const base = prices.slice(GOOG_TEST - 1, -1);
    return { parts: { train: scaled(train, scaler), test: scaled(test, scaler) }, train, test, scaler, base };
  },
};
