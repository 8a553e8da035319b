// The noisy sine wave, step by step: min-max scaling fitted on the training part, a look-back of 10, loss curves, and forecasts
// back in the units of the signal. `node build/examples/noisy-sine.js 50 loss.svg`
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { layers, ops, plotHistory, Random, sequential, type Tensor } from "sluice";
import { minMaxScaler, slidingWindows, timeSplit } from "sluice/data";

const LOOKBACK = 10;

/** 1,000 points of a sine with noise of deviation 0.05 (Box and Muller 1958). */
function noisySine(random: Random): number[] {
  const deviate = () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  return Array.from({ length: 1000 }, (_, t) => Math.sin((2 * Math.PI * t) / 50) + 0.05 * deviate());
}

const rmse = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a, (value, i) => (value - b[i]!) ** 2).reduce((sum, x) => sum + x, 0) / a.length);

export async function main(epochs: number, file: string) {
  const signal = noisySine(new Random(42));

  // Windows first, so that the scaler is fitted on those rows alone that the training part touches.
  const windows = slidingWindows({ columns: { y: signal } }, { lookback: LOOKBACK, targets: ["y"] });
  const [train, validation, test] = timeSplit(windows, [0.7, 0.1, 0.2], { reachBack: true });
  const scaler = minMaxScaler().fit(Array.from(train!.rows(), (row) => [signal[row]!]));
  const scaled = { y: scaler.transform(signal.map((y) => [y])).flat() };
  const [a, b, c] = [train!, validation!, test!].map((part) => part.withColumns(scaled).batch());

  const model = sequential([layers.gru({ units: 50, inputShape: [LOOKBACK, 1] }), layers.dense({ units: 1 })], {
    seed: 1,
  });
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const y = (batch: { y: Tensor }) => ops.reshape(batch.y, [batch.y.shape[0]!, 1]);
  const history = await model.fit(a!.x, y(a!), { epochs, validationData: [b!.x, y(b!)], verbose: 0 });
  writeFileSync(file, await plotHistory(history));

  const inSignal = (values: Tensor) => scaler.inverse(values).data;
  const truth = inSignal(y(c!));
  const error = rmse(truth, inSignal(await model.predict(c!.x)));
  const naive = rmse(
    truth,
    Array.from(truth, (_, i) => signal[test!.place(i).rows[LOOKBACK - 1]!]!),
  );
  console.log(`test part: error ${error.toFixed(4)}, that of repeating the last value ${naive.toFixed(4)}; noise 0.05`);
  console.log(`loss curves: ${file}`);
  return { error, naive, history };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 50), process.argv[3] ?? "loss.svg");
