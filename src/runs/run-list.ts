/** What `sluice runs` shows, and the careful way to be rid of a run. */
import { existsSync, lstatSync, readdirSync, realpathSync, rmSync, unlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { check, SluiceError } from "../util/errors.js";
import type { Evaluation } from "./evaluation.js";
import { readJson, readText, writeWhole } from "./files.js";
import { readHistory } from "./metrics-jsonl.js";
import { latestFile, namesIn, RUN_FILES, RunFolder, runPath } from "./run-folder.js";
import { readStatus, type RunState } from "./run-status.js";

export interface RunInfo {
  readonly path: string;
  readonly name: string;
  /** "broken": the folder cannot be read as a run; `problem` says why. */
  readonly state: RunState | "broken";
  readonly problem: string | null;
  /** As in config.json; null where it does not say. */
  readonly task: string | null;
  /** ISO time of its begin; null where environment.json does not say. */
  readonly date: string | null;
  /** That were trained; where it is made of trainings, by all of them together. */
  readonly epochs: number;
  /** Of a run with a model for each series, and of a search, how many of its trainings have ended. */
  readonly trainings?: Trainings;
  /** The metric that decides, with the network's value and that of the best baseline; null before the evaluation. */
  readonly result: RunResult | null;
}

export interface Trainings {
  readonly of: "series" | "trials";
  readonly done: number;
  /** That have no result: set aside, or failed. */
  readonly failed: number;
  readonly all: number;
}

export interface RunResult {
  /** Which part of the data it was measured on: "test", "validation", or the name of a file. */
  readonly part: string;
  readonly metric: string;
  readonly mode: "min" | "max";
  readonly unit: string | null;
  readonly network: number;
  readonly baseline: { readonly name: string; readonly value: number } | null;
  readonly verdict: string;
}

/** All runs of a root, the newest first; folders that are no runs are told as "broken". Links are not followed. */
export function listRuns(root: string): RunInfo[] {
  return namesIn(root)
    .filter((name) => lstatSync(join(root, name)).isDirectory())
    .reverse()
    .map((name) => describeRun(join(root, name)));
}

/** One run as the list shows it. */
export function describeRun(path: string): RunInfo {
  const name = basename(resolve(path));
  const none = { path, name, task: null, date: null, epochs: 0, result: null };
  try {
    const folder = RunFolder.open(path);
    const { state, reason } = readStatus(folder);
    return {
      ...none,
      state,
      problem: reason ?? null,
      task: fieldOf(folder, RUN_FILES.config, "task"),
      date: fieldOf(folder, RUN_FILES.environment, "date"),
      epochs: readHistory(folder.file(RUN_FILES.metrics)).epoch.length,
      ...trainingsIn(folder),
      result: folder.has(RUN_FILES.evaluation) ? resultOf(folder) : null,
    };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { ...none, state: "broken", problem: error.message };
  }
}

/** A text at the top of one of the run's JSON files; null where there is none. */
function fieldOf(folder: RunFolder, file: string, name: string): string | null {
  if (!folder.has(file)) return null;
  const value = folder.readJson(file);
  const field = value !== null && typeof value === "object" && !Array.isArray(value) ? value[name] : undefined;
  return typeof field === "string" ? field : null;
}

/** Files of runs that are made of trainings, and what a training is called there. */
const MADE_OF = { series: RUN_FILES.series, trials: "sweep.json" } as const;

interface TrainingEntry {
  readonly state: string;
  /** Of a series. */
  readonly epochs?: number | null;
  /** Of a trial: how far it was trained each time. */
  readonly rungs?: readonly { readonly epochs: number }[];
}

function trainingsIn(folder: RunFolder): Pick<RunInfo, "epochs" | "trainings"> | null {
  const of = (["series", "trials"] as const).find((kind) => folder.has(MADE_OF[kind]));
  if (of === undefined) return null;
  const entries = (folder.readJson(MADE_OF[of]) as unknown as Partial<Record<string, readonly TrainingEntry[]>>)[of];
  check(Array.isArray(entries), () => `${folder.file(MADE_OF[of])} holds no list of ${of}`);
  const all = entries as readonly TrainingEntry[];
  const done = all.filter(({ state }) => state === "done").length;
  const waiting = all.filter(({ state }) => state === "waiting").length;
  const epochs = all.reduce((sum, one) => sum + (one.epochs ?? one.rungs?.at(-1)?.epochs ?? 0), 0);
  return { epochs, trainings: { of, done, failed: all.length - done - waiting, all: all.length } };
}

function resultOf(folder: RunFolder): RunResult {
  const path = folder.file(RUN_FILES.evaluation);
  const { judge, entries, verdict, part } = readJson(path) as unknown as Partial<Evaluation>;
  check(judge !== undefined && Array.isArray(entries) && entries.length > 0, () => `${path} holds no evaluation`);
  // JSON has null for a value that is no number.
  const values = entries.map(({ name, values: own }) => ({ name, value: own[judge.name] ?? Number.NaN }));
  const [network, ...baselines] = values;
  const sign = judge.mode === "min" ? 1 : -1;
  const [best = null] = baselines
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => sign * (a.value - b.value));
  return {
    part: part ?? "test",
    metric: judge.name,
    mode: judge.mode,
    unit: judge.unit ?? null,
    network: network!.value,
    baseline: best,
    verdict: verdict ?? "",
  };
}

/**
 * Removes a run with all that is in it. No link is followed: of a link, the link itself goes, and what it points to stays.
 * @param where as for `RunFolder.open`
 * @returns the path that is gone
 * @throws SluiceError when it is not directly in `root`, or holds no config.json
 */
export function removeRun(where: string, root = "runs"): string {
  // Without a slash at the end, behind which a link would be followed.
  const path = [resolve(where), resolve(root, where)].find(isLink) ?? resolve(runPath(where, root));
  // The parent is resolved, the run itself is not: it may be a link.
  const inside = existsSync(root) && realpathSync(dirname(path)) === realpathSync(root);
  check(inside, () => `runs remove: ${path} is not in ${root}; only runs in it are removed`);
  if (isLink(path)) unlink(path);
  else {
    const config = join(path, RUN_FILES.config);
    check(existsSync(config), () => {
      return `runs remove: ${path} holds no ${RUN_FILES.config}, so it is no run; remove it by hand`;
    });
    remove(path);
  }
  forget(basename(path), root);
  return path;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    throw new SluiceError(`runs remove: cannot remove ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function remove(path: string): void {
  try {
    // Links inside are unlinked by it, never entered (Node's rm asks lstat). config.json goes last: what is left over when a file
    // cannot be removed is still a run, and can be removed later.
    for (const name of readdirSync(path)) {
      if (name !== RUN_FILES.config) rmSync(join(path, name), { recursive: true });
    }
    rmSync(path, { recursive: true });
  } catch (error) {
    throw new SluiceError(`runs remove: cannot remove all of ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Lets `latest` name the newest run that is left, if it named the one that is gone. */
function forget(name: string, root: string): void {
  const file = latestFile(root);
  if (!existsSync(file) || readText(file).trim() !== name) return;
  const [newest] = listRuns(root).filter((run) => run.state !== "broken");
  if (newest) writeWhole(file, `${newest.name}\n`);
  else rmSync(file);
}
