/** Cosine annealing (Loshchilov & Hutter 2016, "SGDR", arXiv 1608.03983, eq. 5), and the one-cycle policy built from it. */
import { checkCount, checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { definedOnly, withDefaults } from "../util/named.js";
import { makeSchedule, type Schedule } from "./schedule.js";

/** From 1 at fraction 0 to 0 at fraction 1. */
const halfCosine = (fraction: number) => 0.5 * (1 + Math.cos(Math.PI * fraction));

export interface CosineDecay {
  initialLearningRate: number;
  decaySteps: number;
  /** The smallest rate as a share of the largest. Default 0. */
  alpha?: number;
  /** When given, the rate first rises linearly from initialLearningRate to this in `warmupSteps`, and decays from there. */
  warmupTarget?: number | undefined;
  /** Default 0. */
  warmupSteps?: number;
}

/** peak · ((1 - alpha) · ½ (1 + cos(π · step / decaySteps)) + alpha), constant after decaySteps. */
export function cosineDecay(options: CosineDecay): Schedule {
  const where = "schedule cosineDecay";
  const defaults = {
    initialLearningRate: Number.NaN,
    decaySteps: 0,
    alpha: 0,
    warmupTarget: undefined as number | undefined,
    warmupSteps: 0,
  };
  const config = withDefaults(where, defaults, options);
  const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = config;
  checkRange(where, "initialLearningRate", initialLearningRate, 0);
  checkCount(where, "decaySteps", decaySteps);
  checkRange(where, "alpha", alpha, 0, 1);
  checkCount(where, "warmupSteps", warmupSteps, 0);
  if (warmupTarget !== undefined) checkRange(where, "warmupTarget", warmupTarget, 0);
  const peak = warmupTarget ?? initialLearningRate;
  const start = warmupTarget === undefined ? 0 : warmupSteps;
  return makeSchedule("cosineDecay", definedOnly(config), (step) => {
    if (step < start) return initialLearningRate + (peak - initialLearningRate) * (step / start);
    const fraction = Math.min(step - start, decaySteps) / decaySteps;
    return peak * ((1 - alpha) * halfCosine(fraction) + alpha);
  });
}

/**
 * Cosine decay that starts again: the first period takes firstDecaySteps, each further one tMul (default 2) times as long from
 * mMul (default 1) times as high. alpha (default 0) is the smallest rate as a share of initialLearningRate.
 */
export function cosineDecayRestarts(options: {
  initialLearningRate: number;
  firstDecaySteps: number;
  tMul?: number;
  mMul?: number;
  alpha?: number;
}): Schedule {
  const where = "schedule cosineDecayRestarts";
  const defaults = { initialLearningRate: Number.NaN, firstDecaySteps: 0, tMul: 2, mMul: 1, alpha: 0 };
  const config = withDefaults(where, defaults, options);
  const { initialLearningRate, firstDecaySteps, tMul, mMul, alpha } = config;
  checkRange(where, "initialLearningRate", initialLearningRate, 0);
  checkCount(where, "firstDecaySteps", firstDecaySteps);
  checkRange(where, "tMul", tMul, 1);
  checkRange(where, "mMul", mMul, 0);
  checkRange(where, "alpha", alpha, 0, 1);
  return makeSchedule("cosineDecayRestarts", config, (step) => {
    const { restarts, fraction } = periodAt(step / firstDecaySteps, tMul);
    return initialLearningRate * ((1 - alpha) * mMul ** restarts * halfCosine(fraction) + alpha);
  });
}

/** Which period a time (in first periods) falls into, and how far; by subtraction, since logarithms miss at the restarts. */
function periodAt(time: number, tMul: number): { restarts: number; fraction: number } {
  if (tMul === 1) return { restarts: Math.floor(time), fraction: time - Math.floor(time) };
  let [restarts, length, left] = [0, 1, time];
  while (left >= length) {
    left -= length;
    length *= tMul;
    restarts++;
  }
  return { restarts, fraction: left / length };
}

/**
 * The one-cycle policy (Smith 2018, arXiv 1803.09820; Smith & Topin 2017, arXiv 1708.07120), in PyTorch's form with cosines: from
 * maxLearningRate / divFactor (default 25) up to maxLearningRate in pctStart (default 0.3) of totalSteps, then down to the
 * initial rate / finalDivFactor (default 10,000); constant after totalSteps.
 */
export function oneCycle(options: {
  maxLearningRate: number;
  totalSteps: number;
  pctStart?: number;
  divFactor?: number;
  finalDivFactor?: number;
}): Schedule {
  const where = "schedule oneCycle";
  const defaults = { maxLearningRate: Number.NaN, totalSteps: 0, pctStart: 0.3, divFactor: 25, finalDivFactor: 10000 };
  const config = withDefaults(where, defaults, options);
  const { maxLearningRate, totalSteps, pctStart, divFactor, finalDivFactor } = config;
  checkRange(where, "maxLearningRate", maxLearningRate, 0);
  checkCount(where, "totalSteps", totalSteps, 2);
  checkRange(where, "pctStart", pctStart, 0, 1);
  checkRange(where, "divFactor", divFactor, 1);
  checkRange(where, "finalDivFactor", finalDivFactor, 1);
  const peak = pctStart * totalSteps - 1;
  const last = totalSteps - 1;
  check(peak > 0 && peak < last, () => {
    return `${where}: pctStart · totalSteps must leave steps to rise and to fall, got ${pctStart} · ${totalSteps}`;
  });
  const initial = maxLearningRate / divFactor;
  const final = initial / finalDivFactor;
  return makeSchedule("oneCycle", config, (step) => {
    if (step <= peak) return maxLearningRate + (initial - maxLearningRate) * halfCosine(step / peak);
    const fraction = (Math.min(step, last) - peak) / (last - peak);
    return final + (maxLearningRate - final) * halfCosine(fraction);
  });
}
