/** Nodes with weights, other than recurrent ones, as layers. */
import { layers } from "sluice";
import type { GraphNode } from "../graph.js";
import { transposed } from "../operators/shape.js";
import { axisOf, type Value } from "../value.js";
import type { Conversion, LayerWeight } from "./conversion.js";
import { withoutOnes, type Traced } from "./traced.js";

const stored = ({ data, shape }: Value): LayerWeight => ({ data: Float32Array.from(data), shape });

/** x · W, and the bias of the node behind it where that is all it does. */
export function convertMatMul(c: Conversion, node: GraphNode): Traced {
  const kernel = c.weight(node, 1);
  const next = c.onlyReader(node.outputs[0]!);
  const units = kernel.shape.at(-1)!;
  const other = next?.op === "Add" ? c.constant(next.inputs.find((name) => name !== node.outputs[0])) : null;
  const bias = other && other.shape.length >= 1 && other.data.length === units && other.shape.at(-1) === units ? other : null; // prettier-ignore
  const result = dense(c, node, stored(kernel), bias && { data: Float32Array.from(bias.data), shape: [units] });
  if (bias) {
    c.absorbed.add(next!);
    c.known.set(next!.outputs[0]!, result);
  }
  return result;
}

export function convertGemm(c: Conversion, node: GraphNode): Traced {
  const { attributes } = node;
  const plain =
    attributes.float("alpha", 1) === 1 && attributes.float("beta", 1) === 1 && attributes.int("transA", 0) === 0;
  if (!plain) c.refuse(node, "alpha, beta and transA have no form in a dense layer");
  const given = c.weight(node, 1);
  const kernel = attributes.int("transB", 0) === 1 ? transposed(given, [1, 0]) : given;
  const units = kernel.shape[1]!;
  const bias = node.inputs[2] ? c.weight(node, 2) : null;
  if (bias !== null && bias.data.length !== units) c.refuse(node, `its bias is no row of ${units} numbers`);
  return dense(c, node, stored(kernel), bias && { data: Float32Array.from(bias.data), shape: [units] });
}

function dense(c: Conversion, node: GraphNode, kernel: LayerWeight, bias: LayerWeight | null): Traced {
  const x = c.traced(node, 0);
  const isLast = x.axes.at(-1) === x.tensor.shape.length - 1 && x.half === undefined && !x.axes.includes("direction");
  if (!isLast || kernel.shape.length !== 2) c.refuse(node, "only the last axis runs through a dense layer");
  const layer = layers.dense({ units: kernel.shape[1]!, useBias: bias !== null });
  const [tensor] = c.apply(layer, x.tensor, bias ? [kernel, bias] : [kernel]);
  return { kind: "layer", tensor: tensor!, axes: x.axes };
}

export function convertEmbedding(c: Conversion, node: GraphNode): Traced {
  const table = c.weight(node, 0);
  const x = c.traced(node, 1);
  if (axisOf(node.attributes.int("axis", 0), table.shape.length) !== 0 || table.shape.length !== 2) {
    c.refuse(node, "only rows of a table are an embedding");
  }
  const [V, D] = table.shape as [number, number];
  const [tensor] = c.apply(layers.embedding({ inputDim: V, outputDim: D }), x.tensor, [stored(table)]);
  return { kind: "layer", tensor: tensor!, axes: [...x.axes, tensor!.shape.length - 1] };
}

export function convertLayerNormalization(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const gamma = c.weight(node, 1);
  const beta = node.inputs[2] ? c.weight(node, 2) : null;
  const axis = axisOf(node.attributes.int("axis", -1), x.axes.length);
  const last = axis === x.axes.length - 1 && x.axes[axis] === x.tensor.shape.length - 1 && x.half === undefined;
  if (!last || node.outputs.length > 1) c.refuse(node, "only the last axis is normalized by a layer");
  const epsilon = node.attributes.float("epsilon", 1e-5);
  const weights = [gamma, ...(beta ? [beta] : [])].map(stored);
  const [tensor] = c.apply(layers.layerNormalization({ epsilon, center: beta !== null }), x.tensor, weights);
  return { kind: "layer", tensor: tensor!, axes: x.axes };
}

/** Of one axis, with channels in front of time. */
export function convertConv(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const kernel = c.weight(node, 1);
  const bias = node.inputs[2] ? c.weight(node, 2) : null;
  const { attributes } = node;
  if (String(withoutOnes(x.axes)) !== "0,2,1" || x.axes.length !== 3 || attributes.int("group", 1) !== 1) {
    c.refuse(node, "only convolutions over time, in one group, are a layer");
  }
  const [filters, , kernelSize] = kernel.shape as [number, number, number];
  const [strides] = attributes.ints("strides", [1]) as [number];
  const [dilationRate] = attributes.ints("dilations", [1]) as [number];
  const options = { filters, kernelSize, strides, dilationRate, useBias: bias !== null };
  const padding = paddingOf(c, node, (kernelSize - 1) * dilationRate, strides);
  const weights = [transposed(kernel, [2, 1, 0]), ...(bias ? [bias] : [])].map(stored);
  const [tensor] = c.apply(layers.conv1d({ ...options, padding }), x.tensor, weights);
  return { kind: "layer", tensor: tensor!, axes: x.axes };
}

function paddingOf(c: Conversion, node: GraphNode, reach: number, strides: number): "valid" | "same" | "causal" {
  const auto = node.attributes.string("auto_pad", "NOTSET");
  if (auto === "SAME_UPPER") return "same";
  const [before, after] = auto === "VALID" ? [0, 0] : node.attributes.ints("pads", [0, 0]);
  if (before === 0 && after === 0) return "valid";
  if (before === reach && after === 0) return "causal";
  const half = before === Math.floor(reach / 2) && after === reach - Math.floor(reach / 2);
  return half && strides === 1 ? "same" : c.refuse(node, `no layer pads by ${before} and ${after}`);
}
