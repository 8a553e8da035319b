/** The trainings of a backtest, each in a folder of its own beneath the backtest's, so that one that was cut off can go on. */
import type { Callback } from "sluice";
import { loadModel, type Model } from "sluice";
import { join } from "node:path";
import { takeRows, type Table } from "../../data/index.js";
import { hasCheckpoint, loadLast } from "../../runs/checkpoints.js";
import { environment } from "../../runs/environment.js";
import { readHistory } from "../../runs/metrics-jsonl.js";
import { namesIn, RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { readStatus } from "../../runs/run-status.js";
import { attach, attachmentOf } from "../attachment.js";
import { forecastTask } from "../forecast/forecast-task.js";
import type { Frame } from "../forecast/frame.js";
import { ForecastPipeline } from "../forecast/pipeline.js";
import type { ForecastOptions } from "../forecast/options.js";
import { epochsBefore } from "../open-run.js";
import type { Prepared } from "../task.js";
import type { TrainHooks } from "../train-task.js";
import { runTraining } from "../training.js";
import { knownRows, type Origin } from "./origins.js";

export interface Fit {
  readonly model: Model;
  readonly pipeline: ForecastPipeline;
  /** Epochs that were trained. */
  readonly epochs: number;
  /** Folder of the training. */
  readonly run: string;
}

export interface FitPlan {
  readonly table: Table;
  readonly frame: Frame;
  /** Of the task; the same for all trainings. */
  readonly options: ForecastOptions;
  readonly hooks: TrainHooks;
  readonly warn: (message: string) => void;
}

/** What the first training found out holds for all: another lookback or season at each origin would be another forecast. */
export function asAtFirst(plan: FitPlan, { plan: { lookback, season } }: ForecastPipeline): FitPlan {
  return { ...plan, options: { ...plan.options, lookback, ...(season !== null && { season }) } };
}

/** Prepares a training on what is known at an origin: no later row is there to be seen. */
export function prepareAt(plan: FitPlan, origin: Origin, initialEpoch = 0): Promise<Prepared<ForecastPipeline>> {
  const { table, frame, options, hooks, warn } = plan;
  const known = takeRows(table, knownRows(frame, origin));
  // There is no test part: what comes after the origin is one.
  return forecastTask.prepare(known, { ...options, test: 0 }, { warn, signal: hooks.signal, initialEpoch });
}

/**
 * Trains, goes on with a training that was cut off, or takes one that has ended.
 * @param name of the training, unique within the root
 * @param ready what `prepareAt` gave, where that has been done
 * @returns null where the signal stopped it; a checkpoint is kept
 */
export async function fitAt(
  plan: FitPlan,
  origin: Origin,
  { root, name, callbacks }: { root: string; name: string; callbacks: readonly Callback[] },
  ready: Prepared<ForecastPipeline> | null,
): Promise<Fit | null> {
  const ended = await endedFit(root, name);
  if (ended) return ended;
  const before = fitFolder(root, name);
  const checkpoint = before && hasCheckpoint(before) ? await loadLast(before, plan.warn) : null;
  const prepared = ready ?? (await prepareAt(plan, origin, checkpoint?.epoch));
  try {
    const model = checkpoint ?? prepared.model;
    attach(model, prepared.pipeline);
    const made = environment(await model.prepareTraining(), new Date());
    const command = plan.hooks.command ?? "";
    const source = plan.table.source;
    const describe = (folder: RunFolder) => {
      folder.replaceJson(RUN_FILES.config, { task: "forecast", data: source, ...prepared.settings });
      folder.replaceJson(RUN_FILES.environment, { ...made, command });
    };
    if (before) describe(before);
    const folder = before ?? RunFolder.create(root, name, new Date(), describe);
    const history = readHistory(folder.file(RUN_FILES.metrics));
    const run = await runTraining({
      prepared,
      model,
      folder,
      hooks: { ...plan.hooks, callbacks, part: "validation", report: false },
      source,
      command,
      environment: made,
      before: checkpoint && epochsBefore(checkpoint.epoch, history),
    });
    if (run.interrupted) return null;
    return { model, pipeline: prepared.pipeline, epochs: run.history.epoch.length, run: folder.path };
  } finally {
    await prepared.close?.();
  }
}

/** The folder of a training that was begun. */
export function fitFolder(root: string, name: string): RunFolder | null {
  const found = namesIn(root).find((folder) => folder.endsWith(`-${name}`));
  return found === undefined ? null : RunFolder.open(join(root, found));
}

/** Whether a training has come to its end. */
export function hasEnded(root: string, name: string): boolean {
  const folder = fitFolder(root, name);
  return folder !== null && readStatus(folder).state === "finished";
}

/** A training that has come to its end; null where there is none yet. */
export async function endedFit(root: string, name: string): Promise<Fit | null> {
  if (!hasEnded(root, name)) return null;
  const folder = fitFolder(root, name)!;
  const model = await loadModel(folder.file(RUN_FILES.model));
  const { pipeline } = attachmentOf(`backtest ${folder.path}`, model.attachments);
  const epochs = readHistory(folder.file(RUN_FILES.metrics)).epoch.length;
  return { model, pipeline: ForecastPipeline.revive(pipeline), epochs, run: folder.path };
}
