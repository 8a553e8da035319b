import type { DType } from "../tensor/dtype.js";
import type { PartialShape, Shape } from "../tensor/shape.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkOptions } from "../util/checks.js";
import { check, show, SluiceError } from "../util/errors.js";
import type { Random } from "../util/random.js";
import { Parameter, type ParameterOptions } from "./parameter.js";
import { connect, type SymbolicTensor } from "./symbolic.js";
import type { Scan } from "./recurrent/scan.js";
import type { LayerRegistry } from "./registry.js";
import type { StepPlan } from "./step-plan.js";
import type { Value } from "./value.js";

/** Options that every layer takes. */
export interface LayerConfig {
  /** Unique within a model; left out: the class name with a number. */
  name?: string;
  /** Whether training changes the weights. Default true. */
  trainable?: boolean;
  /** First layer of a sequential model: shape of one sample, without the batch; null = any size. */
  inputShape?: PartialShape;
}

/** What a call of a layer is told beside its inputs. */
export interface CallContext {
  readonly training: boolean;
  /** Seeds for dropout are drawn from it. */
  readonly random: Random;
  /** For each input its mask, int32 [B, T], 1 = use; or null. */
  readonly masks: readonly (Tensor | null)[];
  /** Adds a scalar to the training loss. */
  addLoss(loss: Tensor): void;
  /** Where a loss is worked out: adds what a layer's activityRegularizer makes of its outputs. Whoever calls a layer's `call` asks for it. */
  penalize?(layer: Layer, outputs: Tensor[]): void;
  /** How recurrent layers run over time, where training has another way than theirs. */
  readonly scan?: Scan | undefined;
}

export interface LayerClass {
  readonly className: string;
  /** For layers that hold layers: makes one from what a file holds. Left out, the constructor takes the stored options. */
  revive?(config: Record<string, unknown>, registry: LayerRegistry): Layer;
  new (config: never): Layer;
}

/**
 * One layer: its configuration, its weights, and the function it computes. A layer's call keeps nothing on the layer, so it
 * may be used at several places of a graph.
 *
 * To write one, extend this class, give it a static `className`, and implement `computeOutputShape` and `call`; with weights
 * also `build`, where `addWeight` makes them. Inputs and outputs are lists, also when there is only one.
 */
export abstract class Layer<C extends LayerConfig = LayerConfig> {
  static readonly className: string = "Layer";
  /** All options, defaults filled in: what the constructor took, `summary()` prints and the file stores. */
  readonly config: C;
  name: string;
  trainable: boolean;
  built = false;
  #parameters: Parameter[] = [];
  #sublayers: Layer[] = [];

  /** Makes the weights; called once, with the shapes of the inputs (batch axis included, null where unknown). */
  build?(inputs: PartialShape[]): void;
  /** Shapes of the outputs, batch axis included. */
  abstract computeOutputShape(inputs: PartialShape[]): PartialShape[];
  /** Computes the outputs with differentiable operations. */
  abstract call(inputs: Tensor[], context: CallContext): Tensor[];
  /** Masks of the outputs; left out, that of the first input goes on to every output. */
  computeMask?(masks: readonly (Tensor | null)[], inputs: Tensor[], outputs: Tensor[]): (Tensor | null)[];
  /**
   * Says that the layer works on every step alone and looks at no mask: with ragged inputs it is then called with the real steps
   * of all sequences as they are, [N, …] in place of [B, T, …].
   */
  readonly packed?: "steps";
  /**
   * How the layer works on ragged inputs: values with a packing (ops/packing.ts), in and out. Null where it had better be called
   * as usual; that is also how a layer is called which has neither this nor `packed`: with [B, T, …], filled up with zeros, and a mask.
   */
  callPacked?(came: readonly Value[], context: CallContext): Value[] | null;
  /** How the layer works one time step at a time (`model.stream`); left out, `call` is used on single steps. */
  planStep?(plan: StepPlan): void;
  /** Forgets what a stateful layer carries from batch to batch. */
  resetStates?(): void;
  /** Shape of one sample where the layer can tell it itself (an embedding takes any sequence of indices). */
  readonly defaultInputShape?: PartialShape;
  /** What the layer wants to be fed when it comes first. */
  readonly inputType: DType = "float32";
  /** Why `model.stream` cannot hold the layer, when its output at a step needs steps that have not come yet. */
  notStreamable?(): string | undefined;

  /** @param defaults every option that the layer knows, with its default (undefined where there is none) */
  constructor(config: C, defaults: Required<{ [K in keyof Omit<C, keyof LayerConfig>]: unknown }>) {
    const known = ["name", "trainable", "inputShape", ...Object.keys(defaults)];
    checkOptions(`${this.className}${config?.name ? ` "${config.name}"` : ""}`, config ?? {}, known);
    const given = Object.fromEntries(Object.entries(config ?? {}).filter(([, value]) => value !== undefined));
    this.config = { ...defaults, ...given } as unknown as C;
    this.name = config?.name ?? "";
    check(typeof this.name === "string" && !this.name.includes("/"), () => {
      return `${this.className}: name must be a string without "/", which separates names in a weight's path, got ${show(this.name)}`;
    });
    this.trainable = config?.trainable ?? true;
  }

  get className(): string {
    return (this.constructor as unknown as LayerClass).className;
  }

  /** `GRU "gru_1"`, as errors name the layer. */
  get label(): string {
    return this.name ? `${this.className} "${this.name}"` : this.className;
  }

  /** The configuration as JSON holds it. Layers that hold other layers give these as {className, config}. */
  getConfig(): Record<string, unknown> {
    const config: Record<string, unknown> = { ...(this.config as object), name: this.name };
    // The flag may have changed since the configuration was given.
    config.trainable = this.trainable ? undefined : false;
    for (const [key, value] of Object.entries(config)) {
      check(
        typeof value !== "function",
        () => `${this.label}: option ${key} is a function and cannot be stored in a file`,
      );
      if (value === undefined) delete config[key];
    }
    return config;
  }

  /** All weights, those of inner layers included, in a fixed order; a layer that two inner layers share counts once. */
  get parameters(): Parameter[] {
    return [...new Set([...this.#parameters, ...this.#sublayers.flatMap((layer) => layer.parameters)])];
  }

  /** The weights that training changes, each once. */
  get trainableParameters(): Parameter[] {
    if (!this.trainable) return [];
    const own = this.#parameters.filter((p) => p.trainable);
    return [...new Set([...own, ...this.#sublayers.flatMap((layer) => layer.trainableParameters)])];
  }

  /** The weights of this layer alone. */
  get ownParameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** Inner layers, such as the two directions of a bidirectional layer. */
  get sublayers(): readonly Layer[] {
    return this.#sublayers;
  }

  protected addWeight(name: string, shape: Shape, options: ParameterOptions): Parameter {
    const taken = this.#parameters.some((p) => p.name === name);
    check(!taken && !name.includes("/"), () => {
      return `${this.label}: addWeight needs another name for each weight, without "/", got ${show(name)}`;
    });
    const parameter = new Parameter(name, shape, options);
    this.#parameters.push(parameter);
    return parameter;
  }

  /** Adds an inner layer; `name` says what it is to this one, unless it has a name of its own. Names must differ. */
  protected addLayer<L extends Layer>(layer: L, name: string): L {
    if (layer.name === "") layer.name = name;
    const taken = this.#sublayers.some((other) => other.name === layer.name);
    check(!taken, () => `${this.label}: two inner layers are named ${show(layer.name)}; names must differ`);
    this.#sublayers.push(layer);
    return layer;
  }

  /** Connects the layer to symbolic tensors, for `model({ inputs, outputs })`. */
  apply(inputs: SymbolicTensor | SymbolicTensor[]): SymbolicTensor;
  apply(inputs: SymbolicTensor | SymbolicTensor[], outputs: "all"): SymbolicTensor[];
  apply(inputs: SymbolicTensor | SymbolicTensor[], outputs?: "all"): SymbolicTensor | SymbolicTensor[] {
    const list = connect(this, Array.isArray(inputs) ? inputs : [inputs]);
    return outputs === "all" ? list : list[0]!;
  }

  /** Builds the layer for these input shapes unless it is built, and gives the output shapes. */
  ensureBuilt(inputs: PartialShape[]): PartialShape[] {
    const outputs = this.computeOutputShape(inputs);
    if (!this.built) {
      this.build?.(inputs);
      this.built = true;
    }
    return outputs;
  }

  /** The size of the last axis, which weights depend on. */
  protected lastSize(shape: PartialShape): number {
    const size = shape.at(-1);
    if (typeof size === "number") return size;
    throw new SluiceError(`${this.label}: the last axis of the input must have a known size, got ${showShape(shape)}`);
  }

  /** Raises an error unless the shape has the rank that `expected` names, such as "[batch, time, features]". */
  protected checkRank(shape: PartialShape | undefined, rank: number, expected: string): void {
    check(shape?.length === rank, () => {
      return `${this.label}: input must be ${expected}, got ${shape ? showShape(shape) : "nothing"}`;
    });
  }
}
