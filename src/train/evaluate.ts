import type { Inputs } from "../model/feed.js";
import { Breather } from "../model/breather.js";
import type { Kernels } from "../kernels/kernels.js";
import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount, checkOptions } from "../util/checks.js";
import { check } from "../util/errors.js";
import { datasetBatches, isDataset, readSamples, sliceBatches, type BatchSlice, type Dataset } from "./batches.js";
import { checkTargets } from "./check-targets.js";
import type { Logs } from "./callback.js";
import { LogBook } from "./logs.js";
import type { Model } from "./model.js";
import { evaluateStep, trainStep } from "./step.js";
import type { Truncation } from "./truncated.js";

export interface EvaluateOptions {
  /** Default 32. */
  batchSize?: number;
  sampleWeight?: TensorLike;
  /** Cuts sequences into pieces of so many steps, the states carried from piece to piece: the same values in less memory. */
  tbptt?: number;
  /** Accepted for Keras's sake: evaluate prints nothing. */
  verbose?: number;
}

export async function evaluate(
  model: Model,
  x: Inputs | Dataset,
  y: Inputs | EvaluateOptions | undefined,
  given: EvaluateOptions | undefined,
): Promise<Logs> {
  const dataset = isDataset(x);
  const { batchSize = 32, sampleWeight, tbptt, ...rest } = (dataset ? (y as EvaluateOptions) : given) ?? {};
  checkOptions("evaluate", rest, ["batchSize", "sampleWeight", "tbptt", "verbose"]);
  checkCount("evaluate", "batchSize", batchSize);
  const kernels = await model.preparePrediction();
  check(!dataset || sampleWeight === undefined, () => {
    return "evaluate: sampleWeight goes with arrays; the batches of a data set bring their own, { x, y, sampleWeight }";
  });
  const pieces = await truncation(model, tbptt, "evaluate");
  if (dataset) return evaluateBatches(model, kernels, datasetBatches(model, x, "evaluate"), "", pieces);
  const samples = readSamples(model, x as Inputs, y as Inputs, sampleWeight, "evaluate");
  checkTargets(model, samples, "evaluate");
  return evaluateBatches(model, kernels, sliceBatches(samples, batchSize, null), "", pieces);
}

/** What cuts sequences into pieces, fetched when it is asked for. */
export async function truncation(model: Model, steps: number | undefined, where: string): Promise<Truncation | null> {
  return steps === undefined ? null : (await import("./truncated.js")).truncate(model, steps, where);
}

export async function evaluateBatches(
  model: Model,
  kernels: Kernels,
  batches: Iterable<BatchSlice> | AsyncIterable<BatchSlice>,
  prefix: string,
  pieces: Truncation | null,
): Promise<Logs> {
  const book = new LogBook(model.compiled, true);
  const breather = new Breather();
  for await (const batch of pieces?.cut(batches) ?? batches) {
    book.add(evaluateStep(model, kernels, batch, book.metrics), batch);
    await breather.breathe();
  }
  return book.logs(prefix);
}

export async function trainOnBatch(
  model: Model,
  x: Inputs,
  y: Inputs,
  sampleWeight: TensorLike | undefined,
): Promise<Logs> {
  const kernels = await model.prepareTraining();
  const samples = readSamples(model, x, y, sampleWeight, "trainOnBatch");
  checkTargets(model, samples, "trainOnBatch");
  const book = new LogBook(model.compiled, false);
  const batch = { samples, start: 0, count: samples.count, order: undefined };
  const place = { epoch: model.epoch, step: model.optimizer.iterations };
  const step = model.step ?? trainStep;
  book.add(await step(model, kernels, batch, { classWeight: null, place, metrics: book.metrics }), batch);
  return book.logs();
}

export async function predictOnBatch(model: Model, x: Inputs): Promise<Tensor> {
  return model.predict(x, { batchSize: Number.MAX_SAFE_INTEGER });
}
