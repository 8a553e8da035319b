// SegRNN on ETTh1, from 96 hours to the next 96 of all seven channels, by the recipe of its repository (github.com/lss-1138/SegRNN,
// scripts/SegRNN/Lookback_96/etth1.sh): d = 512, segments of 24, dropout 0.5, MSE loss, Adam 1e-3 in batches of 256, a rate that falls by a
// fifth in each epoch after the fourth, 30 epochs, patience 10. The parts are those of all papers (8,640, 2,880 and 2,880 hours), scaled by mean
// and deviation of the first; every window of the test part counts. The weights are those of the epoch with the least validation error.
//
// The weights of the best epoch do not depend on how many come after it: `--epochs 14` ends with those of the full recipe's best (seed 1).
//
//     node quality/weak/segrnn.mjs [--units 512] [--segment 24] [--epochs 30] [--batch 256] [--dropout 0.5] [--seed 1] [--quick]
//
// Needs the data folder ../shared/data (or SLUICE_DATA), whose files may not be passed on.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { callbacks, input, layers, model, optimizers, setThreads, tensor } from "sluice";
import { DATA } from "../files.mjs";

const PARTS = [8640, 2880, 2880];
const L = 96;
const H = 96;

const { values: given } = parseArgs({
  options: {
    units: { type: "string", default: "512" },
    segment: { type: "string", default: "24" },
    epochs: { type: "string", default: "30" },
    batch: { type: "string", default: "256" },
    dropout: { type: "string", default: "0.5" },
    rate: { type: "string", default: "0.001" },
    seed: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
  },
});
const number = (/** @type {"units" | "segment" | "epochs" | "batch" | "dropout" | "rate" | "seed"} */ name) => Number(given[name]); // prettier-ignore
const [units, epochs] = given.quick ? [64, 2] : [number("units"), number("epochs")];
const [segment, batch, rate] = [number("segment"), number("batch"), number("rate")];

const { rows, C } = readRows();
const begins = [0, PARTS[0], PARTS[0] + PARTS[1]];
const scaled = scale(rows, C);
const [train, validation, test] = PARTS.map((length, k) => windows(k === 0 ? 0 : begins[k] - L, begins[k] + length));

setThreads(1);
const x = input({ shape: [L, C] });
const y = layers.segRnn({ units, segmentLength: segment, horizon: H, dropout: number("dropout") }).apply(x);
const network = model({ inputs: x, outputs: y, seed: number("seed") });
const steps = Math.ceil(train.count / batch);
const learningRate = (/** @type {number} */ step) => rate * 0.8 ** Math.max(0, Math.floor(step / steps) - 3);
network.compile({ optimizer: optimizers.adam({ learningRate }), loss: "meanSquaredError" });

const begin = performance.now();
const minutes = () => ((performance.now() - begin) / 60_000).toFixed(1);
/** Of the processor: other work on the machine counts little. */
const worked = () => ((process.cpuUsage().user + process.cpuUsage().system) / 60e6).toFixed(1);
const history = await network.fit(train.x, train.y, {
  epochs,
  batchSize: batch,
  validationData: [validation.x, validation.y],
  verbose: 0,
  callbacks: [
    callbacks.earlyStopping({ monitor: "val_loss", patience: 10, restoreBestWeights: true }),
    { onEpochEnd: (epoch, logs) => console.log(`epoch ${epoch + 1}: train ${logs.loss?.toFixed(4)}, validation ${logs.val_loss?.toFixed(4)}, ${minutes()} min, ${worked()} of the processor`) }, // prettier-ignore
  ],
});
const best = history.history.val_loss.indexOf(Math.min(...history.history.val_loss)) + 1;
const { mse, mae } = await errors(test);
const parameters = network.countParams();
console.log(`
| network                | parameters | seed | epoch of ${epochs} | test MSE | test MAE | minutes (1 thread) | of the processor |
| ---------------------- | ---------- | ---- | ------------ | -------- | -------- | ------------------ | ---------------- |
| SegRNN, d ${units}, w ${segment} | ${parameters} | ${given.seed} | ${best} | ${mse.toFixed(4)} | ${mae.toFixed(4)} | ${minutes()} | ${worked()} |
| its repository, d 512, w 24 | | | | 0.368 | 0.395 | | |
| the last 24 hours again | | | | ${naive(test).map((e) => e.toFixed(4)).join(" | ")} | | |`); // prettier-ignore

function readRows() {
  const folder = process.env["SLUICE_DATA"] ? pathToFileURL(`${process.env["SLUICE_DATA"]}/`) : DATA;
  const lines = readFileSync(new URL("ett/ETTh1.csv", folder), "utf8").trim().split(/\r?\n/).slice(1);
  const cells = lines.map((line) => line.split(",").slice(1).map(Number));
  return {
    rows: cells.slice(
      0,
      PARTS.reduce((a, b) => a + b),
    ),
    C: cells[0].length,
  };
}

/** @param {number[][]} all @param {number} channels by mean and (population) deviation of the training part */
function scale(all, channels) {
  const known = all.slice(0, PARTS[0]);
  const moments = Array.from({ length: channels }, (_, c) => {
    const mean = known.reduce((sum, row) => sum + row[c], 0) / known.length;
    return { mean, deviation: Math.sqrt(known.reduce((sum, row) => sum + (row[c] - mean) ** 2, 0) / known.length) };
  });
  return all.map((row) => row.map((value, c) => (value - moments[c].mean) / moments[c].deviation));
}

/** All windows of the rows [from, to). @param {number} from @param {number} to */
function windows(from, to) {
  const count = to - from - L - H + 1;
  const cut = (/** @type {number} */ offset, /** @type {number} */ length) => {
    const out = new Float32Array(count * length * C);
    for (let i = 0; i < count; i++)
      out.set(scaled.slice(from + i + offset, from + i + offset + length).flat(), i * length * C);
    return tensor(out, [count, length, C]);
  };
  return { count, x: cut(0, L), y: cut(L, H) };
}

/** @param {{ count: number, x: import("sluice").Tensor, y: import("sluice").Tensor }} part */
async function errors({ x: inputs, y: truth }) {
  const { data } = await network.predict(inputs, { batchSize: batch });
  return meanErrors(truth.data, (i) => data[i]);
}

/** @param {ReturnType<typeof windows>} part */
function naive({ x: inputs, y: truth }) {
  const day = 24 * C;
  const from = (/** @type {number} */ i) => {
    const [window, place] = [Math.floor(i / (H * C)), i % (H * C)];
    return inputs.data[(window + 1) * L * C - day + (place % day)];
  };
  const { mse, mae } = meanErrors(truth.data, from);
  return [mse, mae];
}

/** @param {ArrayLike<number>} truth @param {(i: number) => number} forecast */
function meanErrors(truth, forecast) {
  let [squares, absolute] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    const error = truth[i] - forecast(i);
    squares += error * error;
    absolute += Math.abs(error);
  }
  return { mse: squares / truth.length, mae: absolute / truth.length };
}
