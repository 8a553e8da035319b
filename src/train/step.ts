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
import type { Compiled } from "./compile.js";
import type { Model } from "./model.js";
import { checkLoss, checkGradients } from "./non-finite.js";
import { addPenaltyGradient, penaltyOf, project } from "./penalties.js";
import { classFactors, type ClassWeights } from "./class-weights.js";
import { SampleWeights } from "./sample-weights.js";

/** Where a step is, for errors. */
export interface StepPlace {
  readonly epoch: number;
  readonly step: number;
}

/** What a step measures, and with which weights. */
interface Measure {
  readonly classWeight: ClassWeights | null;
  /** The metrics of each output, which the step updates. */
  readonly metrics: readonly (readonly Metric[])[];
}

export interface StepOptions extends Measure {
  readonly place: StepPlace;
}

/** Loss of one batch, with the penalties in it; metrics are updated on the way. Changes the weights that `prepareTraining` listed. */
export function trainStep(model: Model, kernels: Kernels, batch: BatchSlice, options: StepOptions): number {
  const compiled = model.compiled;
  const parameters = model.trained;
  return withScope(kernels, true, (scope) => {
    // Said anew for each step, since other models may share layers with this one.
    for (const p of model.untrained) p.tracked = false;
    for (const p of parameters) p.tracked = true;
    for (const p of parameters) kernels.fill(p.grad!.ptr, 0, p.size);
    const { loss, value } = forward(model, compiled, scope, batch, true, options);
    checkLoss(model, value, options.place, () => rerunInputs(scope, batch));
    check(loss.tracked, () => {
      return "fit: no gradient reaches the weights from the loss; build losses of your own from `ops`";
    });
    scope.backward(loss);
    for (const p of parameters) addPenaltyGradient(scope, p);
    checkGradients(model, kernels, parameters, options.place);
    compiled.optimizer.apply();
    for (const p of parameters) project(p);
    return value;
  });
}

/** The loss of a batch without training; metrics are updated on the way. */
export function evaluateStep(model: Model, kernels: Kernels, batch: BatchSlice, metrics: Measure["metrics"]): number {
  const measure = { classWeight: null, metrics };
  return withScope(kernels, false, (scope) => forward(model, model.compiled, scope, batch, false, measure).value);
}

function rerunInputs(scope: Scope, batch: BatchSlice): Value[] {
  return batch.samples.x.map(
    (t) => packedSupport?.feed(t, batch) ?? { tensor: feedSlice(scope, t, batch), mask: null },
  );
}

function forward(
  model: Model,
  compiled: Compiled,
  scope: Scope,
  batch: BatchSlice,
  training: boolean,
  measure: Measure,
): { loss: Tensor; value: number } {
  const extra: Tensor[] = [];
  const addLoss = (t: Tensor) => void extra.push(t);
  const penalize: CallContext["penalize"] = (layer, ys) => activityPenalty(layer, ys, addLoss);
  const context: CallContext = { training, random: model.random, masks: [], addLoss, penalize, scan: model.scan };
  const outputs = model.run(rerunInputs(scope, batch), context);
  const losses = outputs.map((output, i) => outputLoss(compiled.outputs[i]!, scope, output, batch, i, measure));
  const loss = [...losses, ...extra].reduce((a, b) => add(a, b));
  const penalized = training ? model.trained : model.trainableParameters;
  const penalty = penalized.reduce((total, p) => total + penaltyOf(scope.kernels, p), 0);
  return { loss, value: loss.item() + penalty };
}

/** The weighted mean of one output's losses, over all samples and positions that are not masked. */
function outputLoss(
  { loss, weight, weightedFrom }: Compiled["outputs"][number],
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
  const factors = classWeight ? classFactors(scope, classWeight, target, prediction) : null;
  const weights = new SampleWeights(scope, perPosition, samples, factors, mask);
  if (batch.counted !== undefined) batch.counted = weights.count;
  for (const [i, metric] of metrics[index]!.entries()) {
    metric.update(target, prediction, i < weightedFrom ? weights.readMask() : weights.read());
  }
  return meanLoss(perPosition, weights, weight);
}

function meanLoss(perPosition: Tensor, weights: SampleWeights, outputWeight: number): Tensor {
  const weighted = weights.tensor ? mul(perPosition, weights.tensor) : perPosition;
  return mul(reshape(sum(weighted), []), outputWeight / (weights.count || 1));
}
