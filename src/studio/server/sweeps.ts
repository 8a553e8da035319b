/** Sweeps as the page shows them, read from sweep.json and from the folders of the trials. */
import { join } from "node:path";
import { importanceOf } from "../../distributed/search/importance.js";
import { jobsDone, Ledger, SWEEP_FILE, TRIALS, valueOf, type TrialRecord } from "../../distributed/search/ledger.js";
import { lengthOf, type SearchLength } from "../../distributed/search/length.js";
import { rankedTrials } from "../../distributed/search/table.js";
import { settingsAt } from "../../distributed/search/task-space.js";
import { namesIn, RunFolder } from "../../runs/run-folder.js";
import { readProgress } from "../../runs/run-progress.js";
import { taskNamed } from "../../tasks/registry.js";
import { SluiceError } from "../../util/errors.js";
import type { SweepJudge, SweepReply, SweepSummary, SweepTrial, TrialProgress } from "../api/index.js";
import { commandOf } from "./words.js";

/** Points of the small curve in the list. */
const POINTS = 60;
/** How a trial's run is called behind its date. */
const TRIAL_NAME = /-trial-(?<number>\d+)$/;

/** @throws SluiceError where sweep.json is not what a search writes */
export function sweepSummary(path: string): SweepSummary {
  const ledger = Ledger.read(RunFolder.open(path));
  const [best] = rankedTrials(ledger);
  const value = best === undefined ? null : valueOf(best);
  const ended = ledger.trials.filter(({ state }) => state !== "waiting");
  return {
    done: ended.length,
    of: lengthIn(ledger)?.trials ?? ledger.plan.options.trials,
    failed: ended.filter(({ state }) => state === "failed").length,
    seconds: ledger.plan.options.seconds ?? null,
    spent: ledger.spent,
    judge: judgeOf(ledger),
    best: value === null ? null : { trial: best!.trial, value },
    course: thinned(courseOf(ledger)),
  };
}

/**
 * @param run the sweep's name
 * @throws SluiceError where sweep.json is not what a search writes
 */
export function sweepOf(path: string, run: string): SweepReply {
  const ledger = Ledger.read(RunFolder.open(path));
  const { plan, spent, trials } = ledger;
  const { method, halving, asynchronous, trials: trialsAllowed, seconds = null } = plan.options;
  const length = lengthIn(ledger);
  const ranked = rankedTrials(ledger).filter((trial) => valueOf(trial) !== null);
  const ranks = new Map(ranked.map(({ trial }, rank) => [trial, rank]));
  const folders = trialFolders(path);
  const shown = (record: TrialRecord): SweepTrial => ({
    trial: record.trial,
    point: record.point,
    state: record.state,
    run: folders.has(record.trial) ? nameOf(run, folders.get(record.trial)!) : null,
    value: valueOf(record),
    rank: ranks.get(record.trial) ?? null,
    rungs: record.rungs,
    parameters: record.parameters,
    reason: record.reason ?? null,
  });
  return {
    method,
    halving,
    asynchronous,
    seed: plan.seed,
    trialsAllowed: length?.trials ?? trialsAllowed,
    secondsAllowed: seconds,
    spent,
    jobs: { done: jobsDone(trials), of: length?.jobs ?? trialsAllowed },
    rungs: length?.rungs ?? null,
    judge: judgeOf(ledger),
    space: plan.space,
    trials: trials.map(shown),
    best: ranked.length === 0 ? null : { trial: ranked[0]!.trial, command: commandFor(ledger, ranked[0]!) },
    importance: importanceOf(plan.space, ledger.tried),
    command: plan.command,
  };
}

/** The trials that are being trained, in their order. */
export function trainingTrials(path: string, run: string): TrialProgress[] {
  return [...trialFolders(path)]
    .sort(([a], [b]) => a - b)
    .flatMap(([trial, name]) => {
      const progress = progressIn(join(path, TRIALS, name));
      if (progress === null) return [];
      const { epoch, epochs, loss } = progress;
      return [{ trial, run: nameOf(run, name), epoch, epochs, loss }];
    });
}

function progressIn(path: string) {
  try {
    return readProgress(RunFolder.open(path));
  } catch (error) {
    if (error instanceof SluiceError) return null; // it has ended between two looks
    throw error;
  }
}

const nameOf = (run: string, trial: string) => `${run}/${TRIALS}/${trial}`;

/** Folders by number of the trial; of one that had to begin anew the last. */
function trialFolders(path: string): Map<number, string> {
  const folders = new Map<number, string>();
  for (const name of namesIn(join(path, TRIALS))) {
    const number = TRIAL_NAME.exec(name)?.groups!["number"];
    if (number !== undefined) folders.set(Number(number) - 1, name);
  }
  return folders;
}

/** Null where the task does not know the options of the sweep, as of another version. */
function lengthIn({ plan }: Ledger): SearchLength | null {
  try {
    return lengthOf(taskNamed(SWEEP_FILE, plan.task), plan);
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}

function judgeOf({ judge }: Ledger): SweepJudge | null {
  return judge && { metric: judge.name, mode: judge.mode, unit: judge.unit ?? null };
}

function commandFor({ plan }: Ledger, { point }: TrialRecord): string | null {
  try {
    return commandOf(plan.data, { task: plan.task, ...settingsAt(plan.settings, point) });
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}

/** The best value up to each trial that has one. */
function courseOf(ledger: Ledger): number[] {
  let best: number | null = null;
  return ledger.trials.flatMap((trial) => {
    const value = valueOf(trial);
    if (value === null) return [];
    if (best === null || ledger.signed(value)! < ledger.signed(best)!) best = value;
    return [best];
  });
}

function thinned(values: readonly number[]): readonly number[] {
  if (values.length <= POINTS) return values;
  return Array.from({ length: POINTS }, (_, i) => values[Math.round((i * (values.length - 1)) / (POINTS - 1))]!);
}
