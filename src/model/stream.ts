/**
 * A model run one time step at a time. The graph is compiled once into functions on fixed addresses (layers/step-plan.ts),
 * so that a step is a handful of kernel calls and allocates nothing.
 */
import { kernelsFor } from "../ops/backend.js";
import { withScope } from "../ops/scope.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Layer } from "../layers/layer.js";
import { persistentTensor } from "../layers/parameter.js";
import type { SymbolicTensor } from "../layers/symbolic.js";
import type { StepPlan } from "../layers/step-plan.js";
import { makeData, type TensorData } from "../tensor/dtype.js";
import { showShape, type Shape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkCount, checkOptions } from "../util/checks.js";
import { check, SluiceError, show } from "../util/errors.js";
import { inferenceContext } from "./context.js";
import type { Graph, Value } from "./graph.js";

export interface StreamOptions {
  /** Sequences that are stepped together. Default 1. */
  batch?: number;
}

/** A copy of all carried states, to go back to or to start another stream with. */
export type StreamState = readonly TensorData[];

/** The features of one step, of all sequences one after the other. */
type Frame = number | ArrayLike<number>;

export class Stream {
  readonly batch: number;
  readonly #kernels: Kernels;
  readonly #inputs: Tensor[];
  readonly #outputs: Tensor[];
  readonly #states: Tensor[] = [];
  /** All tensors whose addresses the steps use: collected with the stream, not before. */
  readonly #kept: Tensor[] = [];
  readonly #steps: (() => void)[] = [];
  readonly #results: Tensor[];

  constructor(
    private readonly graph: Graph,
    options: StreamOptions,
  ) {
    checkOptions("stream", options, ["batch"]);
    this.batch = checkCount("stream", "batch", options.batch ?? 1);
    this.#kernels = kernelsFor(graph.dtype);
    graph.place(this.#kernels);
    this.#inputs = graph.inputs.map((t) => this.#persistent(this.#stepShape(t), t.dtype === "int32"));
    const values = this.#inputs.map((tensor) => ({ tensor, mask: null }));
    this.#outputs = this.#compile(graph, values).map((value) => value.tensor);
    this.#results = this.#outputs.map((t) => Tensor.of(makeData(t.dtype, t.size), t.shape));
  }

  /**
   * Feeds one time step.
   * @param frames the step's features [D] or [B, D] (or a number); with several inputs, one entry for each
   * @returns the output of this step [B, …]; the same tensor each time, overwritten by the next step
   */
  step(...frames: Frame[]): Tensor;
  // The first one apart: with one input, as nearly always, no array of arguments is made.
  step(frame: Frame, ...more: Frame[]): Tensor {
    const came = frame === undefined ? 0 : more.length + 1;
    if (came !== this.#inputs.length)
      throw new SluiceError(`stream: expected ${this.#inputs.length} frames, got ${came}`);
    this.#write(this.#inputs[0]!, frame);
    for (let i = 0; i < more.length; i++) this.#write(this.#inputs[i + 1]!, more[i]!);
    for (let i = 0; i < this.#steps.length; i++) this.#steps[i]!();
    for (let i = 0; i < this.#outputs.length; i++) this.#results[i]!.data.set(this.#outputs[i]!.data);
    return this.#results[0]!;
  }

  /** All outputs of the last step, for models with several. */
  get outputs(): readonly Tensor[] {
    return this.#results;
  }

  /** The carried states where they lie, [B, …] each: between steps, `data` of one sequence can be read and replaced in place. */
  get states(): readonly Tensor[] {
    return this.#states;
  }

  /** A copy of the carried states. */
  state(): StreamState {
    return this.#states.map((t) => t.data.slice());
  }

  /** Goes back to states that `state()` gave, of this stream or of another of the same model and batch. */
  restore(saved: StreamState): this {
    const fits = Array.isArray(saved) && saved.length === this.#states.length;
    check(fits && saved.every((data, i) => data.length === this.#states[i]!.size), () => {
      return `stream: the state does not fit this model; expected ${this.#states.map((t) => t.size).join(", ")} numbers, got ${show(saved)}`;
    });
    for (const [i, data] of saved.entries()) this.#states[i]!.data.set(data);
    return this;
  }

  /** Another stream of the same model that goes on from the same states. */
  fork(): Stream {
    return new Stream(this.graph, { batch: this.batch }).restore(this.state());
  }

  /** Sets all states to zero. */
  reset(): void {
    for (const t of this.#states) t.data.fill(0);
  }

  #write(to: Tensor, frame: number | ArrayLike<number>): void {
    const data = to.data;
    if (typeof frame === "number" && data.length === 1) data[0] = frame;
    else if (typeof frame !== "number" && frame.length === data.length) data.set(frame);
    else {
      const came = typeof frame === "number" ? "1" : frame?.length;
      throw new SluiceError(`stream: a frame must have ${data.length} numbers (${showShape(to.shape)}), got ${came}`);
    }
  }

  /** [B, 1, features …] for an input [batch, time, features …]; [B, features] for one without a time axis. */
  #stepShape(t: SymbolicTensor): Shape {
    const [, time, ...features] = t.shape;
    if (t.shape.length === 2 && t.dtype !== "int32" && typeof time === "number") return [this.batch, time];
    check(t.shape.length >= 2 && features.every((n) => n !== null), () => {
      return `stream: input "${t.node.layer.name}" must be [batch, time, …] with known features, got ${showShape(t.shape)}`;
    });
    return [this.batch, 1, ...(features as number[])];
  }

  #persistent(shape: Shape, ints = false): Tensor {
    const t = persistentTensor(this.#kernels, shape);
    this.#kept.push(t);
    return ints ? t.asInts() : t;
  }

  #compile(graph: Graph, inputs: readonly Value[]): Value[] {
    const values = new Map<SymbolicTensor, Value>(graph.inputs.map((t, i) => [t, inputs[i]!]));
    for (const node of graph.nodes) {
      if (node.inputs.length === 0) continue;
      const came = node.inputs.map((t) => values.get(t)!);
      for (const [i, value] of this.#plan(node.layer, came).entries()) values.set(node.outputs[i]!, value);
    }
    return graph.outputs.map((t) => values.get(t)!);
  }

  #plan(layer: Layer, came: readonly Value[]): Value[] {
    const why = layer.notStreamable?.();
    check(why === undefined, () => `stream: ${layer.label} cannot be run step by step, because ${why}`);
    if (isGraph(layer)) return this.#compile(layer, came);
    let outputs: Tensor[] = [];
    let outputMasks: (Tensor | null)[] | undefined;
    const masks = came.map((value) => value.mask);
    const plan: StepPlan = {
      kernels: this.#kernels,
      batch: this.batch,
      inputs: came.map((value) => value.tensor),
      masks,
      alloc: (shape) => this.#persistent(shape),
      allocMask: (shape) => this.#persistent(shape, true),
      view: (x, shape) => x.viewAs(shape),
      state: (shape) => {
        const t = this.#persistent(shape);
        this.#states.push(t);
        return t;
      },
      output: (...tensors) => (outputs = tensors),
      outputMasks: (...tensors) => (outputMasks = tensors),
      run: (step) => this.#steps.push(step),
      layer: (inner, inputs) => {
        return this.#plan(
          inner,
          inputs.map((tensor) => ({ tensor, mask: null })),
        ).map((value) => value.tensor);
      },
      call: () => this.#planCall(layer, plan),
    };
    if (layer.planStep) layer.planStep(plan);
    else plan.call();
    const passed = layer.computeMask ? [] : outputs.map(() => masks[0] ?? null);
    return outputs.map((tensor, i) => ({ tensor, mask: (outputMasks ?? passed)[i] ?? null }));
  }

  /** A layer without a plan of its own: its `call` on single steps, outputs and masks copied to a fixed place. */
  #planCall(layer: Layer, plan: StepPlan): void {
    const context = { ...inferenceContext(this.graph.random), masks: plan.masks };
    const run = () =>
      withScope(plan.kernels, false, () => {
        const inputs = [...plan.inputs];
        const outputs = layer.call(inputs, context);
        const masks = layer.computeMask?.(plan.masks, inputs, outputs) ?? outputs.map(() => plan.masks[0] ?? null);
        return { outputs: outputs.map((t) => t.toHost()), masks: masks.map((t) => t && t.toHost()) };
      });
    const first = run();
    const outputs = first.outputs.map((t) => this.#persistent(t.shape, t.dtype === "int32"));
    const masks = first.masks.map((t) => t && this.#persistent(t.shape, true));
    plan.run(() => {
      const next = run();
      for (const [i, t] of next.outputs.entries()) outputs[i]!.data.set(t.data);
      for (const [i, t] of next.masks.entries()) if (t) masks[i]!.data.set(t.data);
    });
    plan.output(...outputs);
    plan.outputMasks(...masks);
  }
}

function isGraph(layer: Layer): layer is Graph {
  return "nodes" in layer;
}

/** Runs a model one time step at a time: what `model.stream()` is to models from "sluice", for those of "sluice/inference". */
export const stream = (graph: Graph, options: StreamOptions = {}): Stream => new Stream(graph, options);
