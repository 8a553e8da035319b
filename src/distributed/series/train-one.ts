/** The training of one series: that of a run, without what only one of a few runs needs: curves for TensorBoard, a report, checkpoints of each epoch. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Dataset, FitOptions, History, Model } from "sluice";
import type { Table } from "../../data/index.js";
import { toBytes } from "../../model/save.js";
import { BEFORE_FIRST, bestEpochOf } from "../../runs/plots/curves.js";
import { RUN_FILES } from "../../runs/run-folder.js";
import { attach } from "../../tasks/attachment.js";
import { forecastTask } from "../../tasks/forecast/forecast-task.js";
import type { ForecastOptions } from "../../tasks/forecast/options.js";
import { earlyStoppingAfter } from "../../tasks/patience.js";
import { startValueOf } from "../../tasks/start-value.js";
import type { Prepared } from "../../tasks/task.js";
import { ofWholeEpochs } from "../../tasks/whole-epochs.js";
import { SluiceError } from "../../util/errors.js";
import { Keeper, toJson, type Files } from "./keep.js";
import { RESULT_FILE, type SeriesResult, type TrainedSeries } from "./result.js";

export interface Asked {
  readonly id: string;
  readonly name: string;
  /** Its rows alone. */
  readonly table: Table;
  /** Its seed among them. */
  readonly options: ForecastOptions;
  /** What the data are called. */
  readonly source: string;
  /** Folder of the folders of series. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Whether nobody else can be at it, on any machine. */
  readonly sole: boolean;
}

/**
 * Trains, measures on the test part and keeps the model; goes on from a checkpoint where there is one.
 * @param onWriting is given what is to be waited for before it can be said that the model is kept
 * @throws the signal's reason, with a checkpoint kept; and what has nothing to do with the series, such as a full disk
 */
export async function trainOne(asked: Asked, onWriting: (written: Promise<void>) => void): Promise<SeriesResult> {
  const { name, options, signal, source, id } = asked;
  const begin = performance.now();
  const path = join(asked.folder, name);
  const { runs: _, name: __, ...settings } = options;
  const config = { task: "forecast", verb: "series", data: source, series: id, ...settings };
  const before = await Keeper.goOn(path, config, asked.sole);
  const keeper = before?.keeper ?? new Keeper(path, config, null);
  try {
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const initialEpoch = before?.model.epoch;
    const context = { warn, signal, ...(initialEpoch !== undefined && { initialEpoch }) };
    const prepared = await orReason(forecastTask.prepare(asked.table, options, context), "set aside", name);
    if ("reason" in prepared) return prepared;
    const trained = await orReason(train(asked, prepared, keeper, before?.model ?? null), "failed", name);
    if ("reason" in trained) return trained;
    const seconds = (performance.now() - begin) / 1000;
    const result: TrainedSeries = { ...trained.result, seconds, warnings };
    onWriting(keeper.finish({ ...trained.files, [RESULT_FILE]: toJson(result) }));
    return result;
  } finally {
    keeper.release();
  }
}

/** What is wrong with the series itself becomes its result; a folder that cannot be written is no fault of it. */
async function orReason<T extends object>(
  work: Promise<T>,
  state: "set aside" | "failed",
  name: string,
): Promise<T | { state: typeof state; name: string; reason: string }> {
  try {
    return await work;
  } catch (error) {
    const own = error instanceof SluiceError && !isOfSystem(error.cause);
    if (!own) throw error;
    return { state, name, reason: error.message };
  }
}

const isOfSystem = (cause: unknown) => cause instanceof Error && "syscall" in cause;

interface Trained {
  readonly result: Omit<TrainedSeries, "seconds" | "warnings">;
  readonly files: Files;
}

async function train(asked: Asked, prepared: Prepared, keeper: Keeper, checkpoint: Model | null): Promise<Trained> {
  const { signal, name } = asked;
  const start = await startValueOf(prepared);
  const model = checkpoint ?? prepared.model;
  attach(model, prepared.pipeline);
  await fit(model, asked, prepared, keeper, checkpoint && keeper.history, start);
  if (signal.aborted) {
    await keeper.checkpoint(model);
    throw signal.reason;
  }
  keeper.takeBest(model);
  if (prepared.calibrate) {
    await prepared.calibrate(model);
    attach(model, prepared.pipeline);
  }
  const { monitor, mode } = prepared.fit;
  const bytes = toBytes(model, { metadata: {}, tensors: new Map() });
  const evaluation = { ...(await prepared.test(model)), pictures: [] };
  const entries = evaluation.entries.map(({ values, ...entry }) => ({ ...entry, values: finiteOf(values) }));
  return {
    result: {
      state: "done",
      name,
      windows: evaluation.count,
      entries,
      epochs: keeper.history.epoch.length,
      parameters: model.countParams(),
      model: checksumOf(bytes),
      untrained: bestEpochOf(keeper.history, monitor, mode, start)?.epoch === BEFORE_FIRST,
    },
    files: {
      [RUN_FILES.metrics]: keeper.metrics,
      [RUN_FILES.model]: bytes,
      [RUN_FILES.evaluation]: toJson(evaluation),
    },
  };
}

export function checksumOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function finiteOf(values: Readonly<Record<string, number>>): Record<string, number | null> {
  const cells = Object.entries(values).map(([name, value]) => [name, Number.isFinite(value) ? value : null]);
  return Object.fromEntries(cells) as Record<string, number | null>;
}

/** @param before the epochs that were trained before; null for a model that begins */
async function fit(
  model: Model,
  { signal, options }: Asked,
  prepared: Prepared,
  keeper: Keeper,
  before: History | null,
  start: number | null,
): Promise<void> {
  const { epochs, batchSize, patience, monitor, mode } = prepared.fit;
  const best = keeper.begin(model, prepared, start);
  const { first, last } = keeper.callbacks(prepared, options.saveEvery);
  const stopping = earlyStoppingAfter(before, { monitor, mode, patience, start, best, anew: false });
  const fitting: FitOptions = {
    epochs,
    initialEpoch: model.epoch,
    initialStep: model.position?.step ?? 0,
    validationData: prepared.validation,
    callbacks: [first, stopping, last].map((callback) => ofWholeEpochs(callback, monitor)),
    verbose: 0,
    signal,
  };
  const { train: samples } = prepared;
  if (isArrays(samples)) {
    const [x, y, sampleWeight] = samples;
    await model.fit(x, y, { ...fitting, batchSize, ...(sampleWeight && { sampleWeight }) });
  } else await model.fit(samples, fitting);
}

function isArrays(train: Prepared["train"]): train is Exclude<Prepared["train"], Dataset> {
  return Array.isArray(train);
}
