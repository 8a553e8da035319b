/** The activation functions of ONNX's GRU, LSTM and RNN, with alpha and beta. */
import type { FusedActivation } from "../../kernels/kernels.js";
import { check, show } from "../../util/errors.js";
import { logistic, softplus } from "./operators/functions.js";

interface Definition {
  /** Default of each number that it takes, NaN where it must be given; null where it takes none. */
  readonly alpha: number | null;
  readonly beta: number | null;
  f(x: number, alpha: number, beta: number): number;
  /** Its name in the fused kernels, where they have it. */
  fused?(alpha: number, beta: number): FusedActivation | null;
}

/**
 * Defaults are those of the operators of the same name, as ONNX says. (ONNX Runtime takes 0 for ThresholdedRelu's.) Affine and ScaledTanh
 * are operators no longer and so have none.
 */
const DEFINITIONS: Readonly<Record<string, Definition>> = {
  sigmoid: { alpha: null, beta: null, f: logistic, fused: () => "sigmoid" },
  tanh: { alpha: null, beta: null, f: Math.tanh, fused: () => "tanh" },
  relu: { alpha: null, beta: null, f: (x) => Math.max(0, x), fused: () => "relu" },
  softsign: { alpha: null, beta: null, f: (x) => x / (1 + Math.abs(x)) },
  softplus: { alpha: null, beta: null, f: softplus },
  leakyrelu: { alpha: 0.01, beta: null, f: (x, alpha) => (x < 0 ? alpha * x : x) },
  thresholdedrelu: { alpha: 1, beta: null, f: (x, alpha) => (x > alpha ? x : 0) },
  elu: { alpha: 1, beta: null, f: (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x) },
  affine: {
    alpha: Number.NaN,
    beta: Number.NaN,
    f: (x, alpha, beta) => alpha * x + beta,
    fused: (alpha, beta) => (alpha === 1 && beta === 0 ? "linear" : null),
  },
  scaledtanh: { alpha: Number.NaN, beta: Number.NaN, f: (x, alpha, beta) => alpha * Math.tanh(beta * x) },
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    f: (x, alpha, beta) => Math.min(1, Math.max(0, alpha * x + beta)),
    // Keras 3's function; the file holds a sixth as float32.
    fused: (alpha, beta) => (Math.abs(alpha - 1 / 6) < 1e-7 && beta === 0.5 ? "hardSigmoid" : null),
  },
};

export interface RecurrentActivation {
  /** As in the file, such as "Tanh" or "HardSigmoid(0.2, 0.5)". */
  readonly name: string;
  readonly f: (x: number) => number;
  readonly fused: FusedActivation | null;
}

/** The functions of all directions, in order; numbers are used up by those functions that take one. */
export function recurrentActivations(
  names: readonly string[],
  alphas: readonly number[],
  betas: readonly number[],
): RecurrentActivation[] {
  const [restA, restB] = [[...alphas], [...betas]];
  return names.map((name) => {
    const key = name.toLowerCase();
    check(Object.hasOwn(DEFINITIONS, key), () => `the activation ${show(name)} is not known`);
    const { alpha, beta, f, fused } = DEFINITIONS[key]!;
    const a = alpha === null ? 0 : (restA.shift() ?? alpha);
    const b = beta === null ? 0 : (restB.shift() ?? beta);
    check(
      !Number.isNaN(a) && !Number.isNaN(b),
      () => `the activation ${name} needs activation_alpha and activation_beta`,
    );
    const numbers = [...(alpha === null ? [] : [a]), ...(beta === null ? [] : [b])].map((n) => +n.toPrecision(6));
    return {
      name: numbers.length > 0 ? `${name}(${numbers.join(", ")})` : name,
      f: (x: number) => f(x, a, b),
      fused: fused?.(a, b) ?? null,
    };
  });
}
