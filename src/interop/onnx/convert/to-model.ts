/** An ONNX graph as an ordinary model, where every node is one that layers have. */
import { input, model as makeModel, tensor, type Model, type SymbolicTensor } from "sluice";
import { check, show, SluiceError } from "../../../util/errors.js";
import type { GraphInput, GraphNode, OnnxGraph } from "../graph.js";
import { isFloat, type Value } from "../value.js";
import { convertFlatten, convertGather, convertReshape, convertSlice, convertSqueeze, convertTranspose, convertUnsqueeze } from "./axes.js"; // prettier-ignore
import { Conversion } from "./conversion.js";
import { convertConcat, convertMerge, convertPooling, convertSoftmax, isMerge } from "./functions.js";
import { curveOf } from "./elementwise.js";
import { convertRecurrent } from "./recurrent.js";
import { plainAxes, withoutOnes, type Axis, type Known, type Traced } from "./traced.js";
import { convertConv, convertEmbedding, convertGemm, convertLayerNormalization, convertMatMul } from "./weighted.js";

type Convert = (c: Conversion, node: GraphNode) => Traced;

const same: Convert = (c, node) => c.traced(node, 0);

const NODES: Readonly<Record<string, Convert>> = {
  Identity: same,
  Dropout: same,
  Cast: same,
  Transpose: convertTranspose,
  Squeeze: convertSqueeze,
  Unsqueeze: convertUnsqueeze,
  Reshape: convertReshape,
  Flatten: convertFlatten,
  Slice: convertSlice,
  Gather: (c, node) =>
    c.get(node.inputs[0])?.kind === "constant" ? convertEmbedding(c, node) : convertGather(c, node),
  MatMul: convertMatMul,
  Gemm: convertGemm,
  LayerNormalization: convertLayerNormalization,
  Softmax: convertSoftmax,
  LogSoftmax: convertSoftmax,
  Conv: convertConv,
  Concat: convertConcat,
  ReduceMean: convertPooling,
  ReduceMax: convertPooling,
  GlobalAveragePool: convertPooling,
  GlobalMaxPool: convertPooling,
};
const RECURRENT = ["GRU", "LSTM", "RNN"];

/** Axes of the layers' inputs for a tensor of so many axes; sequences come batch first or time first. */
const INPUT_AXES: Readonly<Record<number, readonly Axis[][]>> = {
  1: [[0]],
  2: [[0, 1], [1, 0]],
  3: [[0, 1, 2], [1, 0, 2], ["one", 0, 1]],
}; // prettier-ignore

/**
 * @param where what errors call the file
 * @throws SluiceError naming the node that no layer stands for
 */
export function toModel(graph: OnnxGraph, opset: number, where: string): Model {
  let best: { known: number; error: SluiceError } | null = null;
  for (const choice of inputChoices(graph, where)) {
    let c = new Conversion(graph, opset, null, new Map());
    try {
      finish(c, run(c, choice));
      // The first pass asked each recurrent layer for everything; the second asks for what was used.
      c = new Conversion(graph, opset, c.found, new Map());
      return finish(c, run(c, choice));
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      // Of several ways to read the inputs' axes the one that got furthest says best what is missing.
      if (best === null || c.known.size > best.known) best = { known: c.known.size, error };
    }
  }
  const { message } = best!.error;
  throw new SluiceError(`${where}: has no form in layers; compute it as it is with predict: ${message}`, {
    cause: best!.error,
  });
}

type Choice = ReadonlyMap<string, readonly Axis[]>;

/** Every way to read the inputs' axes: few, since models have few inputs. */
function inputChoices(graph: OnnxGraph, where: string): Choice[] {
  let choices: Choice[] = [new Map()];
  for (const { name, shape } of graph.inputs) {
    const options = INPUT_AXES[shape?.length ?? -1];
    check(options !== undefined && choices.length <= 81, () => `${where}: input ${show(name)} is not one of a model of layers`); // prettier-ignore
    choices = choices.flatMap((choice) => options.map((axes) => new Map([...choice, [name, axes]])));
  }
  return choices;
}

function inputOf({ name, shape, type }: GraphInput, axes: readonly Axis[]): { tensor: SymbolicTensor; known: Traced } {
  const sizes = axes.flatMap((axis, i) => (axis === "one" ? [] : [[axis as number, shape![i]!] as const]));
  const ordered = sizes.toSorted(([a], [b]) => a - b).map(([, n]) => (typeof n === "number" ? n : null));
  const features = ordered.slice(1);
  const dtype = isFloat(type) ? "float32" : "int32";
  const slot = input({ shape: features, name, dtype } as Parameters<typeof input>[0]);
  return { tensor: slot, known: { kind: "layer", tensor: slot, axes } };
}

function run(c: Conversion, choice: Choice): SymbolicTensor[] {
  const slots = c.graph.inputs.map((one) => {
    const { tensor: slot, known } = inputOf(one, choice.get(one.name)!);
    c.known.set(one.name, known);
    return slot;
  });
  for (const node of c.graph.nodes) if (!c.absorbed.has(node)) convert(c, node);
  return slots;
}

function convert(c: Conversion, node: GraphNode): void {
  const inputs = node.reads.map((name) => c.known.get(name)!);
  if (inputs.every(({ kind }) => kind === "constant")) return fold(c, node);
  const sizes = sizesOnly(c, node, inputs);
  if (sizes !== null) {
    for (const name of node.outputs) c.known.set(name, sizes);
    return;
  }
  if (RECURRENT.includes(node.op)) return convertRecurrent(c, node);
  const make = Object.hasOwn(NODES, node.op) ? NODES[node.op]! : isMerge(node.op) ? convertMerge : null;
  const known = curveOf(c, node) ?? make?.(c, node) ?? c.refuse(node, "no layer does this");
  c.known.set(node.outputs[0]!, known);
}

/** What depends on the weights alone is computed at once. */
function fold(c: Conversion, node: GraphNode): void {
  const inputs = node.inputs.map((name) => c.constant(name));
  const context = { attributes: node.attributes, opset: c.opset, outputs: node.outputs.length };
  const evaluate = () => c.refuse(node, "no layer does this");
  const values: Value[] = node.operator.run(inputs, { ...context, evaluate });
  for (const [i, name] of node.outputs.entries()) c.known.set(name, { kind: "constant", value: values[i]! });
}

/** Sizes that are read off an input, what is worked out from them, and zeros of such a shape. */
function sizesOnly(c: Conversion, node: GraphNode, inputs: readonly Known[]): Known | null {
  if (node.op === "Shape" || node.op === "Size") return { kind: "sizes" };
  const computed = inputs.filter(({ kind }) => kind !== "constant");
  if (!computed.every(({ kind }) => kind === "sizes" || kind === "zeros")) return null;
  const first = c.get(node.inputs[0]);
  const value = node.attributes.has("value") ? node.attributes.tensor("value").data[0] : 0;
  if (node.op === "ConstantOfShape" && value === 0) return { kind: "zeros" };
  const isZero = first?.kind === "zeros" || (first?.kind === "constant" && first.value.data.every((v) => v === 0));
  if (["Expand", "Tile", "Reshape", "Slice", "Unsqueeze", "Squeeze"].includes(node.op) && isZero && first.kind !== "constant") return { kind: "zeros" }; // prettier-ignore
  if (["Expand", "Tile"].includes(node.op) && isZero) return { kind: "zeros" };
  return { kind: "sizes" };
}

function finish(c: Conversion, inputs: SymbolicTensor[]): Model {
  const outputs = c.graph.outputs.map((name) => {
    const known = c.layerOf(name);
    const fits = known !== null && known.half === undefined && isPlain(known);
    check(fits, () => `its output ${show(name)} has axes that no layer's output has`);
    c.use(known.tensor);
    return known.tensor;
  });
  const made = makeModel({ inputs, outputs, name: "onnx" });
  const weights = made.layers.flatMap((layer) => c.weights.get(layer) ?? []);
  made.setWeights(weights.map(({ data, shape }) => tensor(data, [...shape])));
  return made;
}

/** Batch first or, for a sequence, time first: what differs in more would be another output. */
function isPlain({ tensor: slot, axes }: Traced): boolean {
  const order = String(withoutOnes(axes));
  const plain = plainAxes(slot);
  return order === String(plain) || order === String([1, 0, ...plain.slice(2)]);
}
