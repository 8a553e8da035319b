// A share price from a CSV file: train, measure on days that came later, foresee the next five. A price is nearly a random walk,
// so that the last price is hard to beat; the program says honestly whether the network does.
// `node build/examples/stock-price.js [epochs] [prices.csv] [column]`, by default the S&P 500 of npm's vega-datasets.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { forecast } from "sluice/tasks";

/** The package exports its code only; the data lies beside it. */
export function sp500(): string {
  return join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "../data/sp500-2000.csv");
}

export async function main(file: string, target: string, epochs: number, runs = "runs") {
  const run = await forecast.train(file, {
    target,
    lookback: 60,
    horizon: 5,
    units: [32],
    epochs,
    runs,
    name: "stock-price",
  });

  console.log(`\n${run.evaluation!.count} windows of the last part of the file, errors in the unit of the price:\n`);
  console.log("forecaster                          RMSE     MAE   MASE");
  for (const { name, values } of run.evaluation!.entries) {
    const cells = [values["RMSE"]!.toFixed(2), values["MAE"]!.toFixed(2), values["MASE"]!.toFixed(3)];
    console.log(`${name.padEnd(33)} ${cells.map((cell) => cell.padStart(6)).join("  ")}`);
  }
  console.log(`\n${run.evaluation!.verdict}\n`);

  // The model file holds the scaler and the window: raw rows in, prices out.
  const next = await run.predict(file);
  for (const { date, [target]: price } of next) console.log(`${date as string}  ${(price as number).toFixed(2)}`);
  console.log(`\nReport: ${pathToFileURL(join(run.folder!, "report.html")).href}`);
  return { evaluation: run.evaluation!, next };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [epochs = "100", file = sp500(), column = "close"] = process.argv.slice(2);
  await main(file, column, Number(epochs));
}
