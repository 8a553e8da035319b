// The adding problem: of a hundred numbers, two are marked; what is asked for is their sum. A network must carry both over all the
// steps in between. Gradient norms show how far back the loss reaches. `node build/examples/long-memory.js 6 norms.svg`
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { callbacks, layers, optimizers, plotGradientNorms, Random, sequential, tensor } from "sluice";

const [T, UNITS] = [100, 32];

/** x [n, T, 2]: a uniform number and its mark; one mark in each half. */
function draw(n: number, random: Random) {
  const [x, y] = [new Float32Array(n * T * 2), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < T; t++) x[(i * T + t) * 2] = random.uniform();
    for (const t of [random.below(T / 2), T / 2 + random.below(T / 2)]) {
      x[(i * T + t) * 2 + 1] = 1;
      y[i]! += x[(i * T + t) * 2]!;
    }
  }
  return { x: tensor(x, [n, T, 2]), y: tensor(y, [n, 1]) };
}

export async function main(epochs: number, plot?: string) {
  const random = new Random(1);
  const gru = layers.gru({ units: UNITS, checkpointEvery: 25, inputShape: [null, 2] });
  const model = sequential([gru, layers.dense({ units: 1 })], { seed: 1 });
  // At first each unit keeps what it holds for another time, up to T steps (chrono initialization, arXiv 1804.11188).
  model.initialize();
  const weights = model.getWeights();
  for (let j = 0; j < UNITS; j++) weights[2]!.data[j] = Math.log(1 + random.uniform() * (T - 2));
  model.setWeights(weights);
  model.compile({ optimizer: optimizers.adam({ learningRate: 1e-2, globalClipNorm: 1 }), loss: "mse" });

  const norms = callbacks.gradientNorms();
  const { x, y } = draw(5000, random);
  await model.fit(x, y, { epochs, batchSize: 50, callbacks: norms, verbose: 0 });
  const test = draw(500, random);
  const { loss } = await model.evaluate(test.x, test.y);
  const reach = norms.records.map((record) => record.norms[0]! / record.norms[T - 1]!);
  console.log(`mean squared error ${loss!.toFixed(4)}; always answering 1: 0.1667`);
  console.log(
    `gradient at the first step over that at the last, by epoch: ${reach.map((r) => r.toFixed(4)).join(", ")}`,
  );
  if (plot) writeFileSync(plot, await plotGradientNorms(norms.records));
  return { loss: loss!, reach };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 6), process.argv[3]);
