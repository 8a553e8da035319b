/** A search over the options of a task: every trial a run of its own, the best one measured on the test part. */
import { join } from "node:path";
import type { Json } from "../../format/json.js";
import { environment } from "../../runs/environment.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { fingerprint } from "../../runs/fingerprint.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { lockRun } from "../../runs/run-lock.js";
import { markRun, noteEnd, readStatus } from "../../runs/run-status.js";
import { checkSame, dataOf } from "../../tasks/open-run.js";
import { readOptions } from "../../tasks/options.js";
import { taskNamed } from "../../tasks/registry.js";
import { slugOf } from "../../tasks/source-name.js";
import type { Task } from "../../tasks/task.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor } from "../job.js";
import { finish } from "./finish.js";
import type { Importance } from "./importance.js";
import { Ledger, SWEEP_FILE, type Plan, type TrialRecord } from "./ledger.js";
import { sweepOptions, type SweepOptions } from "./options.js";
import { lengthOf } from "./length.js";
import { checkMeasures } from "./measures.js";
import { propose, trialCount } from "./proposals.js";
import { same, type Space } from "./space.js";
import { checkSettings, commonOf, settingsAt, withUnits } from "./task-space.js";
import { Trials } from "./trials.js";

/** What surrounds a search; none of it changes the result. */
export interface SweepHooks {
  /** Makes that which trains, when the folder is there; it is closed at the end. @param plan name of the sweep, the same when it goes on */
  executor(store: string, plan: string): Executor | Promise<Executor>;
  /** Ends the search: what is under way keeps a checkpoint, and `resumeSweep` goes on. */
  signal?: AbortSignal;
  /** Told what the user should know, once. */
  warn?: (message: string) => void;
  onFolder?: (path: string) => void;
  /** Told when a trial has ended at a rung, or was set aside; its number counts from 0. */
  onTrial?: (trial: TrialRecord, progress: Progress) => void;
  /** Told after each epoch of a trial, by its number from 0. */
  onEpoch?: (trial: number, progress: Json) => void;
  /** The command that the reports show. */
  command?: string;
}

export interface Progress {
  /** Trainings up to a rung that have ended. */
  readonly done: number;
  /** Of these in all, as far as it can be foretold. */
  readonly of: number;
  readonly ledger: Ledger;
}

export interface Sweep {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly best: TrialRecord;
  /** Folder of the best trial's run. */
  readonly bestRun: string;
  readonly importance: readonly Importance[];
  /** Of the best, on the test part, by which nothing was chosen. */
  readonly test: Evaluation;
}

/** Stopped by the signal; what was learnt is kept. */
export class SweepStopped extends SluiceError {
  constructor(
    readonly folder: string,
    readonly done: number,
    readonly of: number,
  ) {
    super(`sweep: stopped after ${done} of ${of} trainings; what is done is in ${folder}`);
  }
}

/**
 * Searches for the best options of a task.
 * @param data a file or folder; its path must mean the same to all workers
 * @param common options that all trials have in common
 * @param space of `readSpace`
 * @throws SluiceError where options, space or data do not fit, before anything is written, and where all trials fail; SweepStopped
 *   when the signal ended it
 */
export async function sweepTask(
  task: Task,
  data: string,
  common: Readonly<Record<string, unknown>>,
  space: Space,
  choices: Partial<SweepOptions>,
  hooks: SweepHooks,
): Promise<Sweep> {
  const date = new Date();
  const given = withUnits(task, common, space);
  const { workers: _, ...options } = readOptions("sweep", sweepOptions, choices);
  const onEpochs = options.halving && space.some(({ name }) => name === "epochs");
  check(!onEpochs, () => "sweep: halving decides how many epochs a trial is trained; take epochs out of the space");
  checkSettings(task, given, space);
  const { runs = "runs", name = slugOf(data), ...settings } = given as { runs?: string; name?: string };
  const { seed } = commonOf(task, given, space);
  const command = hooks.command ?? `await sweep(${JSON.stringify(data)}, ${JSON.stringify(given)})`;
  const plan: Plan = { task: task.name, data, command, settings, space, options, seed };
  const made = await firstLook(task, plan, date, hooks);
  const folder = RunFolder.create(runs, `${name}-sweep`, date, (fresh) => {
    markRun(fresh, "running");
    fresh.writeJson(RUN_FILES.config, { task: task.name, verb: "sweep", data, ...settings });
    fresh.writeJson(RUN_FILES.environment, { ...made.environment, command });
    fresh.writeJson(RUN_FILES.data, { fingerprint: made.fingerprint, facts: made.facts });
    new Ledger(fresh, plan).write();
  });
  hooks.onFolder?.(folder.path);
  return search(task, data, new Ledger(folder, plan), hooks);
}

/** Prepares the first trial here: data that do not fit are not found out by three attempts of each of forty trials. */
async function firstLook(task: Task, { data, settings, space, options, seed }: Plan, date: Date, hooks: SweepHooks) {
  const [point] = propose(options.method, space, seed, [], 0, 1);
  const read = readOptions("sweep", task.options, settingsAt(settings, point!));
  const prepared = await task.prepare(data, read, { warn: hooks.warn ?? console.warn, signal: hooks.signal });
  try {
    checkMeasures(task, space, prepared);
    return {
      environment: environment(await prepared.model.prepareTraining(), date),
      fingerprint: await fingerprint(data),
      facts: Object.fromEntries(prepared.facts),
    };
  } finally {
    await prepared.close?.();
  }
}

export interface ResumeSweepOptions {
  /** The data, where they have moved. */
  readonly data?: string;
  /** A larger budget. */
  readonly trials?: number | undefined;
  readonly seconds?: number | undefined;
}

/**
 * Goes on with a search that was stopped, or of which trials failed, or with a larger budget; trials that have ended are taken as they are.
 * @throws SluiceError when it has nothing left to do, or the data are not those that it was begun with
 */
export async function resumeSweep(
  where: string,
  { data: moved, trials, seconds }: ResumeSweepOptions,
  hooks: SweepHooks,
  root = "runs",
): Promise<Sweep> {
  const folder = RunFolder.open(where, root);
  const here = `resume ${folder.path}`;
  check(folder.has(SWEEP_FILE), () => `${here}: it is no sweep; go on with sluice train --resume`);
  const { state } = readStatus(folder);
  check(state !== "running", () => `${here}: another process is working on it`);
  const ledger = Ledger.read(folder);
  const more = { ...(trials !== undefined && { trials }), ...(seconds !== undefined && { seconds }) };
  check((trials ?? Infinity) >= ledger.trials.length, () => `${here}: it has ${ledger.trials.length} trials already`);
  const task = taskNamed(here, ledger.plan.task);
  if (state === "finished" && ledger.failed.length === 0) checkGrows(here, ledger, more);
  const data = moved ?? dataOf(here, folder, ledger.plan.data);
  await checkSame(here, folder, data);
  checkRungs(here, task, ledger.plan, more);
  Object.assign(ledger.plan.options, more);
  ledger.tryAgain();
  hooks.onFolder?.(folder.path);
  return search(task, data, ledger, hooks);
}

/** One that has ended, and of which no trial failed, needs something to do. */
function checkGrows(
  here: string,
  { plan, trials, folder }: Ledger,
  { trials: most, seconds }: ResumeSweepOptions,
): void {
  const { space, options } = plan;
  const known = trials.every(({ state }) => state !== "waiting");
  const whole = known && trialCount(options.method, space, trials.length + 1) === trials.length;
  const more = whole ? "all points of its space have been tried" : "give it more --trials or --seconds";
  const grown = seconds !== undefined || (!whole && (most ?? 0) > options.trials);
  check(grown, () => `${here}: it has ended; ${more}, or read ${folder.file(SWEEP_FILE)}`);
}

/** What was compared after other epochs cannot be compared with what comes. */
function checkRungs(here: string, task: Task, plan: Plan, more: object): void {
  const [before, after] = [plan, { ...plan, options: { ...plan.options, ...more } }].map((one) => lengthOf(task, one));
  const epochs = (rungs: readonly number[]) => rungs.join(", ").replace(/, (?=\d+$)/, " and ");
  check(!plan.options.halving || same(before!.rungs, after!.rungs), () => {
    return `${here}: its ${before!.trials} trials were compared after ${epochs(before!.rungs)} epochs; ${after!.trials} would be after ${epochs(after!.rungs)}; begin a new sweep`;
  });
}

/** @throws what ended it, after the folder has been told */
async function search(task: Task, data: string, ledger: Ledger, hooks: SweepHooks): Promise<Sweep> {
  const { folder } = ledger;
  const lock = lockRun(folder);
  let executor: Executor | null = null;
  let trials: Trials | null = null;
  try {
    markRun(folder, "running");
    executor = await hooks.executor(join(folder.path, "store"), folder.name);
    trials = new Trials(task, data, ledger, executor, hooks);
    await trials.train();
    await executor.close();
    const sweep = await finish(task, data, ledger, hooks);
    markRun(folder, "finished");
    return sweep;
  } catch (error) {
    const stopped = hooks.signal?.aborted === true && trials !== null;
    const ended = stopped ? new SweepStopped(folder.path, trials!.done, trials!.of) : (error as Error);
    noteEnd(folder, stopped ? null : (error as Error));
    throw ended;
  } finally {
    await executor?.close();
    lock.release();
  }
}
