/**
 * What threads are worth to one training on one machine. `node --conditions=sluice-modules quality/parallel/synchronous.mjs [--quick] [--rounds 7] [--shards 2,4,8] [--out FILE]`
 *
 * Steps a second of three networks of usual sizes, in float32 on drawn data: on one thread, with kernel threads (`setThreads`), which share the
 * products of a step, and with `dataParallel`, whose threads share the samples of a batch, on one and on as many workers as there are cores.
 * All take turns in one process, half a second or so each, so that a busy machine is busy for all; factors are against one thread in the same
 * round, and medians over rounds are told, with the smallest and largest. Beside them stands the processor time of a step, all threads together, the
 * smallest of the rounds: on a machine that is busy with other things it is what can be trusted, and twice that of one thread over it bounds the factor of two.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { layers, Random, sequential, setThreads, tensor } from "sluice";
import { dataParallel } from "../../dist/distributed/parallel/sync/data-parallel.js";

const { values: given } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    shards: { type: "string", default: "2,4,8" },
    out: { type: "string" },
  },
});
const rounds = Number(given.rounds ?? (given.quick ? 1 : 7));
/** Of a turn, about. */
const SECONDS = given.quick ? 0.1 : 0.6;
const cores = availableParallelism();
const random = new Random(1);

const numbers = (shape) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform() - 0.5),
    shape,
  );
const classes = (shape, K) =>
  tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.below(K)),
    shape,
  );

const NETWORKS = [
  {
    name: "characters: GRU(256), 65 classes, B 32, T 64",
    batchSize: 32,
    make: () => [
      layers.embedding({ inputDim: 65, outputDim: 64, inputShape: [null] }),
      layers.gru({ units: 256, returnSequences: true }),
      layers.dense({ units: 65, activation: "softmax" }),
    ],
    loss: "sparseCategoricalCrossentropy",
    data: (n) => [classes([n, 64], 65), classes([n, 64], 65)],
  },
  {
    name: "forecast: GRU(64), B 32, T 48, D 8",
    batchSize: 32,
    make: () => [layers.gru({ units: 64, inputShape: [48, 8] }), layers.dense({ units: 12 })],
    loss: "mse",
    data: (n) => [numbers([n, 48, 8]), numbers([n, 12])],
  },
  {
    name: "stacked: GRU(128) × 3, B 128, T 50, D 16",
    batchSize: 128,
    make: () => [
      layers.gru({ units: 128, returnSequences: true, inputShape: [50, 16] }),
      layers.gru({ units: 128, returnSequences: true }),
      layers.gru({ units: 128 }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
    loss: "sparseCategoricalCrossentropy",
    data: (n) => [numbers([n, 50, 16]), classes([n], 10)],
  },
];

/** What takes turns: how it trains, and on how many threads. */
const WAYS = [
  { name: "one thread", kernelThreads: 1 },
  { name: `${cores} kernel threads`, kernelThreads: cores },
  ...given.shards
    .split(",")
    .map(Number)
    .flatMap((shards) =>
      [...new Set([1, cores])].map((workers) => ({
        name: `${shards} shards, ${workers} worker${workers > 1 ? "s" : ""}`,
        kernelThreads: 1,
        parallel: { shards, workers },
      })),
    ),
];

/** A model that trains in one way; `turn` gives its steps a second. */
async function competitor(network, { kernelThreads, parallel }) {
  const model = sequential(network.make(), { seed: 1 });
  model.compile({ optimizer: "adam", loss: network.loss });
  const team = parallel && dataParallel(model, parallel);
  const train = async (steps) => {
    const [x, y] = network.data(steps * network.batchSize);
    await setThreads(kernelThreads);
    const [begin, used] = [performance.now(), process.cpuUsage()];
    await model.fit(x, y, { batchSize: network.batchSize, verbose: 0 });
    const seconds = (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(used);
    await setThreads(1);
    return { rate: steps / seconds, processor: (user + system) / 1000 / steps };
  };
  await train(3); // compiles, starts threads
  const { rate } = await train(5);
  const steps = Math.max(3, Math.round(rate * SECONDS));
  return { turn: () => train(steps), close: () => team?.close() };
}

const sorted = (values) => values.toSorted((a, b) => a - b);
const median = (values) => sorted(values)[values.length >> 1];
const found = [];
for (const network of NETWORKS) {
  const turns = WAYS.map(() => []);
  const competitors = [];
  for (const way of WAYS) competitors.push(await competitor(network, way));
  for (let round = 0; round < rounds; round++)
    for (const [i, one] of competitors.entries()) turns[i].push(await one.turn());
  for (const one of competitors) await one.close();
  console.log(`\n${network.name}`);
  for (const [i, { name }] of WAYS.entries()) {
    const factors = turns[i].map(({ rate }, round) => rate / turns[0][round].rate);
    const rate = median(turns[i].map((turn) => turn.rate));
    const processor = Math.min(...turns[i].map((turn) => turn.processor));
    const [low, high] = [Math.min(...factors), Math.max(...factors)];
    found.push({ network: network.name, way: name, rate, factor: median(factors), low, high, processor });
    console.log(`  ${name.padEnd(24)} ${rate.toFixed(1).padStart(8)} steps/s  × ${median(factors).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})  ${processor.toFixed(2)} ms of processors`); // prettier-ignore
  }
}
const machine = { cpu: cpus()[0]?.model.trim(), cores, node: process.version, load: loadavg()[0] };
console.log(`\n${machine.cpu}, ${cores} cores, Node.js ${machine.node}, load ${machine.load.toFixed(1)}`);
if (given.out) writeFileSync(given.out, `${JSON.stringify({ machine, rounds, found }, null, 2)}\n`);
