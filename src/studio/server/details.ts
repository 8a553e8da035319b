/** One run with all that its folder tells, but for the model. */
import { lstatSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Json } from "../../format/json.js";
import { readEvaluation } from "../../runs/evaluation.js";
import { readGradientNorms } from "../../runs/gradient-norms-jsonl.js";
import { readHistory } from "../../runs/metrics-jsonl.js";
import { namesIn, RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { readProgress } from "../../runs/run-progress.js";
import { SluiceError } from "../../util/errors.js";
import { roundsOf, seriesOf } from "./parallel.js";
import { FITS, INNER } from "./places.js";
import { thinned } from "./thinned.js";
import { sweepOf, trainingTrials } from "./sweeps.js";
import type { HistoryReply, Maybe, RunDetail, RunSummary } from "../api/index.js";

/** A folder with more holds something else than a run. */
const MOST_FILES = 1000;

/** @param summaryOf of a run inside of it */
export function detailOf(path: string, run: RunSummary, summaryOf: (name: string) => RunSummary): RunDetail {
  const files = filesOf(path);
  if (run.state === "broken") return { ...EMPTY, run, files };
  const folder = RunFolder.open(path);
  const object = (name: string) => asObject(folder.has(name) ? orNull(() => folder.readJson(name)) : null);
  return {
    run,
    config: object(RUN_FILES.config),
    environment: object(RUN_FILES.environment),
    facts: asTexts(object(RUN_FILES.data)["facts"]),
    history: historyOf(folder),
    evaluation: folder.has(RUN_FILES.evaluation)
      ? orNull(() => readEvaluation(folder.readJson(RUN_FILES.evaluation)))
      : null,
    report: run.has.report ? `/api/runs/${encodeURIComponent(run.name)}/report` : null,
    files,
    progress: run.state === "running" ? orNull(() => readProgress(folder)) : null,
    gradientNorms: thinned(orNull(() => readGradientNorms(folder.file(RUN_FILES.gradientNorms))) ?? []),
    sweep: run.sweep && orNull(() => sweepOf(path, run.name)),
    training: run.sweep && run.state === "running" ? trainingTrials(path, run.name) : [],
    series: run.series && orNull(() => seriesOf(path)),
    rounds: run.rounds && orNull(() => roundsOf(path)),
    fits: run.verb === "backtest" ? fitsIn(path).map((name) => summaryOf(`${run.name}/${FITS}/${name}`)) : [],
  };
}

const EMPTY: Omit<RunDetail, "run" | "files"> = {
  config: {},
  environment: {},
  facts: {},
  history: { epoch: [], values: {} },
  evaluation: null,
  report: null,
  progress: null,
  gradientNorms: [],
  sweep: null,
  training: [],
  series: null,
  rounds: null,
  fits: [],
};

function historyOf(folder: RunFolder): HistoryReply {
  const { epoch, history } = readHistory(folder.file(RUN_FILES.metrics));
  const values = Object.entries(history).map(([name, list]) => [name, list.map(finite)] as const);
  return { epoch, values: Object.fromEntries(values) };
}

const finite = (value: number): Maybe => (Number.isFinite(value) ? value : null);

/** By number: the names behind the dates are fit-1, fit-2, … */
function fitsIn(path: string): string[] {
  const folder = join(path, FITS);
  const names = namesIn(folder).filter((name) => lstatSync(join(folder, name)).isDirectory());
  const number = (name: string) => Number(/\d+$/.exec(name)?.[0] ?? 0);
  return names.sort((a, b) => number(a) - number(b));
}

/** Runs inside of it have pages, and lists of files, of their own; thousands of series have thousands of files. */
function filesOf(path: string): RunDetail["files"] {
  const names = readdirSync(path).filter((name) => !INNER.includes(name));
  return names
    .flatMap((name) => filesBelow(join(path, name)))
    .slice(0, MOST_FILES)
    .map((file) => ({
      name: relative(path, file).split(sep).join("/"),
      bytes: statSync(file, { throwIfNoEntry: false })?.size ?? 0,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function filesBelow(path: string): string[] {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => join(parentPath, name));
}

/** A file that another process is about to replace, or that is damaged, is left out; the rest of the run is still shown. */
export function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}

function asObject(value: Json | null): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

function asTexts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, text]) => [name, String(text)]));
}
