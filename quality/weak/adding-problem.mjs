/**
 * The adding problem (Hochreiter and Schmidhuber 1997) as in Bai et al. 2018 (arXiv 1803.01271): sequences of T pairs, a uniform
 * number and a mark; exactly one mark in each half; what is asked for is the sum of the two marked numbers. Always answering 1
 * costs 1/6 = 0.167. GRU, LSTM and simple RNN of about 70,000 parameters, the same number of steps each.
 *
 *   node quality/weak/adding-problem.mjs [--T=600] [--steps=800] [--cells=gru,lstm,simpleRnn] [--threads=1] [--seed=0] [--quick]
 *
 * Adam 1e-2, batches of 50 new sequences, global norm clipped at 1. The gates start with memories of all lengths up to T (chrono
 * initialization, Tallec and Ollivier 2018, arXiv 1804.11188). Rate and start were chosen at T = 100. Every 50 steps the loss is
 * measured on 500 validation sequences; the weights with the lowest one are tested, once, on 1,000 others.
 */
import { parseArgs } from "node:util";
import { layers, optimizers, Random, sequential, setThreads, tensor } from "sluice";

const { values } = parseArgs({
  options: {
    T: { type: "string", default: "600" },
    steps: { type: "string", default: "800" },
    cells: { type: "string", default: "gru,lstm,simpleRnn" },
    threads: { type: "string", default: "1" },
    seed: { type: "string", default: "0" },
    quick: { type: "boolean", default: false },
  },
});
const [T, steps] = values.quick ? [50, 300] : [Number(values.T), Number(values.steps)];
const seed = Number(values.seed);
const BATCH = 50;
const RATE = 1e-2;
const CELLS = { gru: layers.gru, lstm: layers.lstm, simpleRnn: layers.simpleRnn };
const UNITS = { gru: 150, lstm: 130, simpleRnn: 262 };
/** Test loss in table 1 of Bai et al. at T = 600. */
const PUBLISHED = { gru: "5.3e-5", lstm: "0.164", simpleRnn: "0.177" };

/** @param {number} count @param {Random} random */
function draw(count, random) {
  const [x, y] = [new Float32Array(count * T * 2), new Float32Array(count)];
  const half = T >> 1;
  for (let i = 0; i < count; i++) {
    for (let t = 0; t < T; t++) x[(i * T + t) * 2] = random.uniform();
    for (const t of [random.below(half), half + random.below(T - half)]) {
      x[(i * T + t) * 2 + 1] = 1;
      y[i] += x[(i * T + t) * 2];
    }
  }
  return { x: tensor(x, [count, T, 2]), y: tensor(y, [count, 1]) };
}

/** log U(1, T − 1) where a gate decides how long the state is kept: z of the GRU; f, and −b_f for i, of the LSTM. */
function rememberLong(model, cell, units, random) {
  if (cell === "simpleRnn") return;
  const weights = model.getWeights();
  const bias = weights[2].data;
  for (let j = 0; j < units; j++) {
    const memory = Math.log(1 + random.uniform() * (T - 2));
    if (cell === "gru") bias[j] = memory;
    else [bias[j], bias[units + j]] = [-memory, memory];
  }
  model.setWeights(weights);
}

async function train(cell) {
  const random = new Random(seed);
  const units = UNITS[cell];
  const model = sequential([CELLS[cell]({ units, inputShape: [null, 2] }), layers.dense({ units: 1 })], { seed });
  model.initialize();
  rememberLong(model, cell, units, random);
  model.compile({ optimizer: optimizers.adam({ learningRate: RATE, globalClipNorm: 1 }), loss: "mse" });
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const validation = draw(500, new Random(1000 + seed));
  const mse = async ({ x, y }) => (await model.evaluate(x, y, { batchSize: 100 })).loss;
  let best = { loss: Infinity, step: 0, weights: model.getWeights() };
  for (let step = 1; step <= steps; step++) {
    const { x, y } = draw(BATCH, random);
    await model.trainOnBatch(x, y);
    if (step % 50 !== 0) continue;
    const loss = await mse(validation);
    if (loss < best.loss) best = { loss, step, weights: model.getWeights() };
    console.log(`${cell} step ${step}: validation MSE ${loss.toExponential(2)}`);
  }
  const { user, system } = process.cpuUsage(cpu);
  model.setWeights(best.weights);
  const minutes = (ms) => (ms / 60e3).toFixed(1);
  return {
    cell,
    units,
    parameters: model.countParams(),
    "best step": best.step,
    "test MSE": (await mse(draw(1000, new Random(2000 + seed)))).toExponential(2),
    "Bai et al.": T === 600 ? PUBLISHED[cell] : "",
    "processor min": minutes((user + system) / 1e3),
    "wall min": minutes(performance.now() - start),
  };
}

await setThreads(Number(values.threads));
const rows = [];
for (const cell of values.cells.split(",")) {
  rows.push(await train(cell));
  console.log(JSON.stringify(rows.at(-1)));
}
console.log(`adding problem, T = ${T}, ${steps} steps of ${BATCH} sequences, seed ${seed}, threads ${values.threads}`);
console.table(rows);
await setThreads(1);
