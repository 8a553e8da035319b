import type { Layer } from "../layers/layer.js";
import type { RecurrentLayerConfig } from "../layers/recurrent/recurrent-layer.js";
import type { Scan } from "../layers/recurrent/scan.js";
import { makeGradient } from "../layers/parameter.js";
import { kernelsReady } from "../ops/backend.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Parameter } from "../layers/parameter.js";
import { Graph, type GraphConfig } from "../model/graph.js";
import type { Inputs } from "../model/feed.js";
import { describe } from "../model/describe.js";
import { saveModel, toBytes } from "../model/save.js";
import { Stream, type StreamOptions } from "../model/stream.js";
import { nameLayers } from "../model/names.js";
import { summarize } from "../model/summary.js";
import { getWeights, setWeights } from "../model/weights.js";
import type { TensorLike } from "../tensor/make.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show, SluiceError } from "../util/errors.js";
import type { Dataset } from "./batches.js";
import { compileGraph, type Compiled, type CompileOptions } from "./compile.js";
import { evaluate, predictOnBatch, trainOnBatch, type EvaluateOptions } from "./evaluate.js";
import { fit, type FitOptions } from "./fit.js";
import type { History } from "./history.js";
import type { Logs } from "./callback.js";
import type { Step } from "./step.js";
import { restoreMoments, trainingState, type Position, type StoredTraining } from "./training-state.js";

/** Whose weights an optimizer's moments belong to. */
const owners = new WeakMap<Compiled["optimizer"], Model>();

/** A graph that can be trained. */
export class Model extends Graph {
  static override readonly className: string = "Model";
  #compiled: Compiled | null = null;
  #trained: readonly Parameter[] = [];
  #untrained: readonly Parameter[] = [];
  /** Moments read from a file, which wait for the optimizer to be built. */
  #pending: Map<string, Tensor> | null = null;
  /** How its recurrent layers run over time while it is trained; left out, in their own way. */
  scan?: Scan;
  /** What takes the place of {@link trainStep}, such as one on several threads. */
  step?: Step;
  /** The epochs that the last `fit` finished; `initialEpoch` of the next may go on from there. */
  epoch = 0;
  /** Where an epoch that is under way, or was when the file was written, has got to; null between epochs. */
  position: Position | null = null;

  /**
   * Chooses optimizer, loss and metrics, by name or made by the factories in `optimizers`, `losses` and `metrics`.
   * @throws SluiceError when a name is unknown, or a loss does not fit its output
   */
  compile(options: CompileOptions): void {
    const compiled = compileGraph(this, options);
    for (const [i, { loss }] of compiled.outputs.entries()) {
      const output = this.outputs[i]!;
      const { activation } = output.node.layer.config as { activation?: unknown };
      loss.checkOutput(
        `compile: output "${output.node.layer.name}"`,
        output.shape,
        typeof activation === "string" ? activation : undefined,
      );
    }
    this.#compiled = compiled;
    this.#pending = null;
  }

  /** The weights that training changes now: flags that change count from the next call of `fit` or `trainOnBatch`. */
  get trained(): readonly Parameter[] {
    return this.#trained;
  }

  /** All others. */
  get untrained(): readonly Parameter[] {
    return this.#untrained;
  }

  get compiled(): Compiled {
    if (this.#compiled) return this.#compiled;
    throw new SluiceError(`${this.label}: call compile({ optimizer, loss }) first`);
  }

  get isCompiled(): boolean {
    return this.#compiled !== null;
  }

  /** The optimizer that compile() chose; its learning rate can be read and set. */
  get optimizer(): Compiled["optimizer"] {
    return this.compiled.optimizer;
  }

  /** Waits for the kernels and places the weights: enough to measure a loss. */
  async preparePrediction(): Promise<Kernels> {
    const kernels = await kernelsReady(this.dtype);
    this.place(kernels);
    return kernels;
  }

  /** Waits for the kernels and makes what training needs: placed weights, gradients, the optimizer's moments. */
  async prepareTraining(): Promise<Kernels> {
    const { optimizer } = this.compiled;
    const kernels = await this.preparePrediction();
    const parameters = this.trainableParameters;
    check(parameters.length > 0, () => `${this.label}: nothing to train, all layers are frozen or have no weights`);
    check((owners.get(optimizer) ?? this) === this, () => {
      return `${this.label}: its optimizer ${optimizer.className} already trains another model; each needs its own`;
    });
    owners.set(optimizer, this);
    if (this.layers.some(isCheckpointed)) {
      const { checkCheckpoints, checkpointedScan } = await import("../layers/recurrent/checkpointed.js");
      checkCheckpoints(this.layers);
      this.scan ??= checkpointedScan;
    }
    for (const p of parameters) makeGradient(p, kernels);
    optimizer.build(parameters, kernels);
    if (this.#pending) restoreMoments(optimizer, this.#pending);
    this.#pending = null;
    this.#trained = parameters;
    this.#untrained = this.parameters.filter((p) => !parameters.includes(p));
    return kernels;
  }

  /**
   * Trains on arrays or on a data set of batches.
   * @param x inputs [N, …]; with several inputs a list or an object; or a {@link Dataset}, and then no y
   * @param y targets [N, …]
   */
  fit(x: Inputs, y: Inputs, options?: FitOptions): Promise<History>;
  fit(data: Dataset, options?: FitOptions): Promise<History>;
  fit(x: Inputs | Dataset, y?: Inputs | FitOptions, options?: FitOptions): Promise<History> {
    return fit(this, x, y, options);
  }

  /** Loss and metrics on data, without training. */
  evaluate(x: Inputs, y: Inputs, options?: EvaluateOptions): Promise<Logs>;
  evaluate(data: Dataset, options?: EvaluateOptions): Promise<Logs>;
  evaluate(x: Inputs | Dataset, y?: Inputs | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    return evaluate(this, x, y, options);
  }

  /** One update on one batch; loss and metrics of that batch. */
  trainOnBatch(x: Inputs, y: Inputs, sampleWeight?: TensorLike): Promise<Logs> {
    return trainOnBatch(this, x, y, sampleWeight);
  }

  /** The outputs for one batch, computed together. */
  predictOnBatch(x: Inputs): Promise<Tensor> {
    return predictOnBatch(this, x);
  }

  /** Runs the model one time step at a time, the states carried between the steps. Allocates nothing per step. */
  stream(options: StreamOptions = {}): Stream {
    return new Stream(this, options);
  }

  /** Forgets the carried states of all stateful layers. */
  override resetStates(): void {
    for (const layer of this.layers) layer.resetStates?.();
  }

  getWeights(): Tensor[] {
    return getWeights(this.parameters, this.dtype);
  }

  setWeights(values: readonly TensorLike[]): void {
    setWeights(this.parameters, values, this.dtype);
  }

  /** Number of weights. */
  countParams(): number {
    return this.parameters.reduce((sum, p) => sum + p.size, 0);
  }

  /** The layer of that name, or at that place. */
  getLayer(which: string | number): Layer {
    const layer = typeof which === "number" ? this.layers.at(which) : this.layers.find((l) => l.name === which);
    if (layer) return layer;
    throw new SluiceError(
      `${this.label}: no layer ${show(which)}; there are ${this.layers.map((l) => l.name).join(", ")}`,
    );
  }

  protected override nameLayers(layers: readonly Layer[]): void {
    nameLayers(layers);
  }

  /** Keras's table of layers, output shapes and parameter counts; printed, and returned. */
  summary(print: (text: string) => void = console.log): string {
    const text = summarize(this);
    print(text);
    return text;
  }

  override getConfig(): Record<string, unknown> {
    return describe(this);
  }

  /** The model as a safetensors file: layers, weights, and once compiled the state of its training. */
  toBytes(): Uint8Array {
    this.initialize(); // before the random state is read, which weights that have not been drawn yet would change
    return toBytes(this, this.#compiled ? trainingState(this, this.#pending) : { metadata: {}, tensors: new Map() });
  }

  /** Writes the model to a file (Node), by way of a temporary one, so that a crash leaves the old file whole. */
  async save(path: string): Promise<void> {
    await saveModel(path, this.toBytes());
  }

  /** Goes on from what a file holds: the same optimizer and moments, the same random numbers. */
  resumeFrom(stored: StoredTraining, moments: Map<string, Tensor>, position: Position | null): void {
    this.compile(stored.compile);
    for (const [i, output] of this.compiled.outputs.entries()) {
      for (const [j, metric] of output.metrics.entries()) metric.name = stored.metricNames[i]?.[j] ?? metric.name;
    }
    // Step count and rate hold at once, so that they can be read and changed; moments need the weights that they belong to.
    this.optimizer.setState(moments);
    this.#pending = moments;
    this.epoch = stored.epoch;
    this.position = position;
    this.random.state = stored.random;
  }
}

function isCheckpointed(layer: Layer): boolean {
  const { checkpointEvery = null } = layer.config as RecurrentLayerConfig;
  return checkpointEvery !== null || layer.sublayers.some(isCheckpointed);
}

/** A functional model: `model({ inputs: x, outputs: y })`, with `x = input(…)` and `y = layer.apply(x)`. */
export const model = (config: GraphConfig): Model => new Model(config);
