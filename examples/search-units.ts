// How many units? 32, 64 and 128 are trained with the same seed, data and number of epochs; the validation part chooses, and the test
// part is looked at once, for the one that was chosen. `node build/examples/search-units.js 8`
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { callbacks, layers, ops, optimizers, sequential } from "sluice";
import { numbersOf, readTable, slidingWindows, standardScaler, timeSplit } from "sluice/data";

const LOOKBACK = 20;

export async function main(epochs: number, choices = [32, 64, 128]) {
  const folder = dirname(createRequire(import.meta.url).resolve("vega-datasets"));
  const table = await readTable(join(folder, "../data/seattle-weather.csv"));
  const raw = numbersOf("weather", table, "temp_max");

  const windows = slidingWindows({ columns: { t: raw } }, { lookback: LOOKBACK, targets: ["t"] });
  const [train, validation, test] = timeSplit(windows, [0.6, 0.2, 0.2], { reachBack: true });
  const scaler = standardScaler().fit(Array.from(train!.rows(), (row) => [raw[row]!]));
  const t = scaler.transform(Array.from(raw, (value) => [value])).flat();
  const [a, b, c] = [train!, validation!, test!].map((part) => {
    const { x, y } = part.withColumns({ t }).batch();
    return { x, y: ops.reshape(y, [part.length, 1]) };
  });
  const degrees = scaler.inverse([[1]])[0]![0]! - scaler.inverse([[0]])[0]![0]!; // one unit of the scaled values

  const candidates = [];
  for (const units of choices) {
    const model = sequential([layers.gru({ units, inputShape: [LOOKBACK, 1] }), layers.dense({ units: 1 })], {
      seed: 1,
    });
    model.compile({ optimizer: optimizers.adam({ learningRate: 2e-3 }), loss: "meanSquaredError" });
    const best = callbacks.earlyStopping({ patience: 3, restoreBestWeights: true });
    const begin = performance.now();
    const { history } = await model.fit(a!.x, a!.y, {
      epochs,
      validationData: [b!.x, b!.y],
      callbacks: [best],
      verbose: 0,
    });
    const seconds = (performance.now() - begin) / 1000;
    candidates.push({ units, model, loss: Math.min(...history["val_loss"]!), seconds, weights: model.countParams() });
  }

  console.log("units  weights  seconds  validation error");
  for (const { units, weights, seconds, loss } of candidates) {
    const error = (Math.sqrt(loss) * degrees).toFixed(3);
    console.log(
      `${String(units).padStart(5)}  ${String(weights).padStart(7)}  ${seconds.toFixed(1).padStart(7)}  ${error} °C`,
    );
  }
  const chosen = candidates.reduce((one, other) => (other.loss < one.loss ? other : one));
  const { loss } = await chosen.model.evaluate(c!.x, c!.y);
  const error = Math.sqrt(loss!) * degrees;
  console.log(`chosen: ${chosen.units} units; on the test part its error is ${error.toFixed(3)} °C`);
  return { candidates, chosen, error };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 8));
