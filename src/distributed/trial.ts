/**
 * One trial of a search: a run of its own, judged on the validation part. It can be asked for again and again: what has ended answers from
 * its folder, what was cut off goes on from its checkpoint. A rung is an epoch at which the training waits to be gone on with.
 */
import { loadModel, type Callback, type History, type TrainingRun } from "sluice";
import { join } from "node:path";
import { z } from "zod";
import type { Json } from "../format/json.js";
import { hasCheckpoint } from "../runs/checkpoints.js";
import { readEvaluation, type Judge } from "../runs/evaluation.js";
import { readHistory } from "../runs/metrics-jsonl.js";
import { namesIn, RUN_FILES, RunFolder } from "../runs/run-folder.js";
import { removeRun } from "../runs/run-list.js";
import { readStatus } from "../runs/run-status.js";
import { resumeRun } from "../tasks/open-run.js";
import { readOptions } from "../tasks/options.js";
import { taskNamed } from "../tasks/registry.js";
import type { Run } from "../tasks/run.js";
import { trainTask, type TrainHooks } from "../tasks/train-task.js";
import { check } from "../util/errors.js";
import type { JobContext } from "./job.js";
import { packRun, runArchive, unpackRun } from "./run-archive.js";
import { FILE_OPTIONS, foundAt, sourceOf, writtenAt } from "./store/reference.js";
import { trialPayload, type TrialPayload } from "./trial-payload.js";
import { epochReporter, takeOver } from "./training-job.js";

const finite = z.number().nullable();

/** What a trial found out. */
export const trialResult = z.strictObject({
  /** Folder of the run. */
  run: z.string(),
  judge: z.strictObject({ name: z.string(), mode: z.enum(["min", "max"]), unit: z.string().optional() }),
  /** Of the network on the validation part; null where it is no number. */
  value: finite,
  /** The best loss of an epoch on the validation part: what was learnt, also where the network before its first step is still the best. */
  learnt: finite.default(null),
  epochs: z.int().min(0),
  /** Whether its training is over: patience, or the last of its epochs, has ended it. */
  over: z.boolean().default(false),
  parameters: z.int().min(0),
  /** That this part of the training took. */
  seconds: z.number(),
  warnings: z.array(z.string()),
  /** The run itself, where whoever asked cannot see its folder. */
  archive: runArchive.optional(),
});

export type TrialResult = z.output<typeof trialResult>;

/** In the run's folder: what came out, by the epoch at which the trial was to wait; "all" for its end. */
const FILE = "trial.json";

export async function trial(json: Json, context: JobContext): Promise<Json> {
  const payload = readOptions("trial", trialPayload, json as object);
  const { until, from, name } = payload;
  const source = await sourceOf(payload.data, context, payload.sha256);
  const runs = payload.runs === null ? context.scratch() : writtenAt(payload.runs, context);
  const files = await filesOf(payload, context);
  const asked = { payload: { ...payload, settings: { ...payload.settings, ...files } }, runs, source, rung: String(until ?? "all") }; // prettier-ignore
  if (from) await unpackRun(from, context.store, { root: runs, data: source, files });
  const folder = folderOf(runs, name);
  const result = (folder && (await answerOf(folder, asked))) ?? (await train(folder, asked, context));
  if (payload.runs !== null) return result as Json;
  const archive = await packRun(folderOf(runs, name)!, context.store, until !== undefined);
  return { ...result, run: archive.name, archive } as Json;
}

/** The options that name files, as this worker finds these. */
async function filesOf({ settings, files = {} }: TrialPayload, context: JobContext): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of FILE_OPTIONS) {
    const [sent, path] = [files[name], settings[name]];
    if (sent) found[name] = await sourceOf(sent, context);
    else if (typeof path === "string") found[name] = foundAt(path, context);
  }
  return found;
}

interface Asked {
  readonly payload: TrialPayload;
  readonly runs: string;
  readonly source: string;
  readonly rung: string;
}

/** The run of the trial: the name behind the date is the trial's. */
function folderOf(runs: string, name: string): RunFolder | null {
  const own = namesIn(runs).filter((one) => one.replace(/^[\d-]{10}T[\d-]{8}-/, "") === name);
  return own.length === 0 ? null : RunFolder.open(join(runs, own.at(-1)!));
}

function resultsIn(folder: RunFolder): Record<string, TrialResult> {
  return folder.has(FILE) ? z.record(z.string(), trialResult).parse(folder.readJson(FILE)) : {};
}

/** What is known already; null where there is something to train. */
async function answerOf(folder: RunFolder, { payload, rung }: Asked): Promise<TrialResult | null> {
  const results = resultsIn(folder);
  if (results[rung]) return results[rung];
  if (readStatus(folder).state !== "finished") return null;
  const last = Math.max(0, ...Object.keys(results).map(Number).filter(Number.isFinite));
  const history = readHistory(folder.file(RUN_FILES.metrics));
  const trained = history.epoch.length;
  const waits = last > 0 && !results[last]!.over && trained === last; // at the rung before
  if (waits && (payload.until ?? Infinity) > last) return null;
  // The process ended before it could tell what it had found.
  const { judge, entries } = readEvaluation(folder.readJson(RUN_FILES.evaluation));
  const over = payload.until === undefined || trained < payload.until;
  const found = { value: valueIn(entries[0]!.values, judge), learnt: learntIn(history), epochs: trained, over };
  const before = results[last];
  if (before) return keep(folder, rung, { ...before, ...found });
  const model = await loadModel(folder.file(RUN_FILES.model));
  const rest = { parameters: model.countParams(), seconds: 0, warnings: [] };
  return keep(folder, rung, { run: folder.path, judge: plain(judge), ...found, ...rest });
}

function keep(folder: RunFolder, rung: string, result: TrialResult): TrialResult {
  folder.replaceJson(FILE, { ...resultsIn(folder), [rung]: result });
  return result;
}

function valueIn(values: Readonly<Record<string, number>>, { name }: Judge): number | null {
  const value = values[name] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}

function learntIn({ history }: History): number | null {
  const losses = (history["val_loss"] ?? []).filter(Number.isFinite);
  return losses.length === 0 ? null : Math.min(...losses);
}

function plain({ name, mode, unit }: Judge): TrialResult["judge"] {
  return { name, mode, ...(unit !== undefined && { unit }) };
}

async function train(folder: RunFolder | null, asked: Asked, context: JobContext): Promise<TrialResult> {
  const { payload, rung } = asked;
  const started = performance.now();
  const warnings: string[] = [];
  const hooks: TrainHooks = {
    part: "validation",
    report: false,
    verbose: 0,
    signal: context.signal,
    warn: (message) => void warnings.push(message),
    callbacks: [epochReporter(context), ...(payload.until === undefined ? [] : [waitAfter(payload.until)])],
    command: payload.command,
  };
  const run = folder ? await goOn(folder, asked, context, hooks) : await begin(asked, hooks);
  context.signal.throwIfAborted();
  check(!run.interrupted, () => `trial ${payload.name}: the training was stopped`);
  const { judge, entries } = run.evaluation!;
  return keep(RunFolder.open(run.folder!), rung, {
    run: run.folder!,
    judge: plain(judge),
    value: valueIn(entries[0]!.values, judge),
    learnt: learntIn(run.history),
    epochs: run.history.epoch.length,
    over: payload.until === undefined || run.history.stopReason !== waiting(payload.until),
    parameters: run.model.countParams(),
    seconds: (performance.now() - started) / 1000,
    warnings: folder ? [] : warnings,
  });
}

/** A run that was cut off before its first checkpoint begins anew. */
async function goOn(
  folder: RunFolder,
  { payload, runs, source }: Asked,
  context: JobContext,
  hooks: TrainHooks,
): Promise<Run> {
  takeOver(folder, context);
  if (hasCheckpoint(folder)) return resumeRun(folder.path, { ...hooks, data: source });
  removeRun(folder.path, runs);
  return begin({ payload, runs, source }, hooks);
}

function begin(
  { payload: { task, settings, name }, runs, source }: Omit<Asked, "rung">,
  hooks: TrainHooks,
): Promise<Run> {
  return trainTask(taskNamed("trial", task), source, { ...settings, runs, name }, hooks);
}

const waiting = (epochs: number) => `the rung at epoch ${epochs}`;

/** Ends the training after so many epochs, as if they were all: the schedule of the learning rate is that of the whole. */
function waitAfter(epochs: number): Callback {
  const stop = (run: TrainingRun) => run.stop(waiting(epochs));
  return {
    // One that was cut off when it had its epochs, but was not measured yet.
    onTrainBegin: (run) => (run.model.epoch >= epochs ? stop(run) : undefined),
    onEpochEnd: (epoch, _logs, run) => (epoch + 1 >= epochs ? stop(run) : undefined),
  };
}
