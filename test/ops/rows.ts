/** How each case of scripts/oracles/torch_ops.py is written with our operations: the first row whose pattern matches its name. */
import * as ops from "../../src/ops.js";
import type { Tensor } from "../../src/ops.js";
import type { Run } from "./check-op.js";

const words = (name: string) => name.split(" ");
/** The lists in a name: "concat [[2], [3]] axis 0" holds [[2], [3]]. */
const listsIn = (name: string) => [...name.matchAll(/\[[^\]]*\]/g)].map(([text]) => JSON.parse(text) as number[]);
function axisIn(name: string): number | number[] | undefined {
  const text = /axis (None|-?\d+|\([\d, ]+\))/.exec(name)?.[1];
  if (text === undefined || text === "None") return undefined;
  return text.startsWith("(") ? (JSON.parse(`[${text.slice(1, -1)}]`) as number[]) : Number(text);
}

const exact: Record<string, Run> = {
  "mul x by x": (x) => ops.mul(x!, x!),
  "add a tensor that feeds three operations": (x) => ops.sub(ops.add(ops.mul(x!, ops.sigmoid(x!)), ops.tanh(x!)), x!),
  "pow of a negative by 2": (x) => ops.pow(x!, 2),
  stopGradient: (x) => ops.mul(x!, ops.stopGradient(x!)),
  "transpose of a vector": (x) => ops.transpose(x!),
  "transpose reversed": (x) => ops.transpose(x!),
  "concat x with itself": (x) => ops.concat([x!, ops.mul(x!, x!), x!], 0),
  "concat of ints": (a, b) => ops.concat([a!, b!]),
  "reshape [2, 6] to [3, -1]": (x) => ops.reshape(x!, [3, -1]),
  "reshape [1] to []": (x) => ops.reshape(x!, []),
  "expandDims [2, 3] at 1": (x) => ops.expandDims(x!, 1),
  "expandDims [2, 3] at -1": (x) => ops.expandDims(x!),
  "split [2, 6] in 3": (x) => ops.split(x!, 3),
  "split [5, 2] in [1, 4]": (x) => ops.split(x!, [1, 4], 0),
  "split [2, 4, 3] in [0, 3, 1]": (x) => ops.split(x!, [0, 3, 1], 1),
  "split and use one part": (x) => ops.mul(ops.split(x!, 2, 1)[1]!, 2),
  "unstack [3, 2]": (x) => ops.unstack(x!),
  "unstack [2, 3, 2] axis 1": (x) => ops.unstack(x!, 1),
  "slice [5] from 1": (x) => ops.slice(x!, [1]),
  "slice [3, 4] box": (x) => ops.slice(x!, [1, 1], [2, 2]),
  "slice [3, 4, 2] last": (x) => ops.slice(x!, [0, -1], [-1, 1]),
  "slice to nothing": (x) => ops.slice(x!, [2, 0], [0, 2]),
  "slice of ints": (x) => ops.slice(x!, [0, 1], [3, 1]),
  pad: (x) => ops.pad(x!, [[0, 1], [1, 2]], 0.5), // prettier-ignore
  "flip of ints": (x) => ops.flip(x!, 1),
  "broadcastTo of ints": (x) => ops.broadcastTo(x!, [2, 3]),
  "repeat [2, 3] 2": (x) => ops.repeat(x!, 2),
  "repeat [2, 3] 3 axis 0": (x) => ops.repeat(x!, 3, 0),
  oneHot: (x) => ops.oneHot(x!, 4),
  clip: (x) => ops.clip(x!, -0.5, 0.75),
  "leakyRelu slope 0.05": (x) => ops.leakyRelu(x!, 0.05),
  layerNorm: (x, g, b) => ops.layerNorm(x!, g!, b!),
  "layerNorm without gamma and beta": (x) => ops.layerNorm(x!, null, null, 1e-5),
  "layerNorm without gamma": (x, b) => ops.layerNorm(x!, null, b!),
  "conv1d valid": (x, w) => ops.conv1d(x!, w!),
  "conv1d valid stride 2": (x, w) => ops.conv1d(x!, w!, { stride: 2 }),
  "conv1d valid dilation 2": (x, w) => ops.conv1d(x!, w!, { dilation: 2 }),
  "conv1d same": (x, w) => ops.conv1d(x!, w!, { padding: "same" }),
  "conv1d same stride 2": (x, w) => ops.conv1d(x!, w!, { padding: "same", stride: 2 }),
  "conv1d same stride 2 even": (x, w) => ops.conv1d(x!, w!, { padding: "same", stride: 2 }),
  "conv1d causal": (x, w) => ops.conv1d(x!, w!, { padding: "causal" }),
  "conv1d causal dilation 2": (x, w) => ops.conv1d(x!, w!, { padding: "causal", dilation: 2 }),
  "conv1d valid K 1": (x, w) => ops.conv1d(x!, w!),
};

const byTwo = { add: ops.add, sub: ops.sub, mul: ops.mul, div: ops.div, pow: ops.pow, maximum: ops.maximum, minimum: ops.minimum,
  greater: ops.greater, greaterEqual: ops.greaterEqual, equal: ops.equal, matmul: ops.matmul, gather: ops.gather,
  sparseCrossEntropy: ops.sparseCrossEntropy, softmaxCrossEntropy: ops.softmaxCrossEntropy }; // prettier-ignore
const byOne = { neg: ops.neg, exp: ops.exp, square: ops.square, abs: ops.abs, sin: ops.sin, cos: ops.cos, sigmoid: ops.sigmoid,
  tanh: ops.tanh, relu: ops.relu, softplus: ops.softplus, relu6: ops.relu6, elu: ops.elu, selu: ops.selu, gelu: ops.gelu, silu: ops.silu,
  mish: ops.mish, softsign: ops.softsign, hardSigmoid: ops.hardSigmoid, leakyRelu: ops.leakyRelu, log: ops.log, log1p: ops.log1p,
  sqrt: ops.sqrt } satisfies Record<string, (x: Tensor) => Tensor>; // prettier-ignore
const byAxes = { sum: ops.sum, mean: ops.mean, max: ops.max, logSumExp: ops.logSumExp };

/** How to run the case of this name. */
export function runOf(name: string): Run {
  const [first, second] = words(name) as [string, string];
  const axis = axisIn(name);
  const plain = name.replace(/ \[[\d, ]*\]$/, ""); // "clip [2, 3]" runs as "clip"
  const known = exact[name] ?? exact[plain];
  if (known) return known;
  if (first in byAxes) {
    const f = byAxes[first as keyof typeof byAxes];
    return (x) => f(x!, name.includes("with ties") ? 1 : name.includes("large") ? -1 : axis, name.endsWith("kept"));
  }
  if (first in byTwo) return (a, b) => byTwo[first as keyof typeof byTwo](a!, b!);
  if (first === "softmax") return (x) => ops.softmax(x!, axis as number | undefined);
  if (first === "logSoftmax") return (x) => ops.logSoftmax(x!, axis as number | undefined);
  if (first in byOne) return (x) => byOne[first as keyof typeof byOne](x!);
  if (first === "activation") return (x) => ops.activation(second)(x!);
  if (first === "argMax") return (x) => ops.argMax(x!, axis as number | undefined);
  if (first === "transpose") return (x) => ops.transpose(x!, listsIn(name)[0]!);
  if (first === "squeeze") return (x) => ops.squeeze(x!, axis);
  if (first === "concat") return (...x) => ops.concat(x, axis as number);
  if (first === "stack") return (...x) => ops.stack(x, axis as number);
  if (first === "flip") return (x) => ops.flip(x!, axis as number);
  if (first === "broadcastTo") return (x) => ops.broadcastTo(x!, listsIn(name)[1]!);
  if (first === "where") return (c, a, b) => ops.where(c!, a!, b!);
  throw new Error(`no row for the case ${name}`);
}
