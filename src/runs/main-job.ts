/**
 * What `npm start` runs: trains a GRU on four years of Seattle's weather, compares it with simple forecasts on days that it has
 * not seen, and writes a run folder with the model and a report. Seeded: two runs give the same numbers. It uses the library
 * as any program does, under its published name.
 */
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import type { Model } from "sluice";
import { environment, sluiceVersion } from "./environment.js";
import { verdictOf, type Entry, type Evaluation } from "./evaluation.js";
import { RUN_FILES, RunFolder } from "./run-folder.js";
import { markRun } from "./run-status.js";
import { indexOfDate, readDays, type Day } from "./weather/days.js";
import { toTemperatures } from "./weather/examples.js";
import { findings, HEADER, rowOf, summaryOf, textTable, verdicts, type Finding } from "./weather/findings.js";
import {
  bestLinear,
  forecast,
  makeModel,
  RULES,
  SETTINGS,
  splitDays,
  train,
  type Split,
} from "./weather/forecaster.js";
import { predictLinear } from "./weather/linear.js";
import { weatherReport, type WeatherResult } from "./weather/weather-report.js";

const VALIDATION_BEGIN = "2014-07-01";
const TEST_BEGIN = "2015-01-01";
const COMMAND = "npm start";

/** @param root where run folders are kept; @param print what is told, line by line */
export async function mainJob(root: string, print: (text: string) => void): Promise<RunFolder> {
  const begin = new Date();
  const days = readDays();
  const split = splitDays(days, indexOfDate(days, VALIDATION_BEGIN), indexOfDate(days, TEST_BEGIN));
  const parts = describeSplit(days, split);
  print(
    `Sluice ${sluiceVersion()}: a GRU learns to foresee Seattle's highest temperature of tomorrow from the last 30 days.\n`,
  );
  print(`${textTable(["part", "days", "from", "to"], parts)}\n`);
  const model = makeModel(split);
  const summary = model.summary(print);
  const where = environment(await model.prepareTraining(), begin);
  const folder = RunFolder.create(root, "seattle-weather", begin, (fresh) => {
    markRun(fresh, "running");
    fresh.writeJson(RUN_FILES.config, configOf(model));
    fresh.writeJson(RUN_FILES.environment, where);
  });
  print("");
  const history = await train(model, split, folder.file(RUN_FILES.history));

  const truth = days.slice(split.test.first).map((day) => day.high);
  const found = findings(truth, await allForecasts(model, days, split));
  const dates = days.slice(split.test.first).map((day) => day.date);
  const seconds = (Date.now() - begin.getTime()) / 1000;
  const result: WeatherResult = { dates, truth, findings: found, history, summary, split: parts, environment: where, command: COMMAND, seconds }; // prettier-ignore
  await model.save(folder.file(RUN_FILES.model));
  folder.writeJson("metrics.json", metricsOf(found, result));
  folder.writeJson(RUN_FILES.evaluation, evaluationOf(found));
  folder.writeText(RUN_FILES.report, await weatherReport(result));
  markRun(folder, "finished");
  printResult(found, result, folder, print);
  return folder;
}

function describeSplit(days: readonly Day[], { train, validation, test }: Split): string[][] {
  return Object.entries({ train, validation, test }).map(([name, { first, count }]) => {
    return [name, String(count), days[first]!.date, days[first + count - 1]!.date];
  });
}

/** The model's forecasts for the test days first, then those of its opponents. */
async function allForecasts(model: Model, days: readonly Day[], split: Split): Promise<Map<string, number[]>> {
  const { test, scaler } = split;
  const linear = bestLinear(split);
  const changes = predictLinear(linear, test);
  return new Map([
    ["GRU", await forecast(model, test, days, scaler)],
    [`linear autoregression, ${linear.T} days`, toTemperatures(changes, days, test.first, scaler)],
    ...Object.entries(RULES).map(([name, rule]): [string, number[]] => {
      return [name, Array.from({ length: test.count }, (_, i) => rule(days, test.first + i))];
    }),
  ]);
}

function configOf(model: Model): object {
  const { optimizer, outputs } = model.compiled;
  return {
    task: "forecast",
    command: COMMAND,
    data: {
      package: "vega-datasets",
      file: "seattle-weather.csv",
      validationBegin: VALIDATION_BEGIN,
      testBegin: TEST_BEGIN,
    },
    settings: SETTINGS,
    model: model.getConfig(),
    optimizer: { className: optimizer.className, config: optimizer.config },
    loss: outputs.map(({ loss }) => ({ className: loss.className, config: loss.config })),
  };
}

/** The result as every run keeps it, so that `sluice runs` can list this one too. */
function evaluationOf(found: readonly Finding[]): Evaluation {
  const kinds = ["network", "simple"] as const; // and rules after these two
  const judge = { name: "mae", mode: "min", unit: "°C" } as const;
  const entries = found.map(({ name, score }, i): Entry => ({
    name,
    kind: kinds[i] ?? "trivial",
    values: { ...score },
  }));
  return {
    count: found[0]!.forecast.length,
    of: "days",
    part: "test",
    judge,
    entries,
    verdict: verdictOf(judge, entries),
    pictures: [],
  };
}

function metricsOf(found: readonly Finding[], { history, seconds }: WeatherResult): object {
  const scores = found.map(({ name, score, behind }) => [name, { ...score, ...(behind && { behind }) }]);
  const validation = Math.min(...history.history.val_loss!);
  return {
    unit: "°C",
    test: Object.fromEntries(scores),
    validationLoss: validation,
    epochs: history.epoch.length,
    seconds,
  };
}

function printResult(
  found: readonly Finding[],
  result: WeatherResult,
  folder: RunFolder,
  print: (text: string) => void,
): void {
  print(`\nOn ${result.dates.length} days of 2015 that no forecaster has seen:\n`);
  print(`${textTable(HEADER, found.map(rowOf))}\n`);
  print(`${summaryOf(found)}\n${verdicts(found)[0]!.replace(" (", "\n(")}\n`);
  print(`Run folder  ${folder.path}  (${result.seconds.toFixed(1)} s)`);
  print(`Report      ${pathToFileURL(folder.file(RUN_FILES.report)).href}`);
  print(`The model   await loadModel(${JSON.stringify(folder.file(RUN_FILES.model))})`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  mainJob(join(process.cwd(), "runs"), console.log).catch((error: Error) => {
    console.error(error.name === "SluiceError" ? `Error: ${error.message}` : error);
    process.exitCode = 1;
  });
}
