/** Rolling origin evaluation (Tashman 2000): forecasts made again and again from what was known at the time, held against what came. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { readTable, type DataSource, type Table } from "../../data/index.js";
import { environment } from "../../runs/environment.js";
import { fingerprint } from "../../runs/fingerprint.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { lockRun } from "../../runs/run-lock.js";
import { markRun } from "../../runs/run-status.js";
import { readingOf } from "../common-options.js";
import type { ForecastOptions } from "../forecast/options.js";
import { frameOf, timeWriter, type Frame } from "../forecast/frame.js";
import { rolesOf, type Roles } from "../forecast/roles.js";
import { readOptions } from "../options.js";
import { contentOf, slugOf, sourceName } from "../source-name.js";
import type { Prepared } from "../task.js";
import type { TrainHooks } from "../train-task.js";
import { asAtFirst, prepareAt, type Fit, type FitPlan } from "./fits.js";
import { forecastsAt, type Forecasts } from "./forecasts.js";
import { BacktestStopped, finish } from "./finish.js";
import { backtestOptions, type BacktestOptions } from "./options.js";
import { originsOf, type Origin } from "./origins.js";
import type { Backtest } from "./result.js";
import { inTurn, type Trainer } from "./trainer.js";

const WHERE = "backtest";

export interface BacktestHooks extends Omit<TrainHooks, "part"> {
  /** Told before each training in this process; callbacks of its own may be given back. */
  onFit?: (at: string | number, number: number, of: number) => TrainHooks["callbacks"];
  /** Who trains, such as what `backtestTrainer` of `sluice/distributed` gives; it is closed at the end. Default: one training after the other in this process. */
  trainer?: Trainer;
}

/** The data, and when forecasts are made of them. */
export interface Course {
  readonly table: Table;
  readonly roles: Roles;
  readonly frame: Frame;
  readonly origins: readonly Origin[];
  readonly write: (at: number) => string | number;
}

/**
 * Trains at the first origin (with `refit` again at later ones) on what is known there, and foresees the horizon at every origin.
 * Writes a run folder.
 * @param given options of a forecast, and `initial`, `period`, `origins`, `window`, `refit`
 * @throws SluiceError when options or data do not fit, before anything is written; BacktestStopped when the signal ended it, which
 *   `resumeBacktest` goes on with
 */
export async function backtestForecast(
  source: DataSource,
  given: z.input<typeof backtestOptions>,
  hooks: BacktestHooks = {},
): Promise<Backtest> {
  return closing(hooks, async () => {
    hooks.trainer?.admit(source);
    return begin(source, given, hooks);
  });
}

/** A trainer is closed even where the backtest could not begin. */
export async function closing<T>({ trainer }: BacktestHooks, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await trainer?.close();
  }
}

async function begin(
  source: DataSource,
  given: z.input<typeof backtestOptions>,
  hooks: BacktestHooks,
): Promise<Backtest> {
  const date = new Date();
  const options = readOptions(WHERE, backtestOptions, given);
  const course = await courseOf(source, options);
  const plan = planOf(course, options, hooks);
  const first = await prepareAt(plan, course.origins[0]!);
  const made = environment(await first.model.prepareTraining(), date);
  const command = hooks.command ?? `await forecast.backtest(${JSON.stringify(sourceName(source))}, ${JSON.stringify(given)})`; // prettier-ignore
  const print = await fingerprint(contentOf(source));
  const folder = RunFolder.create(options.runs, `${options.name ?? slugOf(source)}-backtest`, date, (fresh) => {
    fresh.writeJson(RUN_FILES.config, { task: "forecast", verb: "backtest", data: sourceName(source), ...options });
    fresh.writeJson(RUN_FILES.environment, { ...made, command });
    fresh.writeJson(RUN_FILES.data, { fingerprint: print, facts: Object.fromEntries(first.facts) });
  });
  hooks.onFolder?.(folder.path);
  return runBacktest({ data: source, course, options, folder, hooks, command, first });
}

/** Reads the data. @throws SluiceError where they leave no origin */
export async function courseOf(source: DataSource, options: BacktestOptions): Promise<Course> {
  const table = await readTable(source, readingOf(options));
  const roles = rolesOf(WHERE, table, options);
  const frame = frameOf(WHERE, table, roles);
  const { initial, horizon, period = horizon, window, origins: most } = options;
  const origins = originsOf(WHERE, frame, { initial, horizon, period, window, origins: most });
  const write = roles.time === null ? (at: number) => at : timeWriter(WHERE, table, roles);
  return { table, roles, frame, origins, write };
}

/** Options of a training: those of the origins are none. */
export function taskOptions(options: BacktestOptions): ForecastOptions {
  const { initial: _, period: __, origins: ___, window: ____, refit: _____, ...task } = options;
  return task as ForecastOptions;
}

function planOf({ table, frame }: Course, options: BacktestOptions, hooks: BacktestHooks): FitPlan {
  const warned = new Set<string>();
  const warn = (message: string) => {
    if (warned.has(message)) return; // every training would say the same of the data
    warned.add(message);
    (hooks.warn ?? console.warn)(message);
  };
  return { table, frame, options: taskOptions(options), hooks: { ...hooks, callbacks: [] }, warn };
}

/** A backtest that is about to begin, or to go on. */
export interface BacktestSession {
  readonly data: DataSource;
  readonly course: Course;
  readonly options: BacktestOptions;
  readonly folder: RunFolder;
  readonly hooks: BacktestHooks;
  readonly command: string;
  /** The first training, prepared; null where it is there already. */
  readonly first: Prepared<FitPipeline> | null;
}

type FitPipeline = Fit["pipeline"];

/** @throws what training throws, after the run folder has been told; trainings that have ended stay */
export async function runBacktest(session: BacktestSession): Promise<Backtest> {
  const { folder } = session;
  const begin = performance.now();
  const lock = lockRun(folder);
  try {
    markRun(folder, "running");
    return await rollOn(session, begin);
  } catch (error) {
    if (error instanceof BacktestStopped) markRun(folder, "interrupted", "stopped by the user");
    else markRun(folder, "failed", (error as Error).message);
    throw error;
  } finally {
    lock.release();
  }
}

async function rollOn(session: BacktestSession, begin: number): Promise<Backtest> {
  const { course, options, folder, hooks, data, command, first } = session;
  const { origins, write, frame } = course;
  const every = options.refit === 0 ? origins.length : options.refit;
  const due = origins.flatMap((origin, place) =>
    place % every === 0 ? [{ place, origin, at: write(origin.at) }] : [],
  );
  const plan = planOf(course, options, hooks);
  const work = { data, options, folder, plan, due, first, hooks, root: join(folder.path, "fits"), command };
  const fits: Backtest["fits"][number][] = [];
  const parts: Forecasts[] = [];
  let pipeline: FitPipeline | null = null;
  for await (const fit of (hooks.trainer ?? inTurn).train(work)) {
    const { place, origin, at } = due[fits.length]!;
    fits.push({ at, epochs: fit.epochs, run: fit.run });
    pipeline ??= fit.pipeline;
    const own = origins.slice(place, place + every).map((one, i) => ({ index: place + i, origin: one }));
    const forecasts = await forecastsAt(fit.model, fit.pipeline, frame, own, origin);
    if (forecasts) parts.push(forecasts);
  }
  copyFileSync(join(fits.at(-1)!.run, RUN_FILES.model), folder.file(RUN_FILES.model));
  const fitOf = (origin: number) => Math.floor(origin / every);
  const seconds = () => (performance.now() - begin) / 1000;
  const settings = settingsOf(options, asAtFirst(plan, pipeline!));
  return finish({ ...session, source: sourceName(data), pipeline: pipeline!, fits, parts, fitOf, settings, seconds });
}

function settingsOf(options: BacktestOptions, { options: { lookback, season } }: FitPlan): Record<string, unknown> {
  return { ...options, period: options.period ?? options.horizon, lookback, ...(season !== undefined && { season }) };
}
