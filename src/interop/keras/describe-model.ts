/** A model of Sluice as Keras 3 serialises it, and the groups under which its weights are kept. */
import { Graph, type Layer, type SymbolicTensor } from "sluice";
import type { Json } from "../../format/json.js";
import { describeLayer } from "./describe-layer.js";
import type { Hdf5Array } from "./hdf5-content.js";
import { kerasOrder } from "./keras-order.js";
import { groupNames } from "./slots.js";

export type KerasModel = { [name: string]: Json };

export function describeModel(graph: Graph, batchSize: number | null): KerasModel {
  const layers = layersOf(graph);
  const chain = graph.className === "Sequential";
  const config = chain
    ? { name: graph.name || "sequential", layers: layers.map((layer) => describe(layer, batchSize)) }
    : functional(graph, layers, batchSize);
  return {
    // Where Keras itself says that its classes are.
    module: chain ? "keras" : "keras.src.models.functional",
    registered_name: chain ? null : "Functional",
    class_name: chain ? "Sequential" : "Functional",
    config: { ...config, trainable: graph.trainable },
    build_config: { input_shape: chain ? [batchSize, ...graph.inputs[0]!.shape.slice(1)] : null },
  };
}

/** In the order in which Keras will count them when it names their weights. */
function layersOf(graph: Graph): readonly Layer[] {
  return graph.className === "Sequential" ? graph.layers : kerasOrder(graph);
}

function describe(layer: Layer, batchSize: number | null): Json {
  return layer instanceof Graph
    ? describeModel(layer, batchSize)
    : (describeLayer(layer, "keras3", batchSize) as unknown as Json);
}

function functional(graph: Graph, layers: readonly Layer[], batchSize: number | null) {
  const usesOf = (layer: Layer) => graph.nodes.filter((node) => node.layer === layer);
  // The first use of a Functional model is its own definition.
  const use = (t: SymbolicTensor) => usesOf(t.node.layer).indexOf(t.node) + (isFunctional(t.node.layer) ? 1 : 0);
  const history = (t: SymbolicTensor): Json => [t.node.layer.name, use(t), t.index];
  const tensor = (t: SymbolicTensor): Json => {
    return {
      class_name: "__keras_tensor__",
      config: { shape: [...t.shape], dtype: t.dtype, keras_history: history(t) },
    };
  };
  const described = layers.map((layer): Json => {
    const nodes = usesOf(layer).filter((node) => node.inputs.length > 0);
    const inbound = nodes.map(({ inputs }): Json => callOf(layer, inputs.map(tensor)));
    return { ...(describe(layer, batchSize) as object), name: layer.name, inbound_nodes: inbound };
  });
  const input_layers = graph.inputs.map(history);
  return {
    name: graph.name || "functional",
    layers: described,
    input_layers,
    output_layers: graph.outputs.map(history),
  };
}

const isFunctional = (layer: Layer) => layer instanceof Graph && layer.className !== "Sequential";

/** Merging layers and models take lists, recurrent ones initial states by name. */
function callOf(layer: Layer, tensors: Json[]): Json {
  if (MERGES.includes(layer.className) || (layer instanceof Graph && tensors.length > 1))
    return { args: [tensors], kwargs: {} };
  const [x, ...states] = tensors as [Json, ...Json[]];
  return { args: [x], kwargs: states.length > 0 ? { initial_state: states } : {} };
}
const MERGES = ["Concatenate", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"];

/** All weights by Keras's paths. */
export function arraysOf(graph: Graph, prefix = ""): Map<string, Hdf5Array> {
  const arrays = new Map<string, Hdf5Array>();
  const layers = layersOf(graph);
  const groups = groupNames(layers.map((layer) => (isFunctional(layer) ? "Functional" : layer.className)));
  for (const [i, layer] of layers.entries()) {
    for (const [path, array] of layerArrays(layer, `${prefix}layers/${groups[i]!}/`)) arrays.set(path, array);
  }
  return arrays;
}

/** The parts that hold weights, by the attributes of Keras's classes. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  GRU: ["cell"],
  LSTM: ["cell"],
  SimpleRNN: ["cell"],
  RNN: ["cell"],
  Bidirectional: ["forward_layer", "backward_layer"],
  TimeDistributed: ["layer"],
};

function layerArrays(layer: Layer, prefix: string): [string, Hdf5Array][] {
  if (layer instanceof Graph) return [...arraysOf(layer, prefix)];
  const own = layer.ownParameters.map((p, i): [string, Hdf5Array] => {
    return [`${prefix}vars/${i}`, { data: Float32Array.from(p.read()), shape: p.shape }];
  });
  const parts = PARTS[layer.className] ?? [];
  return [...own, ...parts.flatMap((part, i) => layerArrays(layer.sublayers[i]!, `${prefix}${part}/`))];
}
