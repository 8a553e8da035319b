// The toy problem of two classes with random data: 1000 sequences of 20 steps and 10 features, and a GRU of 64 units that is to
// say whether the first feature had the larger sum in the first or in the second half. `node build/examples/toy-two-class.js 10`
import { pathToFileURL } from "node:url";
import { layers, Random, sequential, tensor } from "sluice";
import { stratifiedSplit } from "sluice/data";

const [N, T, D] = [1000, 20, 10];

export async function main(epochs: number) {
  const random = new Random(1);
  const x = Array.from({ length: N }, () =>
    Array.from({ length: T }, () => Array.from({ length: D }, () => 2 * random.uniform() - 1)),
  );
  const sum = (steps: number[][]) => steps.reduce((total, step) => total + step[0]!, 0);
  const y = x.map((steps) => (sum(steps.slice(T / 2)) > sum(steps.slice(0, T / 2)) ? 1 : 0));

  // Both classes by their shares in each part.
  const parts = stratifiedSplit(y, [0.7, 0.1, 0.2], 1);
  const [train, validation, test] = parts.map((rows) => ({
    x: tensor(Array.from(rows, (row) => x[row]!)),
    y: tensor(Array.from(rows, (row) => [y[row]!])),
  }));

  const model = sequential(
    [layers.gru({ units: 64, inputShape: [T, D] }), layers.dense({ units: 1, activation: "sigmoid" })],
    { seed: 1 },
  );
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  model.summary();
  await model.fit(train!.x, train!.y, { epochs, batchSize: 32, validationData: [validation!.x, validation!.y] });
  const { loss, accuracy } = await model.evaluate(test!.x, test!.y);
  console.log(`test part: loss ${loss!.toFixed(3)}, accuracy ${accuracy!.toFixed(3)}; guessing 0.5`);
  return accuracy!;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 10));
