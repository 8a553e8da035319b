import { canonical } from "../util/aliases.js";
import { makeNamed, type Named } from "../util/named.js";
import { Optimizer } from "./optimizer.js";
import { adagrad, adam, adamW, nadam, rmsprop, sgd } from "./rules.js";

export * from "./rules.js";
export { Optimizer, type OptimizerConfig, type Rule, type Trainable } from "./optimizer.js";

/** A name such as "adam" or "RMSprop", `optimizers.adam({ learningRate: 0.01 })`, or a saved configuration. */
export type OptimizerLike = string | Optimizer | Named;

const FACTORIES = { sgd, adam, adamW, nadam, rmsprop, adagrad };

/** The optimizer that a user's value stands for. */
export function resolveOptimizer(value: OptimizerLike, where: string): Optimizer {
  if (value instanceof Optimizer) return value;
  return makeNamed(where, "optimizer", FACTORIES, canonical(value, Object.keys(FACTORIES), {}));
}
