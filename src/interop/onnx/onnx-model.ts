/** A model of ONNX, computed as its graph says: ONNX's own names in and out. */
import type { Model } from "sluice";
import { kernelsReady } from "../../ops/backend.js";
import { showShape } from "../../tensor/shape.js";
import { toTensor, type TensorLike } from "../../tensor/make.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkOptions } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { toModel } from "./convert/to-model.js";
import type { GraphInput, OnnxGraph } from "./graph.js";
import { runGraph } from "./run.js";
import { castTo, isFloat, type Value, type ValueType } from "./value.js";

export interface OnnxModelParts {
  readonly graph: OnnxGraph;
  /** Version of the default operator set. */
  readonly opset: number;
  /** What errors call the file. */
  readonly where: string;
}

export class OnnxModel {
  readonly graph: OnnxGraph;
  readonly opset: number;
  readonly #where: string;

  constructor({ graph, opset, where }: OnnxModelParts) {
    [this.graph, this.opset, this.#where] = [graph, opset, where];
  }

  /** Name, type and shape of each input; sizes with a name, and null, may vary. */
  get inputs(): readonly GraphInput[] {
    return this.graph.inputs;
  }

  /** The outputs' names. */
  get outputs(): readonly string[] {
    return this.graph.outputs;
  }

  /**
   * Computes all outputs.
   * @param inputs a tensor, or what `tensor()` takes, under the name of each input of the graph; initializers that are inputs too may
   *   be given in place of their stored values
   * @returns tensors by the outputs' names: floats as they are, integers and bool as int32 (float64 beyond its range)
   * @throws SluiceError for inputs that are missing, unknown, or of another type or shape, and naming the node that fails
   */
  async predict(inputs: Readonly<Record<string, TensorLike>>): Promise<Record<string, Tensor>> {
    check(
      typeof inputs === "object" && inputs !== null && !(inputs instanceof Tensor) && !Array.isArray(inputs),
      () => {
        return `predict: expected the inputs by name, { ${this.inputs.map(({ name }) => name).join(", ")} }, got ${show(inputs)}`;
      },
    );
    await kernelsReady("float32");
    const { graph, opset } = this;
    checkOptions("predict", inputs, [...this.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
    const given = new Map(this.inputs.map((input) => [input.name, readInput(input, inputs[input.name])]));
    for (const [name, { type, shape }] of graph.initializers) {
      if (inputs[name] !== undefined) given.set(name, readInput({ name, type, shape: [...shape] }, inputs[name]));
    }
    const changed = given.size > this.inputs.length;
    const results = runGraph(graph, given, { opset, where: this.#where, changed, held: 0 }, () => undefined);
    return Object.fromEntries(graph.outputs.map((name, i) => [name, toResult(results[i]!)]));
  }

  /**
   * The same network as an ordinary model of layers, which can be trained, streamed and saved. Sequences are batch first there, also
   * where the graph has time first; states are [batch, units].
   * @throws SluiceError naming the first node that no layer stands for
   */
  toModel(): Model {
    return toModel(this.graph, this.opset, this.#where);
  }

  /** A table of the inputs, the nodes in running order, and the outputs. */
  summary(): string {
    const { graph } = this;
    const shown = ({ name, type, shape }: GraphInput) =>
      `${name} ${type} ${shape ? `[${shape.map((n) => n ?? "?").join(", ")}]` : ""}`;
    const weights = [...graph.initializers.values()];
    const nodes = graph.nodes.map(({ label, inputs, outputs }) => {
      return `  ${label}: ${inputs.map((name) => name || "–").join(", ")} → ${outputs.filter((name) => name !== "").join(", ")}`;
    });
    return [
      `ONNX graph ${show(graph.name)}, opset ${this.opset}`,
      `inputs: ${this.inputs.map(shown).join("; ")}`,
      ...nodes,
      `outputs: ${this.outputs.join(", ")}`,
      `weights: ${weights.length} tensors, ${weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)} numbers`,
    ].join("\n");
  }
}

function readInput({ name, type, shape }: GraphInput, like: TensorLike | undefined): Value {
  const where = `predict: input ${show(name)}`;
  check(
    like !== undefined,
    () => `${where} is missing; it is ${type}${shape ? ` [${shape.map((n) => n ?? "?").join(", ")}]` : ""}`,
  );
  const given = toTensor(like, where);
  const fits =
    shape === null ||
    (shape.length === given.rank && shape.every((n, i) => typeof n !== "number" || n === given.shape[i]));
  check(fits, () => `${where} must be [${shape!.map((n) => n ?? "?").join(", ")}], got ${showShape(given.shape)}`);
  const whole = isFloat(type) || given.data.every((v) => Number.isSafeInteger(v));
  check(whole, () => `${where} must be ${type}: whole numbers`);
  return castTo(type, { type: given.dtype as ValueType, shape: given.shape, data: given.data });
}

/** Data of the file or of the caller is copied: what a user gets is the user's. */
function toResult({ type, shape, data }: Value): Tensor {
  if (isFloat(type)) return Tensor.of((data as Float32Array).slice(), shape);
  const narrow = data.every((v) => v === (v | 0));
  return Tensor.of(narrow ? Int32Array.from(data) : Float64Array.from(data), shape);
}
