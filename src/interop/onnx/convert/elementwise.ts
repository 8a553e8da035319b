/**
 * Functions of one number, however many nodes an exporter makes of them: gelu alone has four forms in use. A chain of element-wise
 * nodes is followed on sample points, and is the activation that has the same values there.
 */
import { layers, ops, tensor } from "sluice";
import { BINARY } from "../operators/binary.js";
import { UNARY } from "../operators/unary.js";
import type { GraphNode } from "../graph.js";
import { reshaped, type Value } from "../value.js";
import type { Conversion } from "./conversion.js";
import type { Curve, Known, Traced } from "./traced.js";

const NAMES = [
  "linear", "sigmoid", "tanh", "relu", "relu6", "leakyRelu", "elu", "selu", "gelu", "silu", "mish", "softplus", "softsign",
  "hardSigmoid", "exponential",
] as const; // prettier-ignore

/** Dense round 0, where most of them bend, and out to where they are straight. */
const POINTS = Float32Array.from({ length: 81 }, (_, i) => ((i - 40) / 40) ** 3 * 9 + (i - 40) / 20);

const SAME = ["Identity", "Dropout", "Cast"];
const isElementwise = (op: string) => !SAME.includes(op) && (Object.hasOwn(UNARY, op) || Object.hasOwn(BINARY, op));

/** The node as a function of one layer's output, or null where it is none. */
export function curveOf(c: Conversion, node: GraphNode): Curve | null {
  if (!isElementwise(node.op)) return null;
  const inputs = node.inputs.map((name) => c.get(name));
  const [x, ...others] = [...new Set(inputs.flatMap((known) => sourceOf(known) ?? []))];
  const single = x !== undefined && others.every((other) => other.tensor === x.tensor && String(other.axes) === String(x.axes)); // prettier-ignore
  const values = inputs.map((known) => (known === null ? null : samplesOf(known)));
  if (!single || inputs.some((known, i) => known !== null && values[i] === null)) return null;
  const context = { attributes: node.attributes, opset: c.opset, outputs: 1, evaluate: () => [] };
  const [samples] = node.operator.run(values, context);
  return samples!.type === "float32" ? { kind: "curve", x, samples: samples!, node } : null;
}

function sourceOf(known: Known | null): Traced | null {
  if (known?.kind === "curve") return known.x;
  return known?.kind === "layer" ? known : null;
}

function samplesOf(known: Known): Value | null {
  if (known.kind === "curve") return known.samples;
  if (known.kind === "layer") return { type: "float32", shape: [POINTS.length], data: POINTS };
  return known.kind === "constant" && known.value.data.length === 1 ? reshaped(known.value, []) : null;
}

/** The activation that has these values, as a layer. */
export function activationOf(c: Conversion, { x, samples, node }: Curve): Traced {
  const points = tensor(POINTS);
  const name = NAMES.find((one) => {
    const { data } = ops.activation(one)(points);
    return samples.data.every((v, i) => Math.abs(v - data[i]!) <= 1e-5 * Math.max(1, Math.abs(v)));
  });
  if (name === undefined || x.axes.includes("direction") || x.half !== undefined) {
    return c.refuse(node, "no activation of a layer has these values");
  }
  if (name === "linear") return x;
  const [result] = c.apply(layers.activation({ activation: name }), x.tensor);
  return { kind: "layer", axes: x.axes, tensor: result! };
}
