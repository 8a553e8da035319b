/** The formulas, as in Keras 3: g gradient, p parameter, lr learning rate, t step from 1. Defaults are Keras's. */
import { resolveSchedule, type ScheduleLike } from "../schedules/index.js";
import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { withDefaults } from "../util/named.js";
import { COMMON, Optimizer, type OptimizerConfig, type Rule } from "./optimizer.js";

export type OptimizerOptions<C> = Partial<Omit<C & OptimizerConfig, "learningRate">> & {
  learningRate?: ScheduleLike;
};

function define<C extends object>(
  className: string,
  defaults: C & Partial<OptimizerConfig> & { learningRate: number },
  rule: (config: C, where: string) => Rule,
) {
  return (options: OptimizerOptions<C> = {}): Optimizer => {
    const where = `optimizer ${className}`;
    const given = withDefaults(where, { ...COMMON, ...defaults }, options as Partial<typeof defaults>);
    const rate: ScheduleLike = given.learningRate;
    const learningRate = typeof rate === "number" ? rate : resolveSchedule(rate, `${where}: learningRate`);
    const saved =
      typeof learningRate === "number"
        ? learningRate
        : { className: learningRate.className, config: learningRate.config };
    const config = { ...given, learningRate: saved };
    return new Optimizer(className, config, { ...given, learningRate } as OptimizerConfig, rule(given, where));
  };
}

/** Raises an error unless each of these options is a number within [0, 1). */
function checkShares(where: string, config: object, names: readonly string[]): void {
  for (const name of names) checkRange(where, name, (config as Record<string, unknown>)[name], 0, 1 - Number.EPSILON);
}

function checkSwitches(where: string, config: object, names: readonly string[]): void {
  for (const name of names) {
    const value = (config as Record<string, unknown>)[name];
    check(typeof value === "boolean", () => `${where}: ${name} must be true or false, got ${show(value)}`);
  }
}

/**
 * Gradient descent: p -= lr·g; with momentum v = momentum·v - lr·g, p += v; with nesterov p += momentum·v - lr·g
 * (Sutskever et al. 2013).
 */
export const sgd = define(
  "sgd",
  { learningRate: 0.01, momentum: 0, nesterov: false },
  ({ momentum, nesterov }, where) => {
    checkShares(where, { momentum }, ["momentum"]);
    checkSwitches(where, { nesterov }, ["nesterov"]);
    return {
      slots: momentum ? { momentum: 0 } : {},
      update: (k, p, g, n, [v], lr) => k.sgd(p, g, v ?? 0, n, lr, momentum, nesterov),
    };
  },
);

interface Betas {
  beta1: number;
  beta2: number;
  epsilon: number;
}
const BETAS = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** Adam's moments: m = β₁·m + (1-β₁)·g, v = β₂·v + (1-β₂)·g², p -= lr·√(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v + epsilon). */
function adamRule({ beta1, beta2, epsilon }: Betas, where: string): Rule {
  checkShares(where, { beta1, beta2 }, ["beta1", "beta2"]);
  checkRange(where, "epsilon", epsilon, 0);
  let rate = 0;
  return {
    slots: { momentum: 0, velocity: 0 },
    prepare(lr, step) {
      rate = (lr * Math.sqrt(1 - beta2 ** (step + 1))) / (1 - beta1 ** (step + 1));
    },
    update: (k, p, g, n, [m, v]) => k.adam(p, g, m!, v!, n, rate, beta1, beta2, epsilon, 1, 0),
  };
}

/** Adam (Kingma and Ba 2015, arXiv 1412.6980), with epsilon added as in their remark before section 2.1. */
export const adam = define<Betas>("adam", BETAS, adamRule);

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101); weightDecay 0.004 by default. */
export const adamW = define<Betas>("adamW", { ...BETAS, weightDecay: 0.004 }, adamRule);

/**
 * Adam with Nesterov momentum (Dozat 2016): m and v as Adam's, uₜ = β₁·(1 - 0.96ᵗ/2),
 * m̂ = uₜ₊₁·m/(1 - Π₁ᵗ⁺¹ u) + (1-uₜ)·g/(1 - Π₁ᵗ u), p -= lr·m̂/(√(v/(1-β₂ᵗ)) + epsilon).
 */
export const nadam = define<Betas>("nadam", BETAS, ({ beta1, beta2, epsilon }, where) => {
  checkShares(where, { beta1, beta2 }, ["beta1", "beta2"]);
  checkRange(where, "epsilon", epsilon, 0);
  const u = (t: number) => beta1 * (1 - 0.5 * 0.96 ** t);
  let [done, product] = [0, 1]; // Π u over the first `done` steps
  let [rate, bound, cm, cg] = [0, 0, 0, 0];
  return {
    slots: { momentum: 0, velocity: 0 },
    prepare(lr, step) {
      const t = step + 1;
      if (done > t) [done, product] = [0, 1]; // an earlier state was put back
      while (done < t) product *= u(++done);
      const correction = Math.sqrt(1 - beta2 ** t); // folded into rate and bound, so that the kernel reads √v alone
      [rate, bound] = [lr * correction, epsilon * correction];
      [cm, cg] = [u(t + 1) / (1 - product * u(t + 1)), (1 - u(t)) / (1 - product)];
    },
    update: (k, p, g, n, [m, v]) => k.adam(p, g, m!, v!, n, rate, beta1, beta2, bound, cm, cg),
  };
});

/**
 * v = ρ·v + (1-ρ)·g², u = lr·g/√(v + epsilon), p -= u; with momentum m = momentum·m + u, p -= m; centered subtracts the square
 * of the mean gradient from v (Tieleman and Hinton 2012; Graves 2013, arXiv 1308.0850).
 */
export const rmsprop = define(
  "rmsprop",
  { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
  ({ rho, momentum, epsilon, centered }, where) => {
    checkShares(where, { rho, momentum }, ["rho", "momentum"]);
    checkRange(where, "epsilon", epsilon, 0);
    checkSwitches(where, { centered }, ["centered"]);
    return {
      slots: { velocity: 0, ...(centered && { average: 0 }), ...(momentum && { momentum: 0 }) },
      update(k, p, g, n, slots, lr) {
        const average = centered ? slots[1]! : 0;
        const m = momentum ? slots.at(-1)! : 0;
        k.rmsprop(p, g, slots[0]!, average, m, n, lr, rho, momentum, epsilon);
      },
    };
  },
);

/** s = s + g², p -= lr·g/√(s + epsilon) (Duchi, Hazan and Singer 2011); s starts at initialAccumulatorValue. */
export const adagrad = define(
  "adagrad",
  { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  ({ initialAccumulatorValue, epsilon }, where) => {
    checkRange(where, "initialAccumulatorValue", initialAccumulatorValue, 0);
    checkRange(where, "epsilon", epsilon, 0);
    return {
      slots: { accumulator: initialAccumulatorValue },
      update: (k, p, g, n, [s], lr) => k.adagrad(p, g, s!, n, lr, epsilon),
    };
  },
);
