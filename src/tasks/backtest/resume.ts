/** Backtests that are there already: one that was stopped goes on; and a network that is trained already foresees other data. */
import { environment, readEnvironment } from "../../runs/environment.js";
import { fingerprint } from "../../runs/fingerprint.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { readStatus } from "../../runs/run-status.js";
import { check } from "../../util/errors.js";
import type { z } from "zod";
import { readTable, type DataSource } from "../../data/index.js";
import { readingLike } from "../common-options.js";
import { frameOf, timeWriter } from "../forecast/frame.js";
import { ForecastPipeline, rowsNeeded } from "../forecast/pipeline.js";
import { checkSame, dataOf, openRun } from "../open-run.js";
import { readOptions } from "../options.js";
import { contentOf, slugOf, sourceName } from "../source-name.js";
import { closing, courseOf, runBacktest, type BacktestHooks, type Course } from "./backtest.js";
import { finish } from "./finish.js";
import { forecastsAt } from "./forecasts.js";
import { backtestOptions, replayOptions } from "./options.js";
import { originsOf } from "./origins.js";
import type { Backtest } from "./result.js";

export interface ResumeBacktestOptions extends BacktestHooks {
  /** The data, where they were in memory or have moved. Default: the path in the folder's config.json. */
  data?: DataSource;
}

/**
 * Goes on with a backtest that was stopped: trainings that have ended are taken as they are.
 * @throws SluiceError when it has ended, or the data are not those that it was begun with
 */
export async function resumeBacktest(
  where: string,
  options: ResumeBacktestOptions = {},
  root = "runs",
): Promise<Backtest> {
  return closing(options, () => goOn(where, options, root));
}

async function goOn(where: string, options: ResumeBacktestOptions, root: string): Promise<Backtest> {
  const folder = RunFolder.open(where, root);
  const here = `resume ${folder.path}`;
  const { task: _, verb, data, ...settings } = folder.readJson(RUN_FILES.config) as Record<string, unknown>;
  check(verb === "backtest", () => `${here}: it is a training and no backtest; go on with sluice train --resume`);
  const { state } = readStatus(folder);
  check(state !== "running", () => `${here}: another process is working on it`);
  check(state !== "finished", () => `${here}: it has ended; ${folder.file("backtest.json")} holds its result`);
  const source = options.data ?? dataOf(here, folder, data);
  options.trainer?.admit(source);
  await checkSame(here, folder, source);
  const read = readOptions(here, backtestOptions, settings);
  const course = await courseOf(source, read);
  const { command } = readEnvironment(folder);
  options.onFolder?.(folder.path);
  return runBacktest({
    data: source,
    course,
    options: read,
    folder,
    hooks: options,
    command,
    first: null,
  });
}

/**
 * What a network that is trained already foresees at the origins of other data; nothing is learnt from them.
 * @param where a run folder, "latest", or a model file
 * @param given `initial`, `period`, `origins`, `runs`, `name`, and how the file is read
 * @throws SluiceError where the run is no forecast, or the data lack what it was trained on
 */
export async function backtestRun(
  where: string,
  source: DataSource,
  given: z.input<typeof replayOptions> & Readonly<Record<string, unknown>> = {},
  hooks: BacktestHooks = {},
): Promise<Backtest> {
  const begin = new Date();
  const started = performance.now();
  const { initial, period, origins, runs, name, ...reading } = given;
  const options = readOptions("backtest", replayOptions, { initial, period, origins, runs, name });
  const { model, pipeline, folder: trainedIn } = await openRun(where);
  check(pipeline instanceof ForecastPipeline, () => `backtest: ${where} is a run of ${pipeline.task}, and no forecast`);
  const course = await courseAfter(source, pipeline, options, reading);
  const all = course.origins.map((origin, index) => ({ index, origin }));
  const forecasts = await forecastsAt(model, pipeline, course.frame, all, null);
  const command = hooks.command ?? `await backtestRun(${JSON.stringify(where)}, ${JSON.stringify(sourceName(source))}, ${JSON.stringify(given)})`; // prettier-ignore
  const print = await fingerprint(contentOf(source));
  if (trainedIn !== null && sameData(RunFolder.open(trainedIn), print.sha256))
    (hooks.warn ?? console.warn)(`backtest: ${sourceName(source)} is what the network was trained on; only origins after its training part say how good it is`); // prettier-ignore
  const settings = { run: where, initial: options.initial ?? null, period: options.period ?? pipeline.plan.horizon, origins: options.origins ?? null }; // prettier-ignore
  const made = environment(await model.preparePrediction(), begin);
  const folder = RunFolder.create(options.runs, `${options.name ?? slugOf(source)}-backtest`, begin, (fresh) => {
    fresh.writeJson(RUN_FILES.config, { task: "forecast", verb: "backtest", data: sourceName(source), ...settings });
    fresh.writeJson(RUN_FILES.environment, { ...made, command });
    fresh.writeJson(RUN_FILES.data, { fingerprint: print, facts: {} });
  });
  hooks.onFolder?.(folder.path);
  const seconds = () => (performance.now() - started) / 1000;
  const parts = forecasts ? [forecasts] : [];
  const ending = { course, folder, hooks, command, pipeline, parts, settings, seconds };
  return finish({ ...ending, source: sourceName(source), fits: [], fitOf: () => null });
}

function sameData(run: RunFolder, sha256: string): boolean {
  if (!run.has(RUN_FILES.data)) return false;
  const { fingerprint: before } = run.readJson(RUN_FILES.data) as { fingerprint?: { sha256?: string } };
  return before?.sha256 === sha256;
}

async function courseAfter(
  source: DataSource,
  { plan }: ForecastPipeline,
  options: z.output<typeof replayOptions>,
  reading: Readonly<Record<string, unknown>>,
): Promise<Course> {
  const where = "backtest";
  const table = await readTable(source, readingLike(where, plan.reading, reading));
  const dated = plan.roles.time !== null && table.columns.some((c) => c.name === plan.roles.time);
  const roles = { ...plan.roles, time: dated ? plan.roles.time : null };
  const frame = frameOf(where, table, roles);
  const { initial = rowsNeeded(plan) - plan.horizon, period = plan.horizon, origins: most } = options;
  const settings = { initial, horizon: plan.horizon, period, window: "expanding" as const, origins: most };
  const write = dated ? timeWriter(where, table, roles) : (at: number) => at;
  return { table, roles, frame, origins: originsOf(where, frame, settings), write };
}
