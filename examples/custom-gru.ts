// A layer of one's own in a model: the GRU of parts/my-gru.ts, written from tensor operations, learns to notice that a running sum
// was once above 2. `node build/examples/custom-gru.js 10`
import { pathToFileURL } from "node:url";
import { layers, Random, sequential, type Tensor, tensor } from "sluice";
import { MyGRU } from "./parts/my-gru.js";

/** Sequences of 12 numbers, and whether their running sum was ever above 2: something to remember. */
export function crossings(count: number, random: Random): { x: Tensor; y: Tensor } {
  const T = 12;
  const x = Float32Array.from({ length: count * T }, () => 3 * random.uniform() - 1.5);
  const y = Float32Array.from({ length: count }, (_, i) => {
    let sum = 0;
    let crossed = 0;
    for (const value of x.subarray(i * T, (i + 1) * T)) {
      sum += value;
      if (sum > 2) crossed = 1;
    }
    return crossed;
  });
  return { x: tensor(x, [count, T, 1]), y: tensor(y, [count, 1]) };
}

async function main(epochs: number): Promise<void> {
  const random = new Random(1);
  const [train, test] = [crossings(1000, random), crossings(300, random)];
  const gru = new MyGRU({
    units: 16,
    kernelRegularizer: { className: "l2", config: { l2: 1e-5 } },
    inputShape: [null, 1],
  });
  const model = sequential([gru, layers.dense({ units: 1, activation: "sigmoid" })], { seed: 1 });
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  model.summary();
  await model.fit(train.x, train.y, { epochs, batchSize: 32, validationSplit: 0.1 });
  const { accuracy } = await model.evaluate(test.x, test.y);
  console.log(`held out: accuracy ${accuracy!.toFixed(3)}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 10));
