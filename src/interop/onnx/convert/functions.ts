/** Softmax, pooling, and nodes that join values, as layers. */
import { layers, type Layer } from "sluice";
import type { GraphNode } from "../graph.js";
import { axisOf } from "../value.js";
import type { Conversion } from "./conversion.js";
import type { Traced } from "./traced.js";

/** Before opset 13 everything from the axis on is one row. */
function overLast({ attributes }: GraphNode, { axes, tensor }: Traced, opset: number): boolean {
  const axis = axisOf(attributes.int("axis", opset < 13 ? 1 : -1), axes.length);
  return axis === axes.length - 1 && axes[axis] === tensor.shape.length - 1;
}

export function convertSoftmax(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  if (!overLast(node, x, c.opset) || x.half !== undefined) c.refuse(node, "only the last axis has a softmax in layers");
  const activation = node.op === "Softmax" ? "softmax" : "logSoftmax";
  const [tensor] = c.apply(layers.activation({ activation }), x.tensor);
  return { ...bare(x), tensor: tensor! };
}

const bare = ({ axes, tensor }: Traced): Traced => ({ kind: "layer", tensor, axes });

const MERGES: Readonly<Record<string, () => Layer>> = {
  Add: () => layers.add(),
  Sub: () => layers.subtract(),
  Mul: () => layers.multiply(),
  Max: () => layers.maximum(),
  Min: () => layers.minimum(),
  Sum: () => layers.add(),
};

export const isMerge = (op: string): boolean => Object.hasOwn(MERGES, op);

export function convertMerge(c: Conversion, node: GraphNode): Traced {
  const parts = node.inputs.map((_, i) => c.traced(node, i));
  const first = parts[0]!;
  const alike = parts.every((part) => String(part.axes) === String(first.axes) && part.half === undefined);
  if (!alike || first.axes.includes("direction")) c.refuse(node, "its inputs have different axes");
  const [tensor] = c.apply(MERGES[node.op]!(), parts.map((part) => part.tensor)); // prettier-ignore
  return { kind: "layer", tensor: tensor!, axes: first.axes };
}

export function convertConcat(c: Conversion, node: GraphNode): Traced {
  const parts = node.inputs.map((_, i) => c.traced(node, i));
  const first = parts[0]!;
  const at = axisOf(node.attributes.int("axis"), first.axes.length);
  const axis = first.axes[at];
  if (!parts.every((part) => String(part.axes) === String(first.axes)))
    c.refuse(node, "its inputs have different axes");
  const halves = parts.map((part) => part.half);
  const isLast = axis === first.tensor.shape.length - 1;
  if (isLast && String(halves) === "0,1" && parts[0]!.tensor === parts[1]!.tensor) return bare(first);
  if (halves.some((half) => half !== undefined) || typeof axis !== "number" || axis === 0) {
    return c.refuse(node, "joins what layers do not join");
  }
  const [tensor] = c.apply(layers.concatenate({ axis }), parts.map((part) => part.tensor)); // prettier-ignore
  return { kind: "layer", tensor: tensor!, axes: first.axes };
}

/** Over time alone. */
export function convertPooling(c: Conversion, node: GraphNode): Traced {
  const x = c.traced(node, 0);
  const whole = node.op.startsWith("Global");
  const input = c.constant(node.inputs[1]);
  const given = whole ? [2] : input ? Array.from(input.data) : [...node.attributes.ints("axes", [])];
  const at = given.length === 1 ? axisOf(given[0]!, x.axes.length) : -1;
  const sequence = x.tensor.shape.length === 3 && x.axes[at] === 1 && !x.axes.includes("direction");
  if (!sequence || (whole && String(x.axes) !== "0,2,1"))
    c.refuse(node, "only time is averaged or maximized by a layer");
  const layer = node.op.endsWith("Max") || node.op === "GlobalMaxPool" ? layers.globalMaxPooling1d() : layers.globalAveragePooling1d(); // prettier-ignore
  const [tensor] = c.apply(layer, x.tensor);
  const keep = whole || node.attributes.int("keepdims", 1) === 1;
  const axes = x.axes.flatMap((axis, i) => (i === at ? (keep ? ["one" as const] : []) : [axis === 2 ? 1 : axis]));
  return { kind: "layer", tensor: tensor!, axes };
}
