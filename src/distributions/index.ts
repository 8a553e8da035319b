/** Distributions that forecasts may have: density, distribution function, quantiles, CRPS and random numbers. */
import type { Family } from "./distribution.js";
import { negativeBinomialFamily } from "./negative-binomial.js";
import { normalFamily } from "./normal.js";
import { studentTFamily } from "./student-t.js";

export type { Distribution, Family } from "./distribution.js";
export { negativeBinomial } from "./negative-binomial.js";
export { normal } from "./normal.js";
export { studentT } from "./student-t.js";

/** By the names that `losses.negativeLogLikelihood` and `layers.distributionHead` take. */
export const families = {
  normal: normalFamily,
  studentT: studentTFamily,
  negativeBinomial: negativeBinomialFamily,
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
export const FAMILY_NAMES = Object.keys(families) as FamilyName[];
