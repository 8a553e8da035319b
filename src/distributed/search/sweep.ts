/** A search over the options of a task: every trial a run of its own, the best one measured on the test part. */
import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Json } from "../../format/json.js";
import { environment } from "../../runs/environment.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { fingerprint } from "../../runs/fingerprint.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { lockRun } from "../../runs/run-lock.js";
import { markRun, readStatus } from "../../runs/run-status.js";
import { testRun } from "../../tasks/measure-run.js";
import { checkSame, dataOf } from "../../tasks/open-run.js";
import { readOptions } from "../../tasks/options.js";
import { taskNamed } from "../../tasks/registry.js";
import { slugOf } from "../../tasks/source-name.js";
import type { Task } from "../../tasks/task.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor } from "../job.js";
import { trialResult, type TrialPayload } from "../trial.js";
import { ranked, jobCount, rungsOf } from "./halving.js";
import { importanceOf, type Importance } from "./importance.js";
import { Ledger, SWEEP_FILE, TRIALS, valueOf, type Plan, type TrialRecord } from "./ledger.js";
import { sweepOptions, type SweepOptions } from "./options.js";
import { propose, trialCount, type Tried } from "./proposals.js";
import { asynchronous, synchronous } from "./schedule.js";
import type { Space } from "./space.js";
import { writeSweepReport } from "./sweep-report.js";
import { checkSettings, settingsAt, withUnits } from "./task-space.js";

/** What surrounds a search; none of it changes the result. */
export interface SweepHooks {
  /** Makes that which trains, when the folder is there; it is closed at the end. */
  executor(store: string): Executor;
  /** Ends the search: what is under way keeps a checkpoint, and `resumeSweep` goes on. */
  signal?: AbortSignal;
  /** Told what the user should know, once. */
  warn?: (message: string) => void;
  onFolder?: (path: string) => void;
  /** Told when a trial has ended at a rung, or was set aside. */
  onTrial?: (trial: TrialRecord, progress: Progress) => void;
  /** Told after each epoch of a trial. */
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
  const { seed } = readOptions("sweep", task.options, settingsAt(given, propose("random", space, 0, [], 0, 1)[0]!)) as unknown as { seed: number }; // prettier-ignore
  const command = hooks.command ?? `await sweep(${JSON.stringify(data)}, ${JSON.stringify(given)})`;
  const plan: Plan = { task: task.name, data, command, settings, space, options, seed };
  check(trialCount(options.method, space, options.trials) > 0, () => "sweep: the space is empty");
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
 * Goes on with a search that was stopped, or with a larger budget; trials that have ended are taken as they are.
 * @throws SluiceError when it has ended, or the data are not those that it was begun with
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
  const grown = seconds !== undefined || (trials !== undefined && trials > ledger.plan.options.trials);
  check(state !== "finished" || grown, () => `${here}: it has ended; give it more --trials or --seconds, or read ${folder.file(SWEEP_FILE)}`); // prettier-ignore
  check((trials ?? Infinity) >= ledger.trials.length, () => `${here}: it has ${ledger.trials.length} trials already`);
  const data = moved ?? dataOf(here, folder, ledger.plan.data);
  await checkSame(here, folder, data);
  Object.assign(ledger.plan.options, more);
  hooks.onFolder?.(folder.path);
  return search(taskNamed(here, ledger.plan.task), data, ledger, hooks);
}

/** @throws what ended it, after the folder has been told */
async function search(task: Task, data: string, ledger: Ledger, hooks: SweepHooks): Promise<Sweep> {
  const { folder } = ledger;
  const lock = lockRun(folder);
  try {
    markRun(folder, "running");
    await train(task, data, ledger, hooks);
    const sweep = await finish(task, data, ledger, hooks);
    markRun(folder, "finished");
    return sweep;
  } catch (error) {
    if (error instanceof SweepStopped) markRun(folder, "interrupted", "stopped by the user");
    else markRun(folder, "failed", (error as Error).message);
    throw error;
  } finally {
    lock.release();
  }
}

async function train(task: Task, data: string, ledger: Ledger, hooks: SweepHooks): Promise<void> {
  const { plan, folder } = ledger;
  const { method, halving, rungs: most, seconds = Infinity } = plan.options;
  const { epochs } = readOptions("sweep", task.options, settingsAt(plan.settings, propose("random", plan.space, 0, [], 0, 1)[0]!)) as unknown as { epochs: number }; // prettier-ignore
  const trials = trialCount(method, plan.space, plan.options.trials);
  const rungs = halving ? rungsOf(epochs, trials, most) : [epochs];
  /** The last rung is the end of the training, of which patience may have another opinion. */
  const untilOf = (rung: number) => (rung === rungs.length - 1 ? null : rungs[rung]!);
  const executor = hooks.executor(join(folder.path, "store"));
  const begin = performance.now();
  const before = ledger.spent;
  const spent = () => before + (performance.now() - begin) / 1000;
  // Without a limit all that can be done is asked for at once: then workers that come later find work too.
  const gate = new Gate(seconds === Infinity ? Infinity : executor.slots);
  const of = jobCount(trials, rungs);
  let done = ledger.trials.reduce((sum, one) => sum + one.rungs.length, 0);
  const warned = new Set<string>();

  const run = async (trial: number, rung: number) => {
    const until = untilOf(rung);
    const known = ledger.known(trial, until);
    if (known !== undefined) return known;
    await gate.enter();
    try {
      if (spent() >= seconds) return undefined;
      hooks.signal?.throwIfAborted();
      const outcome = await executor.run(
        { id: `${folder.name}-${nameOf(trial)}-${until ?? "all"}`, kind: "trial", payload: payloadOf(trial, until) },
        {
          ...(hooks.signal && { signal: hooks.signal }),
          onProgress: (progress) => hooks.onEpoch?.(trial, progress),
        },
      );
      if (outcome.state === "failed") ledger.setAside(trial, outcome.reason ?? "no reason was given");
      else {
        const result = readOptions("result of a trial", trialResult, outcome.result as object);
        for (const warning of result.warnings) if (warned.size < warned.add(warning).size) hooks.warn?.(warning);
        ledger.note(trial, until, result, basename(result.run));
      }
      done++;
      ledger.spent = spent();
      ledger.write();
      hooks.onTrial?.(ledger.trials[trial]!, { done, of, ledger });
      return ledger.known(trial, until);
    } finally {
      gate.leave();
    }
  };

  const payloadOf = (trial: number, until: number | null): Json => {
    const payload: TrialPayload = {
      task: task.name,
      data: { path: data },
      settings: settingsAt(plan.settings, ledger.trials[trial]!.point) as Record<string, Json>,
      runs: join(folder.path, TRIALS),
      name: nameOf(trial),
      command: plan.command,
      ...(until !== null && { until }),
    };
    return payload as Json;
  };

  const course = {
    method,
    trials,
    rungs: rungs.length,
    slots: executor.slots,
    run,
    propose: (first: number, count: number) => {
      const missing = first + count - ledger.trials.length;
      if (missing <= 0) return; // known from an earlier session
      const tried = triedOf(ledger).slice(0, plan.options.asynchronous ? Infinity : first);
      ledger.add(propose(method, plan.space, plan.seed, tried, ledger.trials.length, missing));
    },
  };
  try {
    await (plan.options.asynchronous ? asynchronous(course) : synchronous(course));
  } catch (error) {
    if (!hooks.signal?.aborted) throw error;
    throw new SweepStopped(folder.path, done, of);
  } finally {
    ledger.spent = spent();
    ledger.write();
    await executor.close();
  }
}

const nameOf = (trial: number) => `trial-${String(trial + 1).padStart(3, "0")}`;

/** By the first rung, which all have in common. */
function triedOf(ledger: Ledger): Tried[] {
  return ledger.trials.map(({ point, rungs }) => ({ point, value: ledger.signed(rungs[0]?.value ?? null) }));
}

async function finish(task: Task, data: string, ledger: Ledger, hooks: SweepHooks): Promise<Sweep> {
  const { folder, trials, plan } = ledger;
  const judged = trials.map((own) => ({ own, trial: own.trial, value: ledger.signed(valueOf(own)), parameters: own.parameters ?? 0 })); // prettier-ignore
  const [first] = ranked(judged);
  check(first !== undefined && first.value !== null, () => `sweep: ${reasonOfNone(trials)}`);
  // Of equal ones the one with fewer parameters.
  const equal = judged.filter(({ value }) => value === first.value).sort((a, b) => a.parameters - b.parameters || a.trial - b.trial); // prettier-ignore
  const best = equal[0]!.own;
  const bestRun = join(folder.path, TRIALS, best.run!);
  const seconds = best.rungs.reduce((sum, rung) => sum + rung.seconds, 0);
  const test = await testRun(task, data, RunFolder.open(bestRun), seconds, {
    ...(hooks.signal && { signal: hooks.signal }),
    ...(hooks.warn && { warn: hooks.warn }),
  });
  const importance = importanceOf(plan.space, triedOf(ledger));
  const { pictures: _, ...measured } = test;
  ledger.outcome = { best: { trial: best.trial, point: best.point, run: best.run }, test: measured, importance };
  ledger.write();
  // The folder is a run too: what takes a run takes the best of the sweep.
  copyFileSync(join(bestRun, RUN_FILES.model), folder.file(RUN_FILES.model));
  folder.replaceJson(RUN_FILES.evaluation, { ...measured, pictures: [] });
  const sweep: Sweep = { folder: folder.path, ledger, best, bestRun, importance, test };
  await writeSweepReport(sweep);
  return sweep;
}

function reasonOfNone(trials: readonly TrialRecord[]): string {
  const failed = trials.find(({ reason }) => reason !== undefined);
  if (failed) return `none of ${trials.length} trials came to an end; the first: ${failed.reason}`;
  return "no trial came to an end in the time that was given; give more --seconds";
}

/** Lets so many in at once. */
class Gate {
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(readonly places: number) {}

  async enter(): Promise<void> {
    if (this.#inside >= this.places) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#inside++;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#inside--;
  }
}
