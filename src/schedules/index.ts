import { checkCount, checkRange } from "../util/checks.js";
import { check, show, SluiceError } from "../util/errors.js";
import { makeNamed, withDefaults, type Factories } from "../util/named.js";
import { cosineDecay, cosineDecayRestarts, oneCycle } from "./cosine.js";
import { exponentialDecay, inverseTimeDecay, piecewiseConstantDecay, polynomialDecay } from "./decay.js";
import { makeSchedule, type Schedule } from "./schedule.js";

export type { Schedule } from "./schedule.js";

/** A learning rate as users write it: a number, a schedule, its saved form, or a function of the step. */
export type ScheduleLike = number | Schedule | { className: string; config?: object } | ((step: number) => number);

/** The same rate at all steps; what a plain number means. */
export function constantRate(options: { learningRate: number }): Schedule {
  const config = withDefaults("schedule constant", { learningRate: Number.NaN }, options);
  checkRange("learning rate", "learningRate", config.learningRate, 0);
  return makeSchedule("constant", config, () => config.learningRate);
}

/**
 * A linear rise in front of another schedule (Goyal et al. 2017, arXiv 1706.02677, section 2.2): from `from` (default 0) to the
 * first rate of `schedule` in `warmupSteps`, after which `schedule` starts at its own step 0.
 */
export function warmUp(options: { schedule: ScheduleLike; warmupSteps: number; from?: number }): Schedule {
  const where = "schedule warmUp";
  const defaults = { schedule: undefined as unknown as ScheduleLike, warmupSteps: 0, from: 0 };
  const config = withDefaults(where, defaults, options);
  const { warmupSteps, from } = config;
  checkCount(where, "warmupSteps", warmupSteps);
  checkRange(where, "from", from, 0);
  const schedule = resolveSchedule(config.schedule, `${where}: schedule`);
  return makeSchedule("warmUp", { ...config, schedule }, (step) => {
    if (step >= warmupSteps) return schedule(step - warmupSteps);
    return from + (schedule(0) - from) * (step / warmupSteps);
  });
}

/** All schedules, under the names that options and saved models use. */
export const schedules = {
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstantDecay,
  polynomialDecay,
  cosineDecay,
  cosineDecayRestarts,
  oneCycle,
  warmUp,
};

const FACTORIES: Factories<Schedule> = { ...schedules, constant: constantRate, custom: lostSchedule };

/** Makes a schedule of what a user wrote; `where` opens the error, such as `adam: learningRate`. */
export function resolveSchedule(value: ScheduleLike, where: string): Schedule {
  if (typeof value === "number") {
    checkRange(where, "the learning rate", value, 0);
    return constantRate({ learningRate: value });
  }
  if (typeof value === "function") {
    return "className" in value ? value : makeSchedule("custom", { name: value.name }, value);
  }
  check(typeof value === "object" && value !== null, () => {
    return `${where}: expected a number, a schedule, { className, config } or a function, got ${show(value)}`;
  });
  return makeNamed(where, "schedule", FACTORIES, value);
}

/** What a saved user's function becomes. */
function lostSchedule({ name = "" }: { name?: string }): Schedule {
  return makeSchedule("custom", { name }, () => {
    throw new SluiceError(`schedule: "${name}" was a function of the program that saved the model; give it again`);
  });
}
