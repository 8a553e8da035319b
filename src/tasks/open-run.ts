/** Runs and models that are there already: to predict with, to measure, to go on training. */
import { existsSync } from "node:fs";
import { loadModel, type History } from "sluice";
import type { DataSource } from "../data/index.js";
import { hasCheckpoint, loadLast } from "../runs/checkpoints.js";
import { readEnvironment } from "../runs/environment.js";
import { readEvaluation } from "../runs/evaluation.js";
import { fingerprint } from "../runs/fingerprint.js";
import { readHistory } from "../runs/metrics-jsonl.js";
import { fileAt, RUN_FILES, RunFolder } from "../runs/run-folder.js";
import { modelIn } from "../runs/model-in.js";
import { readStatus } from "../runs/run-status.js";
import { emptyHistory } from "../train/history.js";
import { check, show } from "../util/errors.js";
import { attach, attachmentOf } from "./attachment.js";
import { readOptions } from "./options.js";
import { Run } from "./run.js";
import { contentOf, sourceName } from "./source-name.js";
import { taskNamed } from "./registry.js";
import type { TrainHooks } from "./train-task.js";
import { prepareFor, runTraining } from "./training.js";

/**
 * A run folder or a model file, ready to predict.
 * @param where path of a run, "latest", the name of a run in `root`, or a .safetensors file that a task wrote
 * @throws SluiceError when there is none, or the model was made without a task
 */
export async function openRun(where: string, root = "runs"): Promise<Run> {
  const own = fileAt(where, root);
  if (own !== null) return openModel(own);
  const folder = RunFolder.open(where, root);
  const { model, pipeline } = await openModel(modelIn("open run", folder));
  const evaluation = folder.has(RUN_FILES.evaluation) ? readEvaluation(folder.readJson(RUN_FILES.evaluation)) : null;
  return new Run({
    model,
    pipeline,
    folder: folder.path,
    evaluation,
    history: readHistory(folder.file(RUN_FILES.metrics)),
  });
}

async function openModel(path: string): Promise<Run> {
  const model = await loadModel(path);
  const { name, pipeline } = attachmentOf(`open ${path}`, model.attachments);
  return new Run({
    model,
    pipeline: taskNamed(`open ${path}`, name).revive(pipeline),
    folder: null,
    evaluation: null,
    history: emptyHistory(),
  });
}

export interface ResumeOptions extends TrainHooks {
  /** The data, where they were in memory or have moved. Default: the path in the run's config.json. */
  data?: DataSource;
  /** Train up to this many epochs instead of those that the run was begun with. */
  epochs?: number;
}

/**
 * Goes on with a run that was interrupted, lets a finished one train for more epochs, or does what one whose epochs are over still lacks.
 * @throws SluiceError when the data are not those that the run was begun with
 */
export async function resumeRun(where: string, options: ResumeOptions = {}, root = "runs"): Promise<Run> {
  const folder = RunFolder.open(where, root);
  const here = `resume ${folder.path}`;
  const { task: name, data, verb, ...settings } = folder.readJson(RUN_FILES.config) as Record<string, unknown>;
  check(verb !== "series", () => `${here}: it is one of many series; go on with the run that holds them`);
  check(options.fitter !== undefined || !folder.has(RUN_FILES.diloco), () => `${here}: it was trained on shards of its data; go on with sluice train --resume`); // prettier-ignore
  check(!folder.has(RUN_FILES.series), () => `${here}: it has a model for each series; go on with resumeSeries()`);
  check(verb === undefined, () => `${here}: it is a ${String(verb)}; go on with sluice ${String(verb)} --resume`);
  const task = taskNamed(here, name);
  const source = options.data ?? dataOf(here, folder, data);
  check(readStatus(folder).state !== "running", () => `${here}: another process is training it`);
  check(hasCheckpoint(folder), () => `${here}: it has no checkpoint; begin anew with the same settings`);
  await checkSame(here, folder, source);
  check(!options.crew || settings["shards"] !== undefined, () => {
    return `${here}: it was begun without shards, which workers need and which change its last bits; go on with it on one thread`;
  });
  const given = { ...settings, ...(options.epochs !== undefined && { epochs: options.epochs }) };
  const warn = options.warn ?? console.warn;
  const model = await loadLast(folder, warn);
  const prepared = await prepareFor(task, source, readOptions(here, task.options, given), options, model.epoch);
  try {
    const ended = readStatus(folder).state === "finished";
    check(!ended || model.epoch < prepared.fit.epochs, () => {
      return `${here}: it has trained its ${model.epoch === 1 ? "1 epoch" : `${model.epoch} epochs`}; give a larger number of epochs`;
    });
    attach(model, prepared.pipeline);
    options.onFolder?.(folder.path);
    const { command, environment } = readEnvironment(folder);
    const before = epochsBefore(model.epoch, readHistory(folder.file(RUN_FILES.metrics)));
    return await runTraining({
      prepared,
      model,
      folder,
      hooks: options,
      source: sourceName(source),
      command,
      environment: { ...environment, ...(options.crew && { workers: options.crew.workers }) },
      before,
      anew: ended,
    });
  } finally {
    await prepared.close?.();
  }
}

/** Without the epochs after the checkpoint: what a crash left of them is trained again. */
export function epochsBefore(end: number, { epoch, history, ...rest }: History): History {
  const known = epoch.filter((e) => e < end).length;
  const values = Object.entries(history).map(([name, list]) => [name, list.slice(0, known)]);
  return { ...rest, epoch: epoch.slice(0, known), history: Object.fromEntries(values) };
}

/** The path as it was given then, or, from another working folder, the absolute one. */
export function dataOf(here: string, folder: RunFolder, given: unknown): string {
  const { path } = fingerprintOf(folder);
  const found = [given, path].find((place) => typeof place === "string" && existsSync(place));
  check(found !== undefined, () => `${here}: its data, ${show(path ?? given)}, are not there; name them`);
  return found as string;
}

function fingerprintOf(folder: RunFolder): { sha256: string; path?: string } {
  return (folder.readJson(RUN_FILES.data) as unknown as { fingerprint: { sha256: string; path?: string } }).fingerprint;
}

export async function checkSame(here: string, folder: RunFolder, source: DataSource): Promise<void> {
  const now = await fingerprint(contentOf(source));
  check(now.sha256 === fingerprintOf(folder).sha256, () => {
    return `${here}: ${sourceName(source)} has changed since the run was begun; train a new one`;
  });
}
