/** The library: models, layers, training, tensors. For prediction alone, `sluice/inference` is a smaller bundle. */
import "./float64-kernels.js";
import "./training-kernels.js";
import "./training-choices.js";
import { allLayers } from "./layers/all-layers.js";
import { ctc } from "./losses/ctc.js";
import { negativeLogLikelihood } from "./losses/likelihood.js";
import { provideLosses } from "./losses/provided.js";
import { loadTrainable } from "./train/load.js";
import type { LoadOptions } from "./model/load.js";
import type { Model } from "./train/model.js";

export { ready, setThreads, setWasmSource } from "./default-kernels.js";
export { tensor, type ArrayInput, type TensorLike } from "./tensor/make.js";
export { Ragged } from "./tensor/ragged.js";
export { Tensor, type NestedArray } from "./tensor/tensor.js";
export type { DType, TensorData } from "./tensor/dtype.js";
export type { PartialShape, Shape } from "./tensor/shape.js";
export { SluiceError } from "./util/errors.js";
export { Random } from "./util/random.js";

export * as ops from "./ops.js";
export { grad, valueAndGrad } from "./ops/grad.js";

export * as layers from "./layers/index.js";
export { input } from "./layers/input.js";
export { Layer, type CallContext, type LayerConfig } from "./layers/layer.js";
export { RecurrentCell, type CellContext } from "./layers/recurrent/cell.js";
export type { Parameter } from "./layers/parameter.js";
export type { SymbolicTensor } from "./layers/symbolic.js";

export { initializers, resolveInitializer, type InitializerLike } from "./initializers/index.js";
export { regularizers, resolveRegularizer, type RegularizerLike } from "./regularizers/index.js";
export { constraints } from "./constraints/index.js";
export { schedules } from "./schedules/index.js";
export * as distributions from "./distributions/index.js";
export * as losses from "./losses/factories.js";
export type { Loss, LossFunction, LossLike } from "./losses/index.js";
export * as metrics from "./metrics/factories.js";
export type { Metric, MetricLike } from "./metrics/index.js";
export * as optimizers from "./optimizers/rules.js";
export type { Optimizer, OptimizerLike } from "./optimizers/index.js";
export * as callbacks from "./train/callbacks/index.js";

export { Graph } from "./model/graph.js";
export { ragged, type RaggedOptions } from "./model/ragged.js";
export type { Stream, StreamState } from "./model/stream.js";
export { Model, model } from "./train/model.js";
export { Sequential, sequential } from "./train/sequential.js";
export { seq2seq, teacherForcing, type Seq2SeqConfig, type TeacherForcingOptions } from "./train/seq2seq.js";
export { decodeSequences, type DecodeOptions } from "./model/decode/decode-sequences.js";
export type { Hypothesis } from "./model/decode/beam-search.js";
export type { FitOptions } from "./train/fit.js";
export type { CompileOptions } from "./train/compile.js";
export type { History } from "./train/history.js";
export type { Callback, CallbackLike, Logs, TrainingRun } from "./train/callback.js";
export type { Batch, Dataset } from "./train/batches.js";
export { plotForecast, type PlotForecastOptions } from "./runs/plot-forecast.js";
export { plotGradientNorms } from "./runs/plot-gradient-norms.js";
export { plotHistory, type PlotHistoryOptions } from "./runs/plot-history.js";

/**
 * Reads a model file: layers, weights, and the state of its training, so that `fit` goes on as if it had not stopped.
 * @param source a path (Node), a URL, or the file's bytes
 * @param options `layers`: your own layer classes that the file holds
 */
export function loadModel(source: string | URL | Uint8Array | ArrayBuffer, options: LoadOptions = {}): Promise<Model> {
  provideLosses({ ctc, negativeLogLikelihood });
  return loadTrainable(source, options, allLayers);
}
