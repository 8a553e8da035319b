/** The part of a run that new and resumed trainings share: fit, best weights, test, model file. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { loadModel, type Callback, type FitOptions, type History, type Model } from "sluice";
import type { Dataset } from "sluice";
import type { z } from "zod";
import type { DataSource } from "../data/index.js";
import type { Layer } from "../layers/layer.js";
import { RecurrentLayer } from "../layers/recurrent/recurrent-layer.js";
import { shardedStep } from "../train/sharded/sharded-step.js";
import { saveModel, toBytes } from "../model/save.js";
import type { Environment } from "../runs/environment.js";
import { BEFORE_FIRST, bestEpochOf } from "../runs/plots/curves.js";
import { gradientNormsJsonl } from "../runs/gradient-norms-jsonl.js";
import { readHistory } from "../runs/metrics-jsonl.js";
import { removeLeftovers, saveLast } from "../runs/checkpoints.js";
import type { Block } from "../runs/report.js";
import { runCallbacks } from "../runs/run-callbacks.js";
import { RUN_FILES, type RunFolder } from "../runs/run-folder.js";
import { lockRun } from "../runs/run-lock.js";
import { runProgress } from "../runs/run-progress.js";
import { markRun, noteEnd } from "../runs/run-status.js";
import { check } from "../util/errors.js";
import { attach } from "./attachment.js";
import { earlyStoppingAfter } from "./patience.js";
import { Run } from "./run.js";
import { startValueOf } from "./start-value.js";
import type { OptionsSchema } from "./options.js";
import type { Pipeline, Prepared, Task } from "./task.js";
import type { TrainHooks } from "./train-task.js";
import { ofWholeEpochs } from "./whole-epochs.js";
import { writeReport } from "./write-report.js";

/** A training that is about to begin, or to go on. */
export interface Session<P extends Pipeline> {
  readonly prepared: Prepared<P>;
  /** `prepared.model`, or the checkpoint to go on from. */
  readonly model: Model;
  readonly folder: RunFolder;
  readonly hooks: TrainHooks;
  /** What the data are called. */
  readonly source: string;
  readonly command: string;
  readonly environment: Environment;
  /** The epochs that were trained before; null for a new run. */
  readonly before: History | null;
  /** Whether a training that had come to its end is to go on. */
  readonly anew?: boolean;
}

/** Trains in another way than `model.fit` in this process. */
export interface Fitter {
  /** Looks at what was prepared, before a folder is made. @throws SluiceError where it cannot be trained so */
  admit?<P extends Pipeline>(prepared: Prepared<P>): Prepared<P>;
  /**
   * As `fit` with these options: tells the callbacks of epochs, ends with the weights in the model, and stops where the signal or a callback
   * says so; `model.epoch` counts the epochs that are whole.
   */
  fit(session: Session<Pipeline>, options: FitOptions): Promise<Pick<History, "stopReason">>;
  /** What the report tells of it, behind the curves. */
  report?(): readonly Block[];
}

/** What `task.prepare` gives, as the fitter will have it. */
export async function prepareFor<S extends OptionsSchema, P extends Pipeline>(
  task: Task<S, P>,
  source: DataSource,
  options: z.output<S>,
  { warn = console.warn, signal, shards, fitter }: TrainHooks,
  initialEpoch = 0,
): Promise<Prepared<P>> {
  const { shards: cut } = options as { shards?: number };
  check(
    !(fitter && cut),
    () => `${task.name}: shards are parts of a batch of \`fit\`, and this training is another; leave them out`,
  );
  const context = { warn, signal, initialEpoch, ...(shards !== undefined && { shards }) };
  const prepared = await task.prepare(source, options, context);
  try {
    check(!(cut && prepared.fit.tbptt), () => {
      return `${task.name}: shards are batches of their own, but tbptt carries states from piece to piece; leave one of them out`;
    });
    return fitter?.admit?.(prepared) ?? prepared;
  } catch (error) {
    await prepared.close?.();
    throw error;
  }
}

/** @throws what training throws, after the run folder has been told that the run failed; checkpoints stay */
export async function runTraining<P extends Pipeline>(session: Session<P>): Promise<Run<P>> {
  const { folder, hooks } = session;
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  const lock = lockRun(folder);
  try {
    removeLeftovers(folder);
    markRun(folder, "running");
    const { environment, command } = session;
    if (hooks.crew) folder.replaceJson(RUN_FILES.environment, { ...environment, command }); // a run goes on with other workers
    const start = await startValueOf(session.prepared);
    const history = await fitRun(session, start);
    if (hooks.signal?.aborted) return await interrupt(session, history, start, seconds());
    return await finish(session, history, start, seconds);
  } catch (error) {
    noteEnd(folder, error as Error);
    throw error;
  } finally {
    lock.release();
  }
}

function saveEveryOf({ settings }: Prepared): number {
  return (settings["saveEvery"] as number | undefined) ?? Infinity;
}

async function fitRun<P extends Pipeline>(session: Session<P>, start: number | null): Promise<History> {
  const { prepared, model, folder, hooks, before } = session;
  const { epochs, batchSize, tbptt, patience, monitor, mode } = prepared.fit;
  const best = bestOf([...(before?.history[monitor] ?? []), start ?? Number.NaN], mode);
  if (start !== null && !before) await saveCheckpoint(model, folder.file(RUN_FILES.best));
  const keeping = [
    ...runCallbacks(folder, { monitor, mode }, { best, append: before !== null }, saveEveryOf(prepared)),
    earlyStoppingAfter(before, { monitor, mode, patience, start, best, anew: session.anew ?? false }),
    runProgress(folder, batchSize),
    ...normsKept(session),
    ...(hooks.callbacks ?? []),
  ];
  const options: FitOptions = {
    epochs,
    initialEpoch: model.epoch,
    initialStep: model.position?.step ?? 0,
    validationData: prepared.validation,
    callbacks: keeping.map((callback) => ofWholeEpochs(callback, monitor)),
    ...(tbptt !== undefined && { tbptt }),
    ...(hooks.verbose !== undefined && { verbose: hooks.verbose }),
    ...(hooks.signal && { signal: hooks.signal }),
  };
  const { stopReason } = await (hooks.fitter?.fit(session, options) ?? fitHere(session, options));
  return { ...readHistory(folder.file(RUN_FILES.metrics)), stopReason };
}

async function fitHere<P extends Pipeline>(session: Session<P>, options: FitOptions): Promise<History> {
  const { prepared, model, hooks } = session;
  const { shards } = prepared.settings as { shards?: number };
  if (shards === undefined) return fitTo(prepared, model, options);
  model.step = shardedStep(model, shards, hooks.crew);
  try {
    return await fitTo(prepared, model, options);
  } finally {
    delete model.step;
    await hooks.crew?.close();
  }
}

function fitTo({ train, fit }: Prepared, model: Model, options: FitOptions): Promise<History> {
  if (!isArrays(train)) return model.fit(train, options);
  const { batchSize } = fit;
  return model.fit(train[0], train[1], { ...options, batchSize, ...(train[2] && { sampleWeight: train[2] }) });
}

/** Last of all: its values are a file of their own and no curves. */
function normsKept<P extends Pipeline>({ prepared, model, folder, hooks }: Session<P>): Callback[] {
  if (prepared.settings["gradientNorms"] !== true) return [];
  if (hasRecurrentLayer(model.layers)) return [gradientNormsJsonl(folder.file(RUN_FILES.gradientNorms))];
  (hooks.warn ?? console.warn)("gradientNorms: the network has no recurrent layer, so there are none to keep");
  return [];
}

function hasRecurrentLayer(layers: readonly Layer[]): boolean {
  return layers.some((layer) => layer instanceof RecurrentLayer || hasRecurrentLayer(layer.sublayers));
}

/** The folder is made by the first checkpoint, which a run that is cut short in its first epoch has not had. */
async function saveCheckpoint(model: Model, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await model.save(path);
}

function isArrays(train: Prepared["train"]): train is Exclude<Prepared["train"], Dataset> {
  return Array.isArray(train);
}

function bestOf(values: readonly number[], mode: "min" | "max"): number | null {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? null : Math[mode](...finite);
}

/** What was learnt is kept, that of the epoch which was cut short too. */
async function interrupt<P extends Pipeline>(
  session: Session<P>,
  history: History,
  start: number | null,
  seconds: number,
): Promise<Run<P>> {
  const { prepared, model, folder, hooks } = session;
  await saveLast(folder, model);
  markRun(folder, "interrupted", "stopped by the user");
  if (hooks.report !== false) await writeReport(session, history, start, null, seconds);
  return new Run({ model, pipeline: prepared.pipeline, folder: folder.path, evaluation: null, history });
}

async function finish<P extends Pipeline>(
  session: Session<P>,
  history: History,
  start: number | null,
  seconds: () => number,
): Promise<Run<P>> {
  const { prepared, model, folder, hooks } = session;
  await takeBestWeights(model, folder.file(RUN_FILES.best));
  if (prepared.calibrate) {
    await prepared.calibrate(model);
    attach(model, prepared.pipeline);
  }
  await saveModel(folder.file(RUN_FILES.model), toBytes(model, { metadata: {}, tensors: new Map() }));
  const evaluation = await (hooks.part === "validation" ? prepared.validate(model) : prepared.test(model));
  folder.replaceJson(RUN_FILES.evaluation, evaluation);
  if (hooks.report !== false) await writeReport(session, history, start, evaluation, seconds());
  markRun(folder, "finished");
  const best = bestEpochOf(history, prepared.fit.monitor, prepared.fit.mode, start);
  const untrained = best?.epoch === BEFORE_FIRST;
  return new Run({ model, pipeline: prepared.pipeline, folder: folder.path, evaluation, history, untrained });
}

async function takeBestWeights(model: Model, checkpoint: string): Promise<void> {
  if (!existsSync(checkpoint)) return; // no epoch had a value that can be compared
  model.setWeights((await loadModel(checkpoint)).getWeights());
}
