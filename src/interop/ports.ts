/** What a model wants to be fed, so that two models can be fed the same. */
import { Graph, type Layer, type SymbolicTensor } from "sluice";
import type { GraphInput, OnnxGraph } from "./onnx/graph.js";
import { isFloat } from "./onnx/value.js";
import type { AnyModel } from "./open.js";

export interface Port {
  readonly name: string;
  /** A number, the name of a size that may vary, or null for any. */
  readonly shape: readonly (number | string | null)[];
  /** Whole numbers from 0 to below this; null for real numbers. */
  readonly below: number | null;
  /** The value of steps that are padding, where the model leaves such steps out. */
  readonly padding: number | null;
  /** Lengths of the sequences of a batch. */
  readonly lengths: boolean;
}

export function portsOf(model: AnyModel): Port[] {
  if (model instanceof Graph) return graphPorts(model);
  return model.inputs.map((input) => onnxPort(model.graph, input));
}

function graphPorts(graph: Graph): Port[] {
  return graph.inputs.map((slot) => {
    const below = indicesOf(graph, slot);
    return { name: slot.node.layer.name, shape: slot.shape, below, padding: paddingOf(graph, slot), lengths: false };
  });
}

/** What the layers that the input runs into say, the first that says something. */
function first<T>(graph: Graph, slot: SymbolicTensor, told: (layer: Layer) => T | null): T | null {
  for (const { layer, inputs } of graph.nodes) {
    if (!inputs.includes(slot)) continue;
    const found = layer instanceof Graph ? first(layer, layer.inputs[inputs.indexOf(slot)]!, told) : told(layer);
    if (found !== null) return found;
  }
  return null;
}

/** V of the embedding that the input runs into. */
function indicesOf(graph: Graph, slot: SymbolicTensor): number | null {
  const found = first(graph, slot, (layer) => {
    const { inputDim } = layer.config as { inputDim?: unknown };
    return layer.inputType === "int32" && typeof inputDim === "number" ? inputDim : null;
  });
  return found ?? (slot.dtype === "int32" ? 2 : null);
}

function paddingOf(graph: Graph, slot: SymbolicTensor): number | null {
  return first(graph, slot, (layer) => {
    const { maskZero, maskValue } = layer.config as { maskZero?: boolean; maskValue?: unknown };
    return maskZero === true ? 0 : typeof maskValue === "number" ? maskValue : null;
  });
}

/** Operators behind which numbers are the same. */
const SAME = ["Cast", "Identity", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten"];
const RECURRENT = ["GRU", "LSTM", "RNN"];

function onnxPort(graph: OnnxGraph, { name, type, shape }: GraphInput): Port {
  const names = new Set([name]);
  let below: number | null = null;
  let lengths = false;
  for (const { op, inputs, outputs, attributes } of graph.nodes) {
    if (SAME.includes(op) && names.has(inputs[0]!)) names.add(outputs[0]!);
    if (RECURRENT.includes(op) && names.has(inputs[4] ?? "")) lengths = true;
    const table = op === "Gather" && names.has(inputs[1] ?? "") ? graph.initializers.get(inputs[0]!) : undefined;
    const size = table?.shape.at(attributes.int("axis", 0));
    if (size !== undefined) below = Math.min(size, below ?? size);
  }
  return { name, shape: shape ?? [], below: below ?? (isFloat(type) ? null : 2), padding: null, lengths };
}
