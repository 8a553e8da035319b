// Three stacked GRUs of 64, 32 and 16 units foresee tomorrow's highest temperature in Seattle from 30 days of weather. All but the
// last return the outputs of every step, which the next one reads. `node build/examples/stacked-gru.js 30`
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { callbacks, layers, ops, optimizers, sequential } from "sluice";
import { numbersOf, readTable, slidingWindows, standardScaler, timeSplit } from "sluice/data";

const LOOKBACK = 30;
const NAMES = ["temp_max", "temp_min", "precipitation", "wind"];

export async function main(epochs: number) {
  const folder = dirname(createRequire(import.meta.url).resolve("vega-datasets"));
  const table = await readTable(join(folder, "../data/seattle-weather.csv"));
  const raw = Object.fromEntries(NAMES.map((name) => [name, numbersOf("weather", table, name)]));
  const rowsOf = (rows: Iterable<number>) => Array.from(rows, (row) => NAMES.map((name) => raw[name]![row]!));

  // Parts in order of time; the scaler is fitted on the rows of the training part.
  const [target, ...past] = NAMES as [string, ...string[]];
  const windows = slidingWindows({ columns: raw }, { lookback: LOOKBACK, targets: [target], past });
  const [train, validation, test] = timeSplit(windows, [0.6, 0.15, 0.25], { reachBack: true });
  const scaler = standardScaler().fit(rowsOf(train!.rows()));
  const scaled = scaler.transform(rowsOf(Array(table.length).keys()));
  const columns = Object.fromEntries(NAMES.map((name, d) => [name, scaled.map((row) => row[d]!)]));
  const [a, b, c] = [train!, validation!, test!].map((part) => {
    const { x, y } = part.withColumns(columns).batch();
    return { x, y: ops.reshape(y, [part.length, 1]) };
  });

  const gru = (units: number, rest = {}) => layers.gru({ units, ...rest });
  const model = sequential(
    [
      gru(64, { returnSequences: true, inputShape: [LOOKBACK, NAMES.length] }),
      gru(32, { returnSequences: true }),
      gru(16),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1 }),
    ],
    { seed: 1 },
  );
  model.summary();
  model.compile({ optimizer: optimizers.adam({ learningRate: 2e-3, globalClipNorm: 1 }), loss: "meanSquaredError" });
  const stop = callbacks.earlyStopping({ patience: 8, restoreBestWeights: true });
  await model.fit(a!.x, a!.y, { epochs, validationData: [b!.x, b!.y], callbacks: [stop], verbose: 0 });

  const forecast = scaler.select([0]).inverse(await model.predict(c!.x)).data;
  const days = Array.from(forecast, (_, i) => test!.place(i).rows.at(-1)!);
  const mean = (errors: number[]) => errors.reduce((sum, x) => sum + Math.abs(x), 0) / errors.length;
  const error = mean(days.map((day, i) => raw[target]![day]! - forecast[i]!));
  const naive = mean(days.map((day) => raw[target]![day]! - raw[target]![day - 1]!));
  console.log(`${days.length} later days: mean error ${error.toFixed(2)} °C; of "as today" ${naive.toFixed(2)} °C`);
  return { error, naive, model };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 30));
