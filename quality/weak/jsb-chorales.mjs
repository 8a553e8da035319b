/**
 * Bach's chorales, frame by frame: 88 keys, which of them sound next. Every fourth row of the files (a quarter note), given split.
 *
 *   node quality/weak/jsb-chorales.mjs [--units=300] [--epochs=120] [--dropout=0.4] [--transpose=5] [--seed=0] [--quick]
 *
 * A GRU reads the frames; a dense layer gives 88 probabilities for the next one; Adam 4e-3, which falls to 0 along a cosine,
 * batches of 16, global norm clipped at 1.
 * In each epoch every training chorale is moved up or down by up to `transpose` semitones, drawn anew, so that 229 chorales teach all
 * keys; validation and test are as they are. The value is the negative log-likelihood of a frame in nats, summed over the keys, mean over all frames after a chorale's first
 * one; that of the epoch with the lowest value on the validation part.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { callbacks, layers, losses, optimizers, Random, schedules, sequential, tensor } from "sluice";
import { DATA, readCells } from "../files.mjs";

const { values } = parseArgs({
  options: {
    units: { type: "string", default: "300" },
    epochs: { type: "string", default: "120" },
    dropout: { type: "string", default: "0.4" },
    transpose: { type: "string", default: "5" },
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

/** Batches of the training chorales in a new order, each chorale at another pitch. @param {Random} random */
function* transposed(random) {
  const most = Number(values.transpose);
  const order = Int32Array.from(TRAINING, (_, i) => i);
  random.shuffle(order);
  for (let start = 0; start < order.length; start += BATCH) {
    const chorales = Array.from(order.subarray(start, start + BATCH), (i) => {
      const by = random.below(2 * most + 1) - most;
      return TRAINING[i].map((frame) => frame.map((key) => key + by));
    });
    const { x, y, weights } = samples(chorales);
    yield { x, y, sampleWeight: weights };
  }
}

/** Nats a frame. */
async function nats(model, { x, y, weights, frames }) {
  const { loss } = await model.evaluate(x, y, { sampleWeight: weights, batchSize: x.shape[0] });
  return (loss * weights.size) / frames;
}

const BATCH = 16;
const TRAINING = read("train");
const [validation, test] = ["valid", "test"].map((part) => samples(read(part)));
const dropout = Number(values.dropout);
const model = sequential(
  [
    layers.gru({ units: Number(values.units), returnSequences: true, inputShape: [null, KEYS] }),
    layers.dropout({ rate: dropout }),
    layers.dense({ units: KEYS }),
  ],
  { seed },
);
const epochs = values.quick ? 2 : Number(values.epochs);
const learningRate = schedules.cosineDecay({
  initialLearningRate: 4e-3,
  decaySteps: epochs * Math.ceil(TRAINING.length / BATCH),
});
model.compile({
  optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
  loss: losses.binaryCrossentropy({ fromLogits: true }),
  lossWeights: [KEYS], // the sum over the keys: by their mean no gradient would reach the bound
});
let best = { nats: Infinity, epoch: 0, weights: model.getWeights() };
const watch = async (epoch) => {
  const value = await nats(model, validation);
  if (value < best.nats) best = { nats: value, epoch: epoch + 1, weights: model.getWeights() };
  console.log(`epoch ${epoch + 1}: validation ${value.toFixed(3)} nats a frame`);
};
const start = process.cpuUsage();
const random = new Random(seed);
await model.fit(() => transposed(random), {
  epochs,
  callbacks: [watch, callbacks.terminateOnNaN()],
  verbose: 0,
});
const { user, system } = process.cpuUsage(start);
model.setWeights(best.weights);
console.table([
  {
    network: `GRU(${values.units}), dropout ${dropout}, transposed by up to ${values.transpose}`,
    "best epoch": best.epoch,
    "validation nats a frame": best.nats.toFixed(3),
    "test nats a frame": (await nats(model, test)).toFixed(3),
    "processor s": ((user + system) / 1e6).toFixed(0),
    seed,
  },
]);
