/** The end of a backtest: scores, files, report. */
import { RUN_FILES, type RunFolder } from "../../runs/run-folder.js";
import { markRun } from "../../runs/run-status.js";
import { check, SluiceError } from "../../util/errors.js";
import type { ForecastPipeline } from "../forecast/pipeline.js";
import { assemble, backtestJson, type Assembly } from "./assemble.js";
import type { BacktestHooks, Course } from "./backtest.js";
import { joined, type Forecasts } from "./forecasts.js";
import { backtestReport } from "./report.js";
import type { Backtest } from "./result.js";

export const BACKTEST_FILE = "backtest.json";

/** Version of backtest.json; raised when an older reader would misunderstand it. */
const VERSION = 1;

/** Stopped by the signal; trainings that have ended are kept. */
export class BacktestStopped extends SluiceError {
  constructor(
    readonly folder: string,
    readonly done: number,
    readonly of: number,
  ) {
    super(`backtest: stopped after ${done} of ${of} trainings; what is done is in ${folder}`);
  }
}

export interface Ending {
  readonly source: string;
  readonly course: Course;
  readonly folder: RunFolder;
  readonly hooks: BacktestHooks;
  readonly command: string;
  /** Of the first training, or of the network that was there. */
  readonly pipeline: ForecastPipeline;
  readonly fits: Backtest["fits"];
  readonly parts: readonly Forecasts[];
  readonly fitOf: (origin: number) => number | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seconds: () => number;
}

/** @throws SluiceError where no forecast could be judged */
export async function finish(ending: Ending): Promise<Backtest> {
  const { source, course, folder, command, pipeline, parts, settings, fitOf, hooks } = ending;
  check(parts.length > 0, () => {
    return `backtest: at none of the ${course.origins.length} origins has a series ${pipeline.plan.lookback} steps before it and the horizon after it, all known`;
  });
  const { horizon, season, roles, absolute, doubt } = pipeline.plan;
  const assembly: Assembly = {
    ...course,
    fitOf,
    targets: roles.targets,
    horizon,
    season,
    levels: doubt?.levels ?? [],
    absolute,
  };
  const forecasts = joined(parts);
  const assembled = assemble(forecasts, assembly);
  for (const note of assembled.notes) (hooks.warn ?? console.warn)(`backtest: ${note}`);
  const fits = ending.fits.map(({ at, epochs, run }) => ({ at, epochs, run }));
  const head = { version: VERSION, task: "forecast", data: source, command, settings, fits };
  folder.replaceText(BACKTEST_FILE, backtestJson(head, forecasts, assembled, assembly));
  folder.replaceJson(RUN_FILES.evaluation, assembled.evaluation);
  const backtest: Backtest = { task: "forecast", data: source, settings, folder: folder.path, fits, ...assembled };
  if (hooks.report !== false)
    folder.replaceText(
      RUN_FILES.report,
      await backtestReport(backtest, { folder, command, seconds: ending.seconds() }),
    );
  markRun(folder, "finished");
  return backtest;
}
