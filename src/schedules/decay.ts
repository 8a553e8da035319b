import { checkCount, checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { withDefaults } from "../util/named.js";
import { makeSchedule, type Schedule } from "./schedule.js";

interface Decay {
  initialLearningRate: number;
  decaySteps: number;
  /** Required: the factor, or the steepness, per `decaySteps`. */
  decayRate: number;
  /** Whole periods only: the rate falls in steps. Default false. */
  staircase?: boolean;
}

/** initialLearningRate · decayRate^(step / decaySteps) */
export function exponentialDecay(options: Decay): Schedule {
  const config = decayConfig("exponentialDecay", options);
  return makeSchedule("exponentialDecay", config, (step) => {
    return config.initialLearningRate * config.decayRate ** periods(config, step);
  });
}

/** initialLearningRate / (1 + decayRate · step / decaySteps) */
export function inverseTimeDecay(options: Decay): Schedule {
  const config = decayConfig("inverseTimeDecay", options);
  return makeSchedule("inverseTimeDecay", config, (step) => {
    return config.initialLearningRate / (1 + config.decayRate * periods(config, step));
  });
}

/** values[i] while step ≤ boundaries[i], the last value after the last boundary. One value more than boundaries. */
export function piecewiseConstantDecay(options: {
  boundaries: readonly number[];
  values: readonly number[];
}): Schedule {
  const where = "schedule piecewiseConstantDecay";
  const defaults: typeof options = { boundaries: [], values: [] };
  const { boundaries, values } = withDefaults(where, defaults, options);
  check(Array.isArray(boundaries) && Array.isArray(values) && values.length === boundaries.length + 1, () => {
    return `${where}: values must be one more than boundaries, got ${show(values)} and ${show(boundaries)}`;
  });
  for (const value of values) checkRange(where, "each of values", value, 0);
  for (const [i, boundary] of boundaries.entries()) {
    checkRange(where, "each of boundaries", boundary, i > 0 ? boundaries[i - 1] : -Infinity);
  }
  return makeSchedule("piecewiseConstantDecay", { boundaries, values }, (step) => {
    const i = boundaries.findIndex((boundary) => step <= boundary);
    return values.at(i)!; // -1, past all boundaries, is the last
  });
}

/**
 * (initialLearningRate - endLearningRate) · (1 - step / decaySteps)^power + endLearningRate, constant after decaySteps; with
 * `cycle` decaySteps is doubled, tripled, … when it is passed. endLearningRate 0.0001, power 1, cycle false unless given.
 */
export function polynomialDecay(options: {
  initialLearningRate: number;
  decaySteps: number;
  endLearningRate?: number;
  power?: number;
  cycle?: boolean;
}): Schedule {
  const where = "schedule polynomialDecay";
  const defaults = { initialLearningRate: Number.NaN, decaySteps: 0, endLearningRate: 0.0001, power: 1, cycle: false };
  const config = withDefaults(where, defaults, options);
  const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = config;
  checkRange(where, "initialLearningRate", initialLearningRate, 0);
  checkCount(where, "decaySteps", decaySteps);
  checkRange(where, "endLearningRate", endLearningRate, 0);
  checkRange(where, "power", power, 0);
  return makeSchedule("polynomialDecay", config, (step) => {
    const steps = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const left = 1 - Math.min(step, steps) / steps;
    return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
  });
}

function decayConfig(className: string, options: Decay): Required<Decay> & Record<string, unknown> {
  const where = `schedule ${className}`;
  const defaults = { initialLearningRate: Number.NaN, decaySteps: 0, decayRate: Number.NaN, staircase: false };
  const config = withDefaults(where, defaults, options);
  checkRange(where, "initialLearningRate", config.initialLearningRate, 0);
  checkCount(where, "decaySteps", config.decaySteps);
  checkRange(where, "decayRate", config.decayRate, 0);
  return config;
}

function periods({ decaySteps, staircase }: Required<Decay>, step: number): number {
  return staircase ? Math.floor(step / decaySteps) : step / decaySteps;
}
