/** House prices: a table, as sequences of one step. */
import { standardScaler } from "sluice/data";
import { tensor } from "sluice";
import { applyLinear, fitLinear } from "../baselines/linear.mjs";
import { readCells, readSplit, writeCsv } from "../files.mjs";
import { rmse } from "../scores.mjs";

/** @type {import("./index.mjs").Row} */
export const boston = {
  id: "boston",
  seeds: 10,
  task: "house prices",
  metrics: [{ name: "RMSE", unit: "thousand $", mode: "min", digits: 2 }],
  published: { torch: { RMSE: { mean: 3.06, sd: 0.08, n: 3 } }, trivial: { RMSE: 8.66 }, simple: { RMSE: 4.93 } },
  names: { trivial: "mean", simple: "least squares" },
  spec: {
    grus: [32],
    pool: "last",
    units: 1,
    activation: "linear",
    loss: "mse",
    learningRate: 1e-3,
    batch: 32,
    epochs: 200,
  },

  load() {
    const rows = readCells("boston-housing/housing.csv").map((row) => row.map(Number));
    const split = readSplit("boston");
    const part = (/** @type {"train" | "test"} */ name) => {
      const chosen = split[name].map((/** @type {number} */ i) => rows[i]);
      return { x: chosen.map((row) => row.slice(0, 13)), y: chosen.map((row) => row.slice(13)) };
    };
    const [train, test] = [part("train"), part("test")];
    const [scaler, prices] = [standardScaler().fit(train.x), standardScaler().fit(train.y)];
    const scaled = ({ x, y }) => ({
      x: tensor(scaler.transform(x).map((row) => [row])),
      y: tensor(prices.transform(y)),
    });
    return { parts: { train: scaled(train), test: scaled(test) }, train, test, prices };
  },

  score: (outputs, { test, prices }) => {
    const answers = prices.inverse(Array.from(outputs, (value) => [value]));
    return { RMSE: rmse(test.y.flat(), answers.flat()) };
  },

  defaults: {
    task: "regress",
    values: { RMSE: "RMSE" },
    async prepare(folder) {
      const rows = readCells("boston-housing/housing.csv");
      const header = "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT MEDV".split(" ");
      const [source, testData] = ["train", "test"].map((part) => {
        const chosen = readSplit("boston")[part].map((/** @type {number} */ i) => rows[i]);
        return writeCsv(folder, `${part}.csv`, header, chosen);
      });
      return { source, options: { target: "MEDV", testData } };
    },
  },

  baselines({ train, test }) {
    const mean = train.y.flat().reduce((a, b) => a + b) / train.y.length;
    const weights = fitLinear(train.x, train.y);
    const judge = (/** @type {number[]} */ answers) => ({ RMSE: rmse(test.y.flat(), answers) });
    return {
      trivial: judge(test.y.map(() => mean)),
      simple: judge(test.x.flatMap((row) => applyLinear(weights, row))),
    };
  },
};
