// A forecast that knows its doubt: three days of Seattle's weather as quantiles, their corrections by days that were held out, and
// how often the truth of days that came later lay inside. `node build/examples/uncertainty.js [epochs]`
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { distributions, Random } from "sluice";
import { forecast } from "sluice/tasks";

const weather = join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "../data/seattle-weather.csv");

export async function main(epochs: number, runs = "runs") {
  const common = { target: "temp_max", lookback: 21, horizon: 3, units: [16], epochs, runs };
  const ways = {
    "points, conformal": { intervals: "conformal" },
    "quantiles, conformal": { quantiles: [0.025, 0.1, 0.5, 0.9, 0.975], intervals: "conformal" },
    "Student's t": { distribution: "studentT" },
  } as const;
  console.log("                      coverage of 80 %   of 95 %   width of 80 % (°C)");
  for (const [name, way] of Object.entries(ways)) {
    const options = { ...common, ...way, quantiles: "quantiles" in way ? [...way.quantiles] : undefined };
    const { metrics } = await forecast.train(weather, options, { verbose: 0, report: false });
    const shares = ["coverage 80 %", "coverage 95 %"].map((share) => metrics[share]!.toFixed(3));
    console.log(`${name.padEnd(22)} ${shares.join("             ")}     ${metrics["width 80 %"]!.toFixed(1)}`);
  }

  const run = await forecast.train(weather, { ...common, distribution: "studentT" }, { verbose: 0 });
  const days = await run.predict(weather);
  console.log("\nThe days after the last, and where 80 % of them should lie:");
  for (const { date, temp_max: t, "temp_max_q0.1": low, "temp_max_q0.9": high } of days as Record<string, number>[])
    console.log(`${date}  ${t!.toFixed(1)} °C  (${low!.toFixed(1)} to ${high!.toFixed(1)})`);
  console.log(`\nReport with fans: ${pathToFileURL(join(run.folder!, "report.html")).href}`);

  // The distributions stand for themselves, too.
  const demand = distributions.negativeBinomial({ mean: 12, dispersion: 0.3 });
  const random = new Random(1);
  const stock = demand.quantile(0.95);
  console.log(`\nDemand of 12 on average, dispersion 0.3: ${stock} in stock are enough on 95 days of 100`);
  console.log(`five days: ${Array.from({ length: 5 }, () => demand.sample(random)).join(", ")}`);
  return { metrics: run.metrics, days, stock };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 15));
