import type { Shape } from "../tensor/shape.js";
import { checkRange } from "../util/checks.js";
import { makeNamed, withDefaults, type Factories, type Named } from "../util/named.js";
import { orthogonalPenalty, type HostPenalty } from "./orthogonal.js";

/**
 * A penalty on a weight w that is added to the loss: l1 · Σ|w| + l2 · Σw², gradient l1 · sign(w) + 2 · l2 · w, which kernels
 * compute where the weight lives; and what is not of this form, on values in a typed array.
 */
export interface Regularizer extends Named {
  readonly l1: number;
  readonly l2: number;
  readonly host: HostPenalty | null;
}

export type { HostPenalty } from "./orthogonal.js";

/** A regularizer as users write it: a name (with default options), a saved form, or a made one. */
export type RegularizerLike = string | { className: string; config?: object } | Regularizer;

/** l1 · Σ|w|; l1 is 0.01 unless given. */
export function l1(options: { l1?: number } = {}): Regularizer {
  const config = withDefaults("regularizer l1", { l1: 0.01 }, options);
  return { className: "l1", config, l1: coefficient("l1", "l1", config.l1), l2: 0, host: null };
}

/** l2 · Σw²; l2 is 0.01 unless given. Keras's convention: no factor of one half. */
export function l2(options: { l2?: number } = {}): Regularizer {
  const config = withDefaults("regularizer l2", { l2: 0.01 }, options);
  return { className: "l2", config, l1: 0, l2: coefficient("l2", "l2", config.l2), host: null };
}

/** l1 · Σ|w| + l2 · Σw²; each is 0 unless given (Keras 3). */
export function l1l2(options: { l1?: number; l2?: number } = {}): Regularizer {
  const config = withDefaults("regularizer l1l2", { l1: 0, l2: 0 }, options);
  const [a, b] = [coefficient("l1l2", "l1", config.l1), coefficient("l1l2", "l2", config.l2)];
  return { className: "l1l2", config, l1: a, l2: b, host: null };
}

/**
 * factor (default 0.01) times the mean |cos| of the angles between the rows (default) or columns of a matrix, to make them
 * orthogonal.
 */
export function orthogonal(options: { factor?: number; mode?: "rows" | "columns" } = {}): Regularizer {
  const defaults = { factor: 0.01, mode: "rows" as "rows" | "columns" };
  const config = withDefaults("regularizer orthogonal", defaults, options);
  const factor = coefficient("orthogonal", "factor", config.factor);
  return { className: "orthogonal", config, l1: 0, l2: 0, host: orthogonalPenalty(factor, config.mode) };
}

/** All regularizers, under the names that options and saved models use. */
export const regularizers = { l1, l2, l1l2, orthogonal };

const FACTORIES: Factories<Regularizer> = regularizers;

/** Makes a regularizer of what a user wrote; null and undefined stay null. */
export function resolveRegularizer(value: RegularizerLike | null | undefined, where: string): Regularizer | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "object" && "l1" in value && "host" in value) return value;
  return makeNamed(where, "regularizer", FACTORIES, value);
}

/** The penalty of one weight; what training adds to the loss, and what its gradient is checked against. */
export function penalty({ l1, l2, host }: Regularizer, w: Float32Array | Float64Array, shape: Shape): number {
  let [sum, squares] = [0, 0];
  for (const value of w) {
    sum += Math.abs(value);
    squares += value * value;
  }
  return l1 * sum + l2 * squares + (host?.penalty(w, shape) ?? 0);
}

function coefficient(className: string, name: string, value: unknown): number {
  return checkRange(`regularizer ${className}`, name, value, 0);
}
