import type { Shape } from "../tensor/shape.js";
import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { makeNamed, withDefaults, type Factories, type Named } from "../util/named.js";
import { scaleToNorms, type Axes } from "./norms.js";

type Floats = Float32Array | Float64Array;

/** Projects a weight, in place, after each update. */
export interface Constraint extends Named {
  project(w: Floats, shape: Shape): void;
}

/** A constraint as users write it: a name, a saved form, a made one, or a function of their own. */
export type ConstraintLike =
  string | { className: string; config?: object } | Constraint | ((w: Floats, shape: Shape) => void);

/** Vectors along `axis` (default 0: the weights into one unit) have a norm of at most maxValue (default 2). */
export function maxNorm(options: { maxValue?: number; axis?: Axes } = {}): Constraint {
  const config = withDefaults("constraint maxNorm", { maxValue: 2, axis: 0 as Axes }, options);
  checkRange("constraint maxNorm", "maxValue", config.maxValue, 0);
  return norms("maxNorm", config, (norm) => Math.min(norm, config.maxValue));
}

/** No weight is below zero. */
export function nonNeg(options: object = {}): Constraint {
  const config = withDefaults("constraint nonNeg", {}, options);
  return {
    className: "nonNeg",
    config,
    project(w) {
      for (let i = 0; i < w.length; i++) w[i] = Math.max(w[i]!, 0);
    },
  };
}

/** Vectors along `axis` (default 0) have norm 1. */
export function unitNorm(options: { axis?: Axes } = {}): Constraint {
  return norms("unitNorm", withDefaults("constraint unitNorm", { axis: 0 as Axes }, options), () => 1);
}

/**
 * Norms along `axis` (default 0) within [minValue, maxValue] (default 0 and 1); `rate` (default 1) is the share of the way
 * there that one projection goes.
 */
export function minMaxNorm(
  options: { minValue?: number; maxValue?: number; rate?: number; axis?: Axes } = {},
): Constraint {
  const where = "constraint minMaxNorm";
  const config = withDefaults(where, { minValue: 0, maxValue: 1, rate: 1, axis: 0 as Axes }, options);
  const { minValue, maxValue, rate } = config;
  checkRange(where, "minValue", minValue, 0);
  checkRange(where, "maxValue", maxValue, minValue);
  checkRange(where, "rate", rate, 0, 1);
  return norms("minMaxNorm", config, (norm) => {
    return rate * Math.min(Math.max(norm, minValue), maxValue) + (1 - rate) * norm;
  });
}

/** All constraints, under the names that options and saved models use. */
export const constraints = { maxNorm, nonNeg, unitNorm, minMaxNorm };

const FACTORIES: Factories<Constraint> = { ...constraints, custom: lostConstraint };

/** Makes a constraint of what a user wrote; null and undefined stay null. */
export function resolveConstraint(value: ConstraintLike | null | undefined, where: string): Constraint | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "function") return { className: "custom", config: { name: value.name }, project: value };
  if (typeof value === "object" && "project" in value) return value;
  return makeNamed(where, "constraint", FACTORIES, value);
}

function norms(className: string, config: { axis: Axes }, desired: (norm: number) => number): Constraint {
  const axes = [config.axis].flat();
  check(axes.length > 0 && axes.every((axis) => Number.isInteger(axis)), () => {
    return `constraint ${className}: axis must be a whole number or a list of them, got ${show(config.axis)}`;
  });
  return {
    className,
    config: { ...config },
    project: (w, shape) => scaleToNorms(`constraint ${className}`, w, shape, axes, desired),
  };
}

/** What a saved user's function becomes: the model predicts without it, but must not be trained without it. */
function lostConstraint({ name = "" }: { name?: string }): Constraint {
  return {
    className: "custom",
    config: { name },
    project() {
      check(false, () => `constraint: "${name}" was a function of the program that saved the model; give it again`);
    },
  };
}
