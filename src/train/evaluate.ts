import type { Inputs } from "../model/feed.js";
import { Breather } from "../model/breather.js";
import type { Kernels } from "../kernels/kernels.js";
import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount, checkOptions } from "../util/checks.js";
import { check } from "../util/errors.js";
import {
  datasetBatches,
  isDataset,
  readSamples,
  sliceBatches,
  type BatchSlice,
  type Dataset,
  type Samples,
} from "./batches.js";
import { checkTargets } from "./check-targets.js";
import type { Logs } from "./callback.js";
import { LogBook } from "./logs.js";
import type { Model } from "./model.js";
import { evaluateStep, trainStep } from "./step.js";

export interface EvaluateOptions {
  /** Default 32. */
  batchSize?: number;
  sampleWeight?: TensorLike;
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
  const { batchSize = 32, sampleWeight, ...rest } = (dataset ? (y as EvaluateOptions) : given) ?? {};
  checkOptions("evaluate", rest, ["batchSize", "sampleWeight", "verbose"]);
  checkCount("evaluate", "batchSize", batchSize);
  const kernels = await model.preparePrediction();
  check(!dataset || sampleWeight === undefined, () => {
    return "evaluate: sampleWeight goes with arrays; the batches of a data set bring their own, { x, y, sampleWeight }";
  });
  if (dataset) return evaluateBatches(model, kernels, datasetBatches(model, x, "evaluate"), "");
  const samples = readSamples(model, x as Inputs, y as Inputs, sampleWeight, "evaluate");
  checkTargets(model, samples, "evaluate");
  return evaluateSamples(model, kernels, samples, batchSize, "");
}

export function evaluateSamples(
  model: Model,
  kernels: Kernels,
  samples: Samples,
  batchSize: number,
  prefix: string,
): Promise<Logs> {
  return evaluateBatches(model, kernels, sliceBatches(samples, batchSize, null), prefix);
}

export async function evaluateBatches(
  model: Model,
  kernels: Kernels,
  batches: Iterable<BatchSlice> | AsyncIterable<BatchSlice>,
  prefix: string,
): Promise<Logs> {
  const book = new LogBook(model.compiled, true);
  const breather = new Breather();
  for await (const batch of batches) {
    book.add(evaluateStep(model, kernels, batch, book.metrics), batch.count);
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
  book.add(trainStep(model, kernels, batch, { classWeight: null, place, metrics: book.metrics }), samples.count);
  return book.logs();
}

export async function predictOnBatch(model: Model, x: Inputs): Promise<Tensor> {
  return model.predict(x, { batchSize: Number.MAX_SAFE_INTEGER });
}
