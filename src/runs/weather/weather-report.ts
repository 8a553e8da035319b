import type { History } from "sluice";
import type { Environment } from "../environment.js";
import { bestEpochOf, curvePlots } from "../plots/curves.js";
import { drawPicture, drawPlot } from "../plots/draw.js";
import { reportPage, type Block } from "../report.js";
import { HEADER, rowOf, summaryOf, verdicts, type Finding } from "./findings.js";

export interface WeatherResult {
  /** Dates and temperatures of the test days. */
  dates: readonly string[];
  truth: readonly number[];
  findings: readonly Finding[];
  history: History;
  summary: string;
  split: readonly (readonly string[])[];
  environment: Environment;
  command: string;
  seconds: number;
}

export async function weatherReport(result: WeatherResult): Promise<string> {
  const { findings, history, summary, split, dates } = result;
  return reportPage("Tomorrow's temperature in Seattle", [
    { text: "A GRU looks at the weather of the last 30 days and says how warm the next day will be." },
    { heading: "Result" },
    { text: `${summaryOf(findings)} Measured on ${dates.length} days that no model has seen.` },
    { table: { header: HEADER, rows: findings.map(rowOf) } },
    ...verdicts(findings).map((text) => ({ text })),
    { text: "Weather is hard to foresee from one station's records: all gains over “as today” are small." },
    { heading: "Forecast and truth" },
    ...(await forecastBlocks(result)),
    { heading: "Training" },
    { text: trainingText(history) },
    ...(await curveBlocks(history)),
    { heading: "Data" },
    { text: "Daily records of NOAA for Seattle, from the npm package vega-datasets, cut in order of time." },
    { table: { header: ["part", "days", "from", "to"], rows: split } },
    { heading: "Model" },
    { code: summary },
    { heading: "How this was made" },
    { table: { rows: provenance(result) } },
    {
      text: "The folder holds config.json (every setting), history.csv, metrics.json and the model, which a program loads so:",
    },
    { code: `import { loadModel } from "sluice";\nconst model = await loadModel("model.safetensors");` },
  ]);
}

/** The best opponents only: five lines could not be told apart. */
function forecastBlocks({ dates, truth, findings }: WeatherResult): Promise<Block[]> {
  const forecasts = findings.slice(0, 3).map(({ name, forecast }) => ({ name, values: forecast }));
  return drawPicture({ kind: "forecast", title: "The test year", x: dates, yLabel: "highest temperature, °C", truth, forecasts }); // prettier-ignore
}

async function curveBlocks(history: History): Promise<Block[]> {
  const plots = curvePlots(history, bestEpochOf(history, "val_loss", "min"));
  return (await Promise.all(plots.map(drawPlot))).flat();
}

function trainingText({ epoch, history, stopReason }: History): string {
  const losses = history.val_loss!;
  const best = losses.indexOf(Math.min(...losses));
  const end = stopReason
    ? `Training ended after ${epoch.length} epochs: ${stopReason}.`
    : `Training ran ${epoch.length} epochs.`;
  return `${end} The weights are those of epoch ${epoch[best]! + 1}, whose validation loss was lowest. Loss: mean squared error of the scaled change.`;
}

function provenance({ command, environment, seconds }: WeatherResult): string[][] {
  const { sluice, node, platform, cpu, cores, kernels, date } = environment;
  return [
    ["command", command],
    ["date", date],
    ["time taken", `${seconds.toFixed(1)} s`],
    ["sluice", `${sluice}, kernels ${kernels}`],
    ["machine", `Node.js ${node}, ${platform}, ${cpu}, ${cores} cores`],
  ];
}
