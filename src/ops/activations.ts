/** Activation functions, by Keras's names. */
import { FUSED_ACTIVATIONS, type FusedActivation, type Unary } from "../kernels/kernels.js";
import type { TensorLike } from "../tensor/make.js";
import { Tensor } from "../tensor/tensor.js";
import { checkChoice } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { add, mul } from "./arithmetic.js";
import { op } from "./op.js";
import { logSoftmaxRows, softmaxRows } from "./softmax-rows.js";
import { relu, unary } from "./unary.js";

const ELEMENTWISE = [
  "sigmoid", "tanh", "relu", "relu6", "leakyRelu", "elu", "selu", "gelu", "silu", "mish", "softplus", "softsign",
  "hardSigmoid", "exponential",
] as const satisfies readonly Unary[]; // prettier-ignore

/** Names that {@link activation} takes, also in Keras's snake_case; swish is silu. */
export const ACTIVATIONS = ["linear", ...ELEMENTWISE, "swish", "softmax", "logSoftmax"] as const;
export type ActivationName = (typeof ACTIVATIONS)[number];
/** A name ("hardSigmoid", "hard_sigmoid"), a function of one tensor, or null for linear. */
export type ActivationLike = ActivationName | (string & {}) | ((x: Tensor) => Tensor) | null;

export interface Activation {
  /** One of {@link ACTIVATIONS}, or the name of the user's function. */
  readonly name: string;
  /** The name for the fused recurrent kernels, or null when they do not know it. */
  readonly fused: FusedActivation | null;
  apply(x: Tensor): Tensor;
}

/**
 * What a user's value stands for.
 * @param where the layer and the option, for the error
 * @throws SluiceError with the nearest name when there is no such activation
 */
export function activationOf(value: ActivationLike | undefined, where: string): Activation {
  if (typeof value === "function") return custom(value, where);
  const name = checkChoice(where, "activation", camelCase(value ?? "linear"), ACTIVATIONS);
  const fused = FUSED_ACTIVATIONS.find((f) => f === name) ?? null;
  return { name, fused, apply: applierOf(name) };
}

/** The function of a name: `activation("gelu")(x)`. */
export function activation(name: ActivationLike): (x: TensorLike) => Tensor {
  const { apply } = activationOf(name, "activation");
  return (x) => op("activation", [x], ([t]) => apply(t!));
}

function applierOf(name: ActivationName): (x: Tensor) => Tensor {
  if (name === "linear") return (x) => x;
  if (name === "softmax") return softmaxRows;
  if (name === "logSoftmax") return logSoftmaxRows;
  return (x) => unary(name === "swish" ? "silu" : name, x);
}

function camelCase(name: unknown): unknown {
  return typeof name === "string" ? name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) : name;
}

function custom(f: (x: Tensor) => Tensor, where: string): Activation {
  const name = f.name || "custom";
  const apply = (x: Tensor) => {
    const y: unknown = f(x);
    check(y instanceof Tensor, () => `${where}: activation ${name} must return a tensor, got ${show(y)}`);
    return y;
  };
  return { name, fused: null, apply };
}

/** min(max(x, 0), 6) */
export const relu6 = (x: TensorLike): Tensor => unary("relu6", x);
/** x where x > 0, else slope·x; Keras 3's default slope is 0.2. */
export function leakyRelu(x: TensorLike, slope = 0.2): Tensor {
  if (slope === 0.2) return unary("leakyRelu", x);
  return op("leakyRelu", [x], ([t]) => add(mul(relu(t!), 1 - slope), mul(t!, slope)));
}
/** x where x > 0, else eˣ - 1 */
export const elu = (x: TensorLike): Tensor => unary("elu", x);
/** Scaled elu (Klambauer et al. 2017, arXiv 1706.02515) */
export const selu = (x: TensorLike): Tensor => unary("selu", x);
/** x·Φ(x) with the normal distribution function Φ, exact (not by tanh) */
export const gelu = (x: TensorLike): Tensor => unary("gelu", x);
/** x·σ(x), also called swish */
export const silu = (x: TensorLike): Tensor => unary("silu", x);
/** x·tanh(softplus(x)) */
export const mish = (x: TensorLike): Tensor => unary("mish", x);
/** x / (1 + |x|) */
export const softsign = (x: TensorLike): Tensor => unary("softsign", x);
/** Keras 3's clip(x/6 + 0.5, 0, 1) */
export const hardSigmoid = (x: TensorLike): Tensor => unary("hardSigmoid", x);
