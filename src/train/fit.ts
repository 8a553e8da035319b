/**
 * The training loop. Who owns what: batches.ts cuts and shuffles, step.ts computes and updates, logs.ts averages, callbacks
 * watch and may stop; this file only puts them in order.
 */
import type { Kernels } from "../kernels/kernels.js";
import { Breather } from "../model/breather.js";
import type { Inputs } from "../model/feed.js";
import type { TensorLike } from "../tensor/make.js";
import { checkCount, checkOptions, checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { datasetBatches, isDataset, readSamples, sliceBatches, splitSamples } from "./batches.js";
import type { BatchSlice, Dataset, Samples } from "./batches.js";
import { notify, toCallback, type Callback, type CallbackLike, type Logs, type TrainingRun } from "./callback.js";
import { checkTargets } from "./check-targets.js";
import type { ClassFactors, ClassWeights } from "./class-weights.js";
import { evaluateBatches, truncation } from "./evaluate.js";
import { addEpoch, emptyHistory, type History } from "./history.js";
import { LogBook } from "./logs.js";
import type { Model } from "./model.js";
import { NonFiniteError } from "./non-finite.js";
import { trainStep } from "./step.js";
import type { Position } from "./training-state.js";
import type { Truncation } from "./truncated.js";

export interface FitOptions {
  /** Passes over the data; the number at which training ends when `initialEpoch` is given. Default 1. */
  epochs?: number;
  /** Default 32. Not used with a data set, which yields batches. */
  batchSize?: number;
  /** Arrays, or a data set, on which loss and metrics are measured after each epoch. */
  validationData?: readonly [x: Inputs, y: Inputs, sampleWeight?: TensorLike] | Dataset;
  /** The last share of the samples, kept from training for that purpose; 0 to 1. */
  validationSplit?: number;
  /** Another order in each epoch. Default true; false with stateful layers, whose batches follow one another. */
  shuffle?: boolean;
  /** Factor on the loss of each class, such as { 0: 1, 1: 5 }. */
  classWeight?: ClassWeights;
  /** Factor on the loss of each sample [N], or of each position [N, T]. */
  sampleWeight?: TensorLike;
  /**
   * Truncated back-propagation through time: sequences [N, T, …] with targets at every step are cut into pieces of so many steps,
   * with an update after each; the states of recurrent layers go on from piece to piece, also in validation. Default: no cuts.
   */
  tbptt?: number;
  /** The number of the first epoch, to go on with a run. Default 0. */
  initialEpoch?: number;
  /**
   * Steps of the first epoch that are done already: `model.position.step` of a checkpoint that was written within an epoch, with
   * `initialEpoch: model.epoch` and the same data. Training goes on bit for bit as if it had not stopped. Default 0.
   */
  initialStep?: number;
  callbacks?: CallbackLike | readonly CallbackLike[];
  /** 0 nothing, 1 a progress bar, 2 a line an epoch. Default 1 on a terminal, else 2; in a page 0. */
  verbose?: 0 | 1 | 2;
  /** Ends training after the batch that is running; what was learnt stays. */
  signal?: AbortSignal;
}

const KNOWN = ["epochs", "batchSize", "validationData", "validationSplit", "shuffle", "classWeight", "sampleWeight", "tbptt", "initialEpoch", "initialStep", "callbacks", "verbose", "signal"]; // prettier-ignore

/** Everything that one call of fit has, checked. */
interface Plan {
  model: Model;
  kernels: Kernels;
  epochs: number;
  initialEpoch: number;
  /** Where the first epoch goes on. */
  from: Position | null;
  pieces: Truncation | null;
  steps: number | null;
  validates: boolean;
  classWeight: ClassFactors | null;
  callbacks: Callback[];
  signal: AbortSignal | undefined;
  batches(): Iterable<BatchSlice> | AsyncIterable<BatchSlice>;
  validate(): Promise<Logs>;
}

/** Two fits at once would take turns at the same weights and moments. */
const underWay = new WeakSet<Model>();

export async function fit(
  model: Model,
  x: Inputs | Dataset,
  y: Inputs | FitOptions | undefined,
  given: FitOptions | undefined,
): Promise<History> {
  const dataset = isDataset(x);
  const options = (dataset ? (y as FitOptions) : given) ?? {};
  const plan = await makePlan(model, x, dataset ? undefined : (y as Inputs), options);
  const history = emptyHistory();
  check(!underWay.has(model), () => `fit: ${model.label} is being trained already; await the first fit`);
  underWay.add(model);
  try {
    await new Run(plan, history).train();
  } finally {
    underWay.delete(model);
  }
  return history;
}

async function makePlan(model: Model, x: Inputs | Dataset, y: Inputs | undefined, options: FitOptions): Promise<Plan> {
  checkOptions("fit", options, KNOWN);
  const { epochs = 1, batchSize = 32, initialEpoch = 0, initialStep = 0, verbose, signal } = options;
  const stateful = model.layers.find((layer) => (layer.config as { stateful?: boolean }).stateful);
  const { shuffle = !stateful } = options;
  check(typeof shuffle === "boolean" && !(shuffle && stateful), () => {
    return `fit: shuffle must be true or false, and false with the stateful layer "${stateful?.name}", got ${show(shuffle)}`;
  });
  checkCount("fit", "epochs", epochs, 0);
  checkCount("fit", "batchSize", batchSize);
  checkCount("fit", "initialEpoch", initialEpoch, 0);
  const { position } = model;
  check(initialStep === 0 || (initialStep === position?.step && initialEpoch === model.epoch), () => {
    return `fit: the model stands at epoch ${model.epoch}, step ${position?.step ?? 0}, got ${initialEpoch}, ${initialStep}`;
  });
  const from = initialStep === 0 ? null : { ...position! };
  const classWeight = options.classWeight
    ? (await import("./class-weights.js")).classFactors(options.classWeight)
    : null;
  const listed = options.callbacks === undefined ? [] : [options.callbacks].flat();
  const callbacks = [...(await progress(verbose)), ...(listed as CallbackLike[]).map(toCallback)];
  const validates = options.validationData !== undefined || (options.validationSplit ?? 0) !== 0;
  const pieces = await truncation(model, options.tbptt, "fit");
  const cut = (batches: Iterable<BatchSlice> | AsyncIterable<BatchSlice>) => pieces?.cut(batches) ?? batches;
  const common = { model, epochs, initialEpoch, from, pieces, classWeight, callbacks, signal, validates };
  if (isDataset(x)) {
    check(
      options.validationSplit === undefined,
      () => "fit: validationSplit needs arrays; give validationData with a data set",
    );
    check(
      options.sampleWeight === undefined,
      () => "fit: sampleWeight goes with arrays; batches of a data set bring their own",
    );
    const kernels = await model.prepareTraining();
    const validate = validator(model, kernels, options.validationData, null, batchSize, pieces);
    return { ...common, kernels, steps: null, batches: () => cut(datasetBatches(model, x, "fit")), validate };
  }
  const all = readSamples(model, x, y!, options.sampleWeight, "fit");
  checkTargets(model, all, "fit");
  const [training, heldOut] = splitOff(all, options);
  const kernels = await model.prepareTraining();
  const steps = pieces?.count(training, batchSize) ?? Math.ceil(training.count / batchSize);
  const validate = validator(model, kernels, options.validationData, heldOut, batchSize, pieces);
  return {
    ...common,
    kernels,
    steps,
    batches: () => cut(sliceBatches(training, batchSize, shuffle ? model.random : null)),
    validate,
  };
}

/** What shows the progress is fetched where there is somebody to see it: in a page only when asked for. */
async function progress(verbose: FitOptions["verbose"]): Promise<Callback[]> {
  const quiet = verbose === 0 || (verbose === undefined && !("process" in globalThis));
  return quiet ? [] : (await import("./progress.js")).progressBar(verbose);
}

function splitOff(all: Samples, { validationSplit, validationData }: FitOptions): [Samples, Samples | null] {
  if (validationSplit === undefined || validationSplit === 0) return [all, null];
  check(validationData === undefined, () => "fit: give validationData or validationSplit, not both");
  checkRange("fit", "validationSplit", validationSplit, 0, 1);
  return splitSamples(all, validationSplit);
}

function validator(
  model: Model,
  kernels: Kernels,
  data: FitOptions["validationData"],
  heldOut: Samples | null,
  batchSize: number,
  pieces: Truncation | null,
): () => Promise<Logs> {
  const measure = (batches: () => Iterable<BatchSlice> | AsyncIterable<BatchSlice>) => () =>
    evaluateBatches(model, kernels, batches(), "val_", pieces);
  if (heldOut) return measure(() => sliceBatches(heldOut, batchSize, null));
  if (data === undefined) return () => Promise.resolve({});
  if (!Array.isArray(data)) {
    check(isDataset(data), () => `fit: validationData must be [x, y] or a data set, got ${show(data)}`);
    return measure(() => datasetBatches(model, data, "fit: validationData"));
  }
  const [x, y, weight] = data as [Inputs, Inputs, TensorLike | undefined];
  const samples = readSamples(model, x, y, weight, "fit: validationData");
  checkTargets(model, samples, "fit: validationData");
  return measure(() => sliceBatches(samples, batchSize, null));
}

class Run implements TrainingRun {
  readonly model: Model;
  readonly epochs: number;
  readonly validates: boolean;
  steps: number | null;
  readonly #breather = new Breather();

  constructor(
    private readonly plan: Plan,
    private readonly history: History,
  ) {
    this.model = plan.model;
    this.epochs = plan.epochs;
    this.steps = plan.steps;
    this.validates = plan.validates;
  }

  stop(reason: string): void {
    this.history.stopReason ??= reason;
  }

  get #stopped(): boolean {
    if (this.plan.signal?.aborted) this.stop("aborted");
    return this.history.stopReason !== null;
  }

  async train(): Promise<void> {
    const { callbacks, initialEpoch, model } = this.plan;
    let logs: Logs = {};
    await notify(callbacks, (c) => c.onTrainBegin?.(this));
    for (let epoch = initialEpoch; epoch < this.epochs && !this.#stopped; epoch++) {
      await notify(callbacks, (c) => c.onEpochBegin?.(epoch, this));
      const trained = await this.#epoch(epoch, epoch === initialEpoch ? this.plan.from : null);
      if (!trained) break;
      const whole = !this.#stopped;
      const validated = this.plan.signal?.aborted ? {} : await this.plan.validate(); // who aborts does not want to wait
      logs = { ...trained, ...validated, learningRate: model.optimizer.learningRate };
      if (whole) [model.epoch, model.position] = [epoch + 1, null];
      addEpoch(this.history, epoch, logs);
      await notify(callbacks, (c) => c.onEpochEnd?.(epoch, logs, this));
    }
    await notify(callbacks, (c) => c.onTrainEnd?.(logs, this));
  }

  /** One pass over the data; null when it was cut short before its first step. */
  async #epoch(epoch: number, from: Position | null): Promise<Logs | null> {
    const { model, kernels, classWeight, callbacks, pieces } = this.plan;
    const book = new LogBook(model.compiled, false);
    const live = book.live();
    let step = 0;
    const { random } = model;
    const now = random.state;
    if (from) random.state = from.random; // the order of the samples is drawn again
    model.position = {
      get step() {
        return step;
      },
      random: random.state,
      get gathered() {
        return book.state();
      },
      get carried() {
        return pieces?.carried?.all ?? [];
      },
    };
    for await (const batch of this.plan.batches()) {
      if (this.#stopped) break;
      if (from && step < from.step) {
        if (++step < from.step) continue;
        random.state = now;
        book.restore(from.gathered);
        pieces?.carried!.begin(from.carried);
        continue;
      }
      try {
        const measure = { classWeight, place: { epoch, step }, metrics: book.metrics };
        book.add(await (model.step ?? trainStep)(model, kernels, batch, measure), batch);
      } catch (error) {
        if (!this.#forgives(error)) throw error;
        this.stop((error as Error).message);
        break;
      }
      const done = step++;
      await notify(callbacks, (c) => c.onBatchEnd?.(done, live, this));
      await this.#breather.breathe();
      if (this.#stopped) break; // before the data set is asked for a batch that would not be used
    }
    check(!from || step >= from.step || this.#stopped, () => `fit: initialStep ${from!.step}, but ${step} batches`);
    this.steps ??= step;
    return step > 0 ? book.logs() : null;
  }

  #forgives(error: unknown): boolean {
    if (!(error instanceof NonFiniteError)) return false;
    return this.plan.callbacks.filter((c) => c.onNonFinite?.(error, this)).length > 0;
  }
}
