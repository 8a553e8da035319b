import { FUSED_ACTIVATIONS, type FusedActivation, type Unary } from "../kernels/kernels.js";
import type { Tensor } from "../tensor/tensor.js";
import { nearest } from "../util/checks.js";
import { show, SluiceError } from "../util/errors.js";
import { softmax } from "./softmax.js";
import { log } from "./unary.js";
import { unary } from "./unary.js";

/** An activation as layers use it. */
export interface Activation {
  readonly name: string;
  apply(x: Tensor): Tensor;
  /** Its name for the fused recurrent kernels, or null when it has no fused form. */
  readonly fused: FusedActivation | null;
}

/** A name of Keras's list, or a function built from differentiable operations. */
export type ActivationLike = string | ((x: Tensor) => Tensor);

/** Keras's names, and the kernel's function for each. */
const ELEMENTWISE: Record<string, Unary> = {
  linear: "linear", sigmoid: "sigmoid", tanh: "tanh", relu: "relu", relu6: "relu6", leakyRelu: "leakyRelu", elu: "elu",
  selu: "selu", gelu: "gelu", silu: "silu", swish: "silu", mish: "mish", softplus: "softplus", softsign: "softsign",
  hardSigmoid: "hardSigmoid", exponential: "exponential",
}; // prettier-ignore

/** Finds an activation by name; `where` opens the error, such as `Dense "dense_1"`. Keras's snake_case is taken too. */
export function activationOf(value: ActivationLike | null | undefined, where: string): Activation {
  if (typeof value === "function") return { name: value.name || "custom", apply: value, fused: null };
  const name = (value ?? "linear").replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  if (name === "softmax") return { name, apply: (x) => softmax(x), fused: null };
  if (name === "logSoftmax") return { name, apply: (x) => log(softmax(x)), fused: null };
  const f = Object.hasOwn(ELEMENTWISE, name) ? ELEMENTWISE[name]! : undefined;
  if (f === undefined) {
    const known = [...Object.keys(ELEMENTWISE), "softmax", "logSoftmax"];
    const hint = nearest(name, known);
    throw new SluiceError(`${where}: there is no activation ${show(value)}; ${hint ? `did you mean ${show(hint)}?` : `known: ${known.join(", ")}`}`);
  }
  const fused = FUSED_ACTIVATIONS.find((a) => a === f) ?? null;
  return { name, apply: f === "linear" ? (x) => x : (x) => unary(f, x), fused };
}
