/** The activations of Sluice (ops/activations.ts) in ONNX: as layers, and within recurrent nodes. */
import { activationOf } from "../../../ops/activations.js";
import type { ActivationLike } from "../../../ops/activations.js";
import type { Use } from "./use.js";

type Write = (use: Use, x: string) => string;

const simple =
  (operator: string): Write =>
  (use, x) =>
    use.node(operator, [x]);

/** Klambauer et al. 2017, arXiv 1706.02515; ONNX's defaults are rounded to float32. */
const SELU = { alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } };

const WRITERS: Readonly<Record<string, Write>> = {
  linear: (_use, x) => x,
  sigmoid: simple("Sigmoid"),
  tanh: simple("Tanh"),
  relu: simple("Relu"),
  relu6: (use, x) => use.node("Clip", [x, use.emitter.scalar(0), use.emitter.scalar(6)]),
  leakyRelu: (use, x) => use.node("LeakyRelu", [x], { alpha: { float: 0.2 } }),
  elu: (use, x) => use.node("Elu", [x], { alpha: { float: 1 } }),
  selu: (use, x) => use.node("Selu", [x], SELU),
  // x Φ(x) by the error function: opset 17 has no Gelu.
  gelu: (use, x) => {
    const erf = use.node("Erf", [use.node("Mul", [x, use.emitter.scalar(Math.SQRT1_2)])]);
    const twice = use.node("Mul", [x, use.node("Add", [erf, use.emitter.scalar(1)])]);
    return use.node("Mul", [twice, use.emitter.scalar(0.5)]);
  },
  silu: (use, x) => use.node("Mul", [x, use.node("Sigmoid", [x])]),
  mish: (use, x) => use.node("Mul", [x, use.node("Tanh", [use.node("Softplus", [x])])]),
  softplus: simple("Softplus"),
  softsign: simple("Softsign"),
  // Keras 3's function; ONNX's default alpha is that of Keras 2.
  hardSigmoid: (use, x) => use.node("HardSigmoid", [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  exponential: simple("Exp"),
  softmax: (use, x) => use.node("Softmax", [x], { axis: -1 }),
  logSoftmax: (use, x) => use.node("LogSoftmax", [x], { axis: -1 }),
};

/** Adds the activation of the last axis' values. @param option as the layer's configuration has it */
export function activate(use: Use, x: string, option: unknown): string {
  const name = nameOf(use, option);
  return WRITERS[name]!(use, x);
}

export function nameOf(use: Use, option: unknown): string {
  if (typeof option === "function") use.refuse(`its activation is a function of your own, which a file cannot hold`);
  const { name } = activationOf(option as ActivationLike, `toOnnx: ${use.layer.label}`);
  return name === "swish" ? "silu" : name;
}

export interface RecurrentFunction {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

/** Those that ONNX's recurrent operators know (operators GRU, LSTM, RNN, attribute "activations"). */
export const RECURRENT_FUNCTIONS: Readonly<Record<string, RecurrentFunction>> = {
  linear: { name: "Affine", alpha: 1, beta: 0 },
  sigmoid: { name: "Sigmoid" },
  tanh: { name: "Tanh" },
  relu: { name: "Relu" },
  leakyRelu: { name: "LeakyRelu", alpha: 0.2 },
  elu: { name: "Elu", alpha: 1 },
  softplus: { name: "Softplus" },
  softsign: { name: "Softsign" },
  hardSigmoid: { name: "HardSigmoid", alpha: 1 / 6, beta: 0.5 },
};
