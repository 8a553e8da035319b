// A series of which most points are missing: Seattle's weather, 60 % of the values removed, as a long table of observations. GRU-D is
// told what was observed and how long ago; beside it stand the last observation and a linear model. `node build/examples/irregular.js [epochs]`
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Random } from "sluice";
import { forecast } from "sluice/tasks";

const weather = join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "../data/seattle-weather.csv");

/** What is left of the table: a row for each value that was observed. */
function observationsOf(file: string, removed: number, seed: number) {
  const random = new Random(seed);
  const [header, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const names = header!.split(",");
  return lines.flatMap((line) => {
    const cells = line.split(",");
    const date = cells[names.indexOf("date")]!;
    const seen = ["temp_max", "temp_min", "wind"].filter(() => random.uniform() >= removed);
    return seen.map((variable) => ({ date, variable, value: Number(cells[names.indexOf(variable)]) }));
  });
}

export async function main(epochs: number, runs = "runs") {
  const rows = observationsOf(weather, 0.6, 1);
  console.log(`${rows.length} observations, the first:`, rows[0]);
  const run = await forecast.train(
    rows,
    {
      irregular: true, time: "date", every: "1d", variable: "variable", value: "value",
      target: "temp_max", past: ["temp_min", "wind"], lookback: 30, horizon: 3, units: [16], epochs, runs,
    },
    { verbose: 0 },
  ); // prettier-ignore
  const evaluation = run.evaluation!;
  console.log(`\nThree days ahead, on ${evaluation.count} windows that training has not seen:`);
  for (const { name, values } of evaluation.entries) {
    console.log(`${name.padEnd(30)} RMSE ${values["RMSE"]!.toFixed(2)} °C`);
  }
  const days = await run.predict(rows);
  console.log("\nThe days after the last observation:", days);
  return { evaluation, days };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 30));
