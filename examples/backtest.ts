// Would these forecasts have been any good? A week of Seattle's weather from many moments of the past, each from what was known then;
// the network is trained anew for each quarter. Then the network of the last one, as it is. `node build/examples/backtest.js [epochs]`
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { backtestRun, forecast } from "sluice/tasks";

const weather = join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "../data/seattle-weather.csv");

export async function main(epochs: number, runs = "runs") {
  const backtest = await forecast.backtest(
    weather,
    {
      target: "temp_max",
      lookback: 30,
      horizon: 7,
      initial: 1096, // three of the four years
      period: 30,
      refit: 3,
      quantiles: [0.1, 0.5, 0.9],
      epochs,
      runs,
    },
    { verbose: 0 },
  );
  const [network, lastValue] = backtest.evaluation.entries;
  console.log(backtest.evaluation.verdict);
  console.log(`coverage of 80 %: ${network!.values["coverage 80 %"]!.toFixed(2)}\n`);

  console.log("origin       network  last value   mean absolute error, °C");
  for (const { at, fit, entries } of backtest.byOrigin) {
    const [own, naive] = entries.map(({ values }) => values["MAE"]!.toFixed(2));
    console.log(`${at}   ${own!.padStart(7)}  ${naive!.padStart(10)}   training ${fit! + 1}`);
  }
  console.log("\nstep ahead ", backtest.byStep.map(({ step }) => String(step).padStart(5)).join(""));
  for (const [i, { name }] of backtest.evaluation.entries.entries())
    console.log(name.slice(0, 11).padEnd(11), backtest.byStep.map(({ entries }) => entries[i]!.values["MAE"]!.toFixed(2).padStart(5)).join("")); // prettier-ignore

  // Forecasts from each origin beside the truth stand in a file, for pictures of one's own.
  const saved = JSON.parse(readFileSync(join(backtest.folder, "backtest.json"), "utf8")) as Saved;
  const [{ x, targets }] = saved.origins.at(-1)!.forecasts;
  console.log(`\n${x[0]} to ${x.at(-1)}: ${targets[0].forecasts["network"]!.map((t) => t.toFixed(0)).join(" ")} °C`);

  const replayed = await backtestRun(backtest.folder, weather, { initial: 0.95, runs }, { verbose: 0, warn: () => {} });
  console.log(`The last network on the last weeks: ${replayed.evaluation.count} forecasts`);
  console.log(`Report: ${pathToFileURL(join(backtest.folder, "report.html")).href}`);
  return { backtest, lastValue: lastValue!, replayed };
}

interface Saved {
  origins: { forecasts: [{ x: string[]; targets: [{ forecasts: Record<string, number[]> }] }] }[];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 10));
