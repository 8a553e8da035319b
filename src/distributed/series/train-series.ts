/** A model for each series of a table, thousands of them: one run folder that holds theirs. */
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { takeRows, type DataSource } from "../../data/index.js";
import { environment } from "../../runs/environment.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { fingerprint } from "../../runs/fingerprint.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { lockRun } from "../../runs/run-lock.js";
import { markRun, noteEnd, readStatus } from "../../runs/run-status.js";
import { forecastTask } from "../../tasks/forecast/forecast-task.js";
import { forecastOptions, type ForecastOptions } from "../../tasks/forecast/options.js";
import { checkSame, dataOf } from "../../tasks/open-run.js";
import { readOptions } from "../../tasks/options.js";
import { contentOf, slugOf, sourceName } from "../../tasks/source-name.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor } from "../job.js";
import { finishSeries } from "./finish.js";
import { Jobs, type Progress } from "./jobs.js";
import { Ledger, SERIES_FILE, SERIES_FOLDER, waiting, type Plan, type SeriesRecord } from "./ledger.js";
import { answerOf } from "./series.js";
import { leastRows, splitSource, type OneSeries, type Split } from "./split.js";

const WHERE = "series";

/** What surrounds the training; none of it changes the result. */
export interface SeriesHooks {
  /** Makes that which trains, when the folder is there; it is closed at the end. @param plan name of the run, the same when it goes on */
  executor(store: string, plan: string): Executor | Promise<Executor>;
  /** Ends it: what is under way keeps a checkpoint, and `resumeSeries` goes on. */
  signal?: AbortSignal;
  /** Told what the user should know, once. */
  warn?: (message: string) => void;
  onFolder?: (path: string) => void;
  /** Told when a series has ended, in one way or the other. */
  onSeries?: (name: string, progress: Progress) => void;
  /** The command that the report shows. */
  command?: string;
}

export interface PerSeries {
  readonly folder: string;
  readonly ledger: Ledger;
  /** Of all series together, on their test parts. */
  readonly evaluation: Evaluation;
}

/** Stopped by the signal; what was learnt is kept. */
export class SeriesStopped extends SluiceError {
  constructor(
    readonly folder: string,
    readonly done: number,
    readonly of: number,
  ) {
    super(`${WHERE}: stopped after ${done} of ${of} series; what is done is in ${folder}`);
  }
}

/**
 * Trains a forecast of each series by itself.
 * @param source file, table or rows; it is read once, and must fit into memory
 * @param given options of `forecast`; `id` names the column that says which series a row belongs to
 * @throws SluiceError where options or data do not fit, before anything is written, and where no series could be trained; SeriesStopped
 *   when the signal ended it
 */
export async function trainSeries(
  source: DataSource,
  given: Readonly<Record<string, unknown>>,
  hooks: SeriesHooks,
): Promise<PerSeries> {
  const date = new Date();
  const options = readOptions(WHERE, forecastOptions, given);
  checkAllowed(options);
  const split = await splitSource(source, options);
  const { runs, name = slugOf(source), ...rest } = options;
  const { roles } = split;
  const settings = {
    ...rest,
    ...(roles.time !== null && { time: roles.time }),
    ...(roles.past.length > 0 && { past: roles.past }),
  };
  const made = await firstLook(split, options, date, hooks.signal);
  const command = hooks.command ?? `await trainSeries(${JSON.stringify(sourceName(source))}, ${JSON.stringify(given)})`;
  const print = await fingerprint(contentOf(source));
  const plan: Plan = { data: sourceName(source), command, id: roles.id, settings };
  const folder = RunFolder.create(runs, `${name}-series`, date, (fresh) => {
    markRun(fresh, "running");
    fresh.writeJson(RUN_FILES.config, { task: "forecast", perSeries: true, data: plan.data, ...settings });
    fresh.writeJson(RUN_FILES.environment, { ...made, command });
    fresh.writeJson(RUN_FILES.data, { fingerprint: print, facts: factsOf(split) });
    mkdirSync(fresh.file(SERIES_FOLDER));
    const ledger = new Ledger(fresh, plan);
    ledger.add(split.series.map((one) => recordOf(one, options)));
    ledger.write();
  });
  hooks.onFolder?.(folder.path);
  return work(split, Ledger.read(folder), options, hooks);
}

/** Options that go with one model only. */
type Forbidden = Partial<Pick<ForecastOptions, "irregular" | "testData" | "categories" | "gradientNorms">>;

function checkAllowed(options: ForecastOptions): void {
  check(options.id !== undefined, () => `${WHERE}: id must name the column that says which series a row belongs to`);
  const forbidden = forbiddenIn(options);
  check(forbidden === null, () => `${WHERE}: ${forbidden!.name} does not go with a model per series: ${forbidden!.why}`); // prettier-ignore
}

/** The first option that does not go with a model for each series. */
export function forbiddenIn({
  irregular,
  testData,
  categories,
  gradientNorms,
}: Forbidden): { name: string; why: string } | null {
  const not = [
    ["irregular", irregular, "a model each is for series that are observed regularly; one model for all takes others"],
    ["testData", testData !== undefined, "measure with sluice evaluate RUN --data FILE, which takes rows of all series"],
    ["categories", categories !== undefined, "they tell series apart, and a model of one series sees but one"],
    ["gradientNorms", gradientNorms, "nobody could look at those of all series; train one of them by itself"],
  ] as const; // prettier-ignore
  const [name, , why] = not.find(([, given]) => given) ?? [];
  return name === undefined ? null : { name, why: why! };
}

function recordOf({ id, name, rows }: OneSeries, options: ForecastOptions): SeriesRecord {
  const needed = leastRows(options);
  const record = waiting(id, name, rows.length);
  if (rows.length >= needed) return record;
  return {
    ...record,
    state: "set aside",
    reason: `it has ${rows.length} ${rows.length === 1 ? "row" : "rows"}; one window needs ${needed}`,
  };
}

/** How many of the longest series may be unfit before it is taken for certain that the options are wrong. */
const LOOKS = 3;

/** Prepares a long series here: options that fit none are not found out by thousands of jobs. */
async function firstLook({ table, series }: Split, options: ForecastOptions, date: Date, signal?: AbortSignal) {
  const longest = [...series].sort((a, b) => b.rows.length - a.rows.length).slice(0, LOOKS);
  let problem: unknown;
  for (const { rows, seed } of longest)
    try {
      const context = { warn: () => undefined, signal };
      const prepared = await forecastTask.prepare(takeRows(table, rows), { ...options, seed }, context);
      return environment(await prepared.model.prepareTraining(), date);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      problem ??= error;
    }
  throw problem;
}

function factsOf({ table, series, roles }: Split): Record<string, string> {
  const lengths = series.map(({ rows }) => rows.length).sort((a, b) => a - b);
  const [least, most] = [lengths[0]!, lengths.at(-1)!];
  return {
    rows: String(table.length),
    series: `${series.length}, by ${roles.id}, of ${least === most ? least : `${least} to ${most}`} rows`,
    target: roles.targets.join(", "),
    ...(roles.time !== null && { dates: `column ${roles.time}` }),
  };
}

export interface ResumeSeriesOptions {
  /** The data, where they were in memory or have moved. */
  readonly data?: DataSource;
}

/**
 * Goes on with what is missing: series that wait, and those that failed.
 * @throws SluiceError when there are none, or the data are not those that it was begun with
 */
export async function resumeSeries(
  where: string,
  { data }: ResumeSeriesOptions,
  hooks: SeriesHooks,
  root = "runs",
): Promise<PerSeries> {
  const folder = RunFolder.open(where, root);
  const here = `resume ${folder.path}`;
  check(folder.has(SERIES_FILE), () => `${here}: it has no ${SERIES_FILE}: it is no training of many series`);
  const { state } = readStatus(folder);
  check(state !== "running", () => `${here}: another process is working on it`);
  const ledger = Ledger.read(folder);
  // One whose folder was lost is trained again.
  for (const record of ledger.series)
    if (record.state === "done" && !answerOf(join(folder.file(SERIES_FOLDER), record.run))) record.state = "waiting";
  const left = ledger.series.filter((record) => record.state === "waiting" || record.state === "failed");
  check(state !== "finished" || left.length > 0, () => `${here}: all of its series have ended; train anew for other options`); // prettier-ignore
  const source = data ?? dataOf(here, folder, ledger.plan.data);
  await checkSame(here, folder, source);
  const options = readOptions(here, forecastOptions, ledger.plan.settings);
  const split = await splitSource(source, options);
  hooks.onFolder?.(folder.path);
  return work(split, ledger, options, hooks);
}

/** @throws what ended it, after the folder has been told */
async function work(split: Split, ledger: Ledger, options: ForecastOptions, hooks: SeriesHooks): Promise<PerSeries> {
  const { folder } = ledger;
  const lock = lockRun(folder);
  let executor: Executor | null = null;
  try {
    markRun(folder, "running");
    executor = await hooks.executor(join(folder.path, "store"), basename(folder.path));
    await new Jobs(split, ledger, options, executor, hooks).train();
    await executor.close();
    const evaluation = await finishSeries(split, ledger, options);
    markRun(folder, "finished");
    return { folder: folder.path, ledger, evaluation };
  } catch (error) {
    const stopped = hooks.signal?.aborted === true && executor !== null;
    const ended = stopped ? new SeriesStopped(folder.path, ledger.ended, ledger.series.length) : (error as Error);
    noteEnd(folder, stopped ? null : (error as Error));
    throw ended;
  } finally {
    await executor?.close();
    lock.release();
  }
}
