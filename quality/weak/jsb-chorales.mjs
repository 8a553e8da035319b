/**
 * Bach's chorales, frame by frame: 88 keys, which of them sound next. Every fourth row of the files (a quarter note), given split.
 *
 *   node quality/weak/jsb-chorales.mjs [--units=200] [--epochs=60] [--dropout=0.3] [--seed=0] [--quick]
 *
 * A GRU reads the frames; a dense layer gives 88 probabilities for the next one; Adam 4e-3, batches of 16, global norm clipped at 1.
 * The value is the negative log-likelihood of a frame in nats, summed over the keys, mean over all frames after a chorale's first
 * one; that of the epoch with the lowest value on the validation part.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { callbacks, layers, losses, optimizers, sequential, tensor } from "sluice";
import { DATA, readCells } from "../files.mjs";

const { values } = parseArgs({
  options: {
    units: { type: "string", default: "200" },
    epochs: { type: "string", default: "60" },
    dropout: { type: "string", default: "0.3" },
    seed: { type: "string", default: "0" },
    quick: { type: "boolean", default: false },
  },
});
const [KEYS, LOWEST] = [88, 21];
const seed = Number(values.seed);

/** Chorales as lists of frames, each the keys that sound. @param {string} part @returns {number[][][]} */
function read(part) {
  const files = readdirSync(new URL(`jsb-chorales/${part}/`, DATA)).sort();
  return files.map((file) => {
    const rows = readCells(`jsb-chorales/${part}/${file}`).slice(1);
    const frames = rows.filter((_, i) => i % 4 === 0);
    return frames.map((row) => [...new Set(row.map(Number).filter((note) => note > 0))].map((note) => note - LOWEST));
  });
}

/** x the frames but the last, y those but the first, filled up with frames that do not count. @param {number[][][]} chorales */
function samples(chorales) {
  const T = Math.max(...chorales.map((frames) => frames.length)) - 1;
  const size = chorales.length * T;
  const [x, y] = [new Float32Array(size * KEYS), new Float32Array(size * KEYS)];
  const weights = new Float32Array(size);
  for (const [n, frames] of chorales.entries()) {
    for (let t = 0; t < frames.length - 1; t++) {
      for (const key of frames[t]) x[(n * T + t) * KEYS + key] = 1;
      for (const key of frames[t + 1]) y[(n * T + t) * KEYS + key] = 1;
      weights[n * T + t] = 1;
    }
  }
  const shape = [chorales.length, T, KEYS];
  return {
    x: tensor(x, shape),
    y: tensor(y, shape),
    weights: tensor(weights, shape.slice(0, 2)),
    frames: weights.reduce((a, b) => a + b, 0),
  };
}

/** Nats a frame. */
async function nats(model, { x, y, weights, frames }) {
  const { loss } = await model.evaluate(x, y, { sampleWeight: weights, batchSize: x.shape[0] });
  return (loss * weights.size * KEYS) / frames;
}

const [training, validation, test] = ["train", "valid", "test"].map((part) => samples(read(part)));
const dropout = Number(values.dropout);
const model = sequential(
  [
    layers.gru({ units: Number(values.units), returnSequences: true, inputShape: [null, KEYS] }),
    layers.dropout({ rate: dropout }),
    layers.dense({ units: KEYS }),
  ],
  { seed },
);
model.compile({
  optimizer: optimizers.adam({ learningRate: 4e-3, globalClipNorm: 1 }),
  loss: losses.binaryCrossentropy({ fromLogits: true }),
});
let best = { nats: Infinity, epoch: 0, weights: model.getWeights() };
const watch = async (epoch) => {
  const value = await nats(model, validation);
  if (value < best.nats) best = { nats: value, epoch: epoch + 1, weights: model.getWeights() };
  console.log(`epoch ${epoch + 1}: validation ${value.toFixed(3)} nats a frame`);
};
const start = process.cpuUsage();
await model.fit(training.x, training.y, {
  sampleWeight: training.weights,
  batchSize: 16,
  epochs: values.quick ? 2 : Number(values.epochs),
  callbacks: [watch, callbacks.terminateOnNaN()],
  verbose: 0,
});
const { user, system } = process.cpuUsage(start);
model.setWeights(best.weights);
console.table([
  {
    network: `GRU(${values.units}), dropout ${dropout}`,
    "best epoch": best.epoch,
    "validation nats a frame": best.nats.toFixed(3),
    "test nats a frame": (await nats(model, test)).toFixed(3),
    "processor s": ((user + system) / 1e6).toFixed(0),
    seed,
  },
]);
