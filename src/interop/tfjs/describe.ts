/** Layers and wiring as tfjs-layers 4.22 serialises them, which is the form of Keras 2. */
import { Graph, type Layer, type SymbolicTensor } from "sluice";
import type { Json } from "../../format/json.js";
import { check, show } from "../../util/errors.js";
import { describeLayer } from "../keras/describe-layer.js";
import { inKeras, type MaskDifference } from "../keras/mask-differences.js";

type Topology = { [name: string]: Json };

/** model_config of the model. @throws SluiceError naming the layer that tfjs has no form for */
export function describeForTfjs(graph: Graph, batchSize: number | null): Topology {
  for (const layer of graph.layers) checkLayer(layer);
  const described = graph.layers.map((layer) => {
    const one = describeLayer(layer, "tfjs", batchSize);
    return layer.className === "Reshape"
      ? { ...one, config: { ...one.config, target_shape: targetShape(graph, layer) } }
      : one;
  });
  if (graph.className === "Sequential") {
    const layers = described.map(({ class_name, config }): Json => ({ class_name, config }));
    return { class_name: "Sequential", config: { name: graph.name || "sequential", layers } };
  }
  const usesOf = (layer: Layer) => graph.nodes.filter((node) => node.layer === layer);
  const reference = (t: SymbolicTensor): Json[] => [t.node.layer.name, usesOf(t.node.layer).indexOf(t.node), t.index];
  const layers = graph.layers.map((layer, i): Json => {
    const uses = usesOf(layer).filter((node) => node.inputs.length > 0);
    const inbound = uses.map(({ inputs }): Json => inputs.map((t) => [...reference(t), {}]));
    const { class_name, config } = described[i]!;
    return { class_name, config, name: layer.name, inbound_nodes: inbound };
  });
  const ends = { input_layers: graph.inputs.map(reference), output_layers: graph.outputs.map(reference) };
  return { class_name: "Functional", config: { name: graph.name || "model", layers, ...ends } };
}

/** tfjs does not work out a size of -1 while the batch is unknown: sizes are written where all uses of the layer agree on them. */
function targetShape(graph: Graph, layer: Layer): Json {
  const shapes = graph.nodes.filter((node) => node.layer === layer).map(({ outputs }) => outputs[0]!.shape.slice(1));
  const [first] = shapes as [(typeof shapes)[0]];
  return first.map((n, i) => (n !== null && shapes.every((shape) => shape[i] === n) ? n : -1));
}

const MISSING = ["Subtract", "RNN", "GRUCell", "LSTMCell", "SimpleRNNCell"];
const ACTIVATIONS = [
  "linear", "sigmoid", "tanh", "relu", "relu6", "elu", "selu", "gelu", "silu", "swish", "mish", "softplus", "softsign", "hardSigmoid",
  "softmax", "logSoftmax",
]; // prettier-ignore
const NAME = /^[A-Za-z0-9][-A-Za-z0-9._]*$/;

function checkLayer(layer: Layer): void {
  const where = `toTfjs: ${layer.label}`;
  check(
    !(layer instanceof Graph),
    () => `${where}: a model within a model is not written; build the model of its layers instead`,
  );
  check(!MISSING.includes(layer.className), () => `${where}: tfjs has no such layer that it can save`);
  check(NAME.test(layer.name), () => `${where}: tfjs takes names of letters, digits, ".", "-" and "_" only`);
  const config = layer.config as Record<string, unknown>;
  for (const key of ["activation", "recurrentActivation"]) {
    const value = config[key];
    check(
      value === undefined || value === null || ACTIVATIONS.includes(String(value)),
      () => `${where}: tfjs has no activation ${show(value)}`,
    );
  }
  check(config["resetAfter"] !== true, () => {
    return `${where}: tfjs's GRU applies the reset gate before the product only; this layer has resetAfter: true. Train with resetAfter: false, or export to ONNX or Keras`;
  });
  check(config["padding"] !== "causal", () => `${where}: tfjs cannot compute padding "causal"`);
  check(config["keepDims"] !== true, () => `${where}: tfjs has no keepDims`);
  check(
    config["backwardLayer"] === undefined || config["backwardLayer"] === null,
    () => `${where}: tfjs has no backwardLayer of its own`,
  );
  for (const part of layer.sublayers)
    if (part.className !== "GRUCell" && !part.className.endsWith("Cell")) checkLayer(part);
}

/** Beside what differs from Keras. */
export const inTfjs: MaskDifference = (layer, inputs) => {
  const { className, config } = layer;
  if (className === "GlobalAveragePooling1D") return "Sluice leaves masked steps out, tfjs does not look at masks here";
  const inner = className === "Bidirectional" ? layer.sublayers[0]!.config : config;
  const { zeroOutputForMask } = inner as { zeroOutputForMask?: boolean };
  if (zeroOutputForMask) return "tfjs repeats the last output at masked steps, Sluice gives zeros here";
  return inputs > 1 || className === "Multiply" ? undefined : inKeras(layer, inputs);
};
