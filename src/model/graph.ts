/**
 * Layers wired up: the nodes that lead from the inputs to the outputs, in an order in which each comes after what it needs.
 * A graph is a layer itself, so models can be parts of models.
 */
import type { Kernels } from "../kernels/kernels.js";
import { Layer, type CallContext, type LayerConfig } from "../layers/layer.js";
import { InputLayer } from "../layers/input.js";
import { SymbolicTensor, type LayerNode } from "../layers/symbolic.js";
import type { Value } from "../layers/value.js";
import type { FloatDType } from "../tensor/dtype.js";
import { fitsShape, showShape, type PartialShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkChoice, checkCount } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { Random } from "../util/random.js";
import { packedSupport, type Inputs } from "./feed.js";
import type { ModelOptions } from "./graph-options.js";
import { predict, type PredictOptions } from "./predict.js";

export interface GraphConfig extends LayerConfig, ModelOptions {
  inputs: SymbolicTensor | SymbolicTensor[];
  outputs: SymbolicTensor | SymbolicTensor[];
}

export type { Value };

export class Graph extends Layer<GraphConfig> {
  static override readonly className: string = "Model";
  inputs: readonly SymbolicTensor[] = [];
  outputs: readonly SymbolicTensor[] = [];
  /** In running order, inputs included. */
  nodes: readonly LayerNode[] = [];
  /** Each layer once, in the order of first use. */
  layers: readonly Layer[] = [];
  readonly dtype: FloatDType;
  readonly seed: number;
  /** The model's one source of chance. */
  readonly random: Random;
  /** What a task keeps with the model: fitted preprocessing, as JSON. Stored in the file, not read here. */
  attachments: Record<string, unknown> = {};

  constructor(config: GraphConfig) {
    super(config, { inputs: undefined, outputs: undefined, seed: null, dtype: "float32" });
    this.dtype = checkChoice(this.label, "dtype", this.config.dtype, ["float32", "float64"]);
    this.seed = config.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
    this.random = new Random(checkCount(this.label, "seed", this.seed, 0));
    this.wire(listOf(config.inputs, "inputs"), listOf(config.outputs, "outputs"));
    this.built = true;
  }

  /** Names the layers that have no name yet; a graph from a file has names for all. */
  protected nameLayers?(layers: readonly Layer[]): void;

  /** Takes the part of the graph between these inputs and outputs. */
  protected wire(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): void {
    for (const t of inputs) {
      const isInput = t.node.layer instanceof InputLayer;
      check(isInput, () => `model: inputs must come from input(), got an output of ${t.node.layer.label}`);
    }
    this.nodes = sortNodes(inputs, outputs);
    [this.inputs, this.outputs] = [inputs, outputs];
    this.layers = [...new Set(this.nodes.map((node) => node.layer))];
    this.nameLayers?.(this.layers);
    for (const layer of this.layers) if (!this.sublayers.includes(layer)) this.addLayer(layer, layer.name);
    for (const p of this.parameters) p.drawnBy(() => this.initialize());
  }

  computeOutputShape(inputs: PartialShape[]): PartialShape[] {
    this.checkInputs(inputs);
    const shapes = new Map<SymbolicTensor, PartialShape>(this.inputs.map((t, i) => [t, inputs[i]!]));
    for (const node of this.nodes) {
      if (node.inputs.length === 0) continue;
      const outputs = node.layer.computeOutputShape(node.inputs.map((t) => shapes.get(t)!));
      for (const [i, t] of node.outputs.entries()) shapes.set(t, outputs[i]!);
    }
    return this.outputs.map((t) => shapes.get(t)!);
  }

  /** Raises an error unless these shapes (batch included) fit the inputs. */
  checkInputs(shapes: readonly PartialShape[]): void {
    check(shapes.length === this.inputs.length, () => {
      return `${this.label}: expected ${this.inputs.length} inputs, got ${shapes.length}`;
    });
    for (const [i, t] of this.inputs.entries()) {
      check(fitsShape(shapes[i]!, t.shape), () => {
        return `${this.label}: input "${t.node.layer.name}" must be ${showShape(t.shape)}, got ${showShape(shapes[i]!)}`;
      });
    }
  }

  call(inputs: Tensor[], context: CallContext): Tensor[] {
    const masks = context.masks;
    return this.run(
      inputs.map((tensor, i) => ({ tensor, mask: masks[i] ?? null })),
      context,
    ).map((v) => v.tensor);
  }

  /** Computes the outputs, with the masks that came with them. */
  run(inputs: Value[], context: CallContext): Value[] {
    const values = new Map<SymbolicTensor, Value>(this.inputs.map((t, i) => [t, inputs[i]!]));
    for (const node of this.nodes) {
      if (node.inputs.length === 0) continue;
      const came = node.inputs.map((t) => values.get(t)!);
      for (const [i, value] of callLayer(node.layer, came, context).entries()) values.set(node.outputs[i]!, value);
    }
    return this.outputs.map((t) => values.get(t)!);
  }

  /** Draws the weights that have no values yet, in the order of the layers. */
  initialize(): void {
    for (const p of this.parameters) p.initialize(this.random);
  }

  /** Moves all weights into the memory of the kernels. */
  place(kernels: Kernels): void {
    this.initialize();
    for (const p of this.parameters) p.place(kernels);
  }

  /**
   * The outputs for all samples: x [N, …] → [N, …].
   * @returns a tensor, or one for each output when the model has several
   * @throws SluiceError when the data does not fit the inputs, is empty, or holds NaN or infinity
   */
  async predict(x: Inputs, options: PredictOptions = {}): Promise<Tensor> {
    return (await predict(this, x, options))[0]!;
  }

  /** Like `predict`, for models with several outputs. */
  async predictAll(x: Inputs, options: PredictOptions = {}): Promise<Tensor[]> {
    return predict(this, x, options);
  }
}

/** Calls a layer and works out its masks. A model inside a model brings its own masks. */
export function callLayer(layer: Layer, came: Value[], context: CallContext): Value[] {
  const packed = packedSupport?.call(layer, came, context);
  if (packed) return packed;
  const masks = came.map((v) => v.mask);
  const own: CallContext = { ...context, masks };
  if (layer instanceof Graph) return layer.run(came, own);
  const inputs = came.map((v) => v.tensor);
  const outputs = layer.call(inputs, own);
  check(Array.isArray(outputs) && outputs.every((t) => t instanceof Tensor), () => {
    return `${layer.label}: call() must return a list of tensors, got ${show(outputs)}`;
  });
  context.penalize?.(layer, outputs);
  const next = layer.computeMask?.(masks, inputs, outputs) ?? outputs.map(() => masks[0] ?? null);
  return outputs.map((tensor, i) => ({ tensor, mask: next[i] ?? null }));
}

function listOf(value: SymbolicTensor | SymbolicTensor[], what: string): SymbolicTensor[] {
  const list = Array.isArray(value) ? value : [value];
  check(
    list.every((t) => t instanceof SymbolicTensor),
    () => {
      return `model: ${what} must be symbolic tensors (from input() and apply()), got ${show(value)}`;
    },
  );
  return list;
}

/** Depth first from the outputs; a node comes after its inputs. An explicit stack, so that deep graphs do not overflow. */
function sortNodes(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): LayerNode[] {
  const order: LayerNode[] = inputs.map((t) => t.node);
  const done = new Set(order);
  const stack = outputs.map((t) => t.node).reverse();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const waiting = done.has(node) ? [] : node.inputs.filter((t) => !done.has(t.node)).map((t) => t.node);
    if (waiting.length > 0) {
      stack.push(...waiting.reverse());
      continue;
    }
    stack.pop();
    if (done.has(node)) continue;
    check(!(node.layer instanceof InputLayer), () => {
      return `model: the outputs need the input "${node.layer.name || showShape(node.outputs[0]!.shape)}", which is not among inputs`;
    });
    done.add(node);
    order.push(node);
  }
  return order;
}
