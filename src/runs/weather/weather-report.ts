import type { History } from "sluice";
import type { Environment } from "../environment.js";
import { plotForecast } from "../plot-forecast.js";
import { plotHistory } from "../plot-history.js";
import { reportPage, type Block } from "../report.js";
import { chart } from "../svg/chart.js";
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

/** Days of the closer look, from the middle of the year, where weather changes least, to its turn, where it changes most. */
const ZOOM = { from: 200, days: 75 };

export function weatherReport(result: WeatherResult): string {
  const { findings, history, summary, split, dates } = result;
  return reportPage("Tomorrow's temperature in Seattle", [
    { text: "A GRU looks at the weather of the last 30 days and says how warm the next day will be." },
    { heading: "Result" },
    { text: `${summaryOf(findings)} Measured on ${dates.length} days that no model has seen.` },
    { table: { header: HEADER, rows: findings.map(rowOf) } },
    ...verdicts(findings).map((text) => ({ text })),
    { text: "Weather is hard to foresee from one station's records: all gains over “as today” are small." },
    { heading: "Forecast and truth" },
    ...forecastPlots(result),
    { heading: "Training" },
    { text: trainingText(history) },
    { svg: plotHistory(history) },
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

function forecastPlots({ dates, truth, findings }: WeatherResult): Block[] {
  const [own, ...others] = findings;
  const part = <V>(values: readonly V[]) => values.slice(ZOOM.from, ZOOM.from + ZOOM.days);
  const zoomed = [own!, ...others.slice(0, 2)].map(({ name, forecast }) => [name, part(forecast)] as const);
  const residuals = own!.forecast.map((value, i) => value - truth[i]!);
  const panel = {
    title: "Residuals: forecast minus truth",
    x: dates.map((date) => Date.parse(date)),
    dates: true,
    yLabel: "°C",
    rules: [0],
    series: [{ name: own!.name, y: residuals, mark: "points" as const }],
  };
  const mean = residuals.reduce((sum, r) => sum + r, 0) / residuals.length;
  const yLabel = "highest temperature, °C";
  return [
    {
      svg: plotForecast({ truth, forecast: { [own!.name]: own!.forecast }, x: dates, title: "The test year", yLabel }),
    },
    {
      svg: plotForecast({
        truth: part(truth),
        forecast: Object.fromEntries(zoomed),
        x: part(dates),
        title: "A closer look",
        yLabel,
      }),
    },
    { svg: chart([panel], `One point a day; their mean is ${mean.toFixed(2)} °C.`) },
  ];
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
