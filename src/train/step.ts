/**
 * One step on one batch: forward, loss, backward, update. ARCHITECTURE.md walks through this file.
 */
import type { Kernels } from "../kernels/kernels.js";
import type { CallContext } from "../layers/layer.js";
import { mul, add } from "../ops/arithmetic.js";
import { reshape } from "../ops/reshape.js";
import { sum } from "../ops/reduce.js";
import { withScope, type Scope } from "../ops/scope.js";
import { packedSupport } from "../model/feed.js";
import type { Value } from "../model/graph.js";
import type { Metric } from "../metrics/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { activityPenalty } from "./activity-penalty.js";
import { feedSlice, type BatchSlice } from "./batches.js";
import type { CompiledOutput } from "./compile.js";
import type { Model } from "./model.js";
import { checkLoss, checkGradients } from "./non-finite.js";
import { addPenaltyGradient, penalties, project } from "./penalties.js";
import type { ClassFactors } from "./class-weights.js";
import { SampleWeights } from "./sample-weights.js";

/** Where a step is, for errors. */
export interface StepPlace {
  readonly epoch: number;
  readonly step: number;
}

/** What a step measures, and with which weights. */
export interface Measure {
  readonly classWeight: ClassFactors | null;
  /** The metrics of each output, which the step updates. */
  readonly metrics: readonly (readonly Metric[])[];
}

export interface StepOptions extends Measure {
  readonly place: StepPlace;
}

/** Changes the weights that `prepareTraining` listed by one batch, and returns its loss with the penalties in it; updates metrics. */
export type Step = (
  model: Model,
  kernels: Kernels,
  batch: BatchSlice,
  options: StepOptions,
) => number | Promise<number>;

export const trainStep = (model: Model, kernels: Kernels, batch: BatchSlice, options: StepOptions): number =>
  withScope(kernels, true, (scope) => {
    const loss = recordLoss(model, scope, batch, options);
    const value = loss.item() + penalties(model.trained, kernels);
    checkLoss(model, value, options.place, () => fed(scope, batch));
    scope.backward(loss);
    update(model, scope, options.place);
    return value;
  });

/** Loss of a batch or of its part, from which `scope.backward` adds to gradients that are zero. */
export function recordLoss(model: Model, scope: Scope, batch: BatchSlice, measure: Measure): Tensor {
  // Said anew for each step, since other models may share layers with this one.
  for (const p of model.untrained) p.tracked = false;
  for (const p of model.trained) {
    p.tracked = true;
    scope.kernels.fill(p.grad!.ptr, 0, p.size);
  }
  const loss = forward(model, scope, batch, true, measure);
  check(loss.tracked, () => {
    return "fit: no gradient reaches the weights from the loss; build losses of your own from `ops`";
  });
  return loss;
}

/** From the gradients of a loss without penalties to new weights. */
export function update(model: Model, scope: Scope, place: StepPlace): void {
  for (const p of model.trained) addPenaltyGradient(scope, p);
  checkGradients(model, scope.kernels, place);
  model.optimizer.apply();
  for (const p of model.trained) project(p);
}

/** The loss of a batch without training; metrics are updated on the way. */
export function evaluateStep(model: Model, kernels: Kernels, batch: BatchSlice, metrics: Measure["metrics"]): number {
  return withScope(kernels, false, (scope) => {
    const loss = forward(model, scope, batch, false, { classWeight: null, metrics });
    return loss.item() + penalties(model.trainableParameters, kernels);
  });
}

/** The batch's inputs in the memory of the step. */
export function fed(scope: Scope, batch: BatchSlice): Value[] {
  return batch.samples.x.map(
    (t) => packedSupport?.feed(t, batch) ?? { tensor: feedSlice(scope, t, batch), mask: null },
  );
}

function forward(model: Model, scope: Scope, batch: BatchSlice, training: boolean, measure: Measure): Tensor {
  const extra: Tensor[] = [];
  const addLoss = (t: Tensor) => void extra.push(batch.part ? mul(t, batch.part.share()) : t);
  const penalize: CallContext["penalize"] = (layer, ys) => activityPenalty(layer, ys, addLoss);
  const context: CallContext = { training, random: model.random, masks: [], addLoss, penalize, scan: model.scan };
  const outputs = model.run(fed(scope, batch), context);
  const losses = outputs.map((output, i) => outputLoss(model.compiled.outputs[i]!, scope, output, batch, i, measure));
  return [...losses, ...extra].reduce((a, b) => add(a, b));
}

/** The weighted mean of one output's losses, over all samples and positions that are not masked. */
function outputLoss(
  { loss, weight, weightedFrom }: CompiledOutput,
  scope: Scope,
  output: Value,
  batch: BatchSlice,
  index: number,
  { classWeight, metrics }: Measure,
): Tensor {
  const given = batch.samples.weight;
  const take = (t: Tensor) => feedSlice(scope, t, batch);
  const whole = loss.labels === "texts";
  const aligned = packedSupport?.align(output, { target: batch.samples.y[index]!, weight: given, whole, take }, batch);
  const { tensor: prediction, mask } = aligned ?? output;
  const target = aligned?.target ?? take(batch.samples.y[index]!);
  const samples = aligned ? aligned.samples : given && take(given);
  const perPosition = loss.call(target, prediction, (mask ?? samples ?? classWeight) !== null, mask);
  const factors = classWeight && classWeight(scope, target, prediction);
  const weights = new SampleWeights(scope, perPosition, samples, factors, mask);
  if (batch.counted !== undefined) batch.counted = weights.count;
  for (const [i, metric] of metrics[index]!.entries()) {
    metric.update(target, prediction, i < weightedFrom ? weights.readMask() : weights.read());
  }
  const counted = batch.part?.divisor(index, weights.count, !!(mask || output.packing)) ?? weights.count;
  const weighted = weights.tensor ? mul(perPosition, weights.tensor) : perPosition;
  return mul(reshape(sum(weighted), []), weight / (counted || 1));
}
