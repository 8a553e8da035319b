/** All rows, the short ones first. */
import { boston } from "./boston.mjs";
import { fsdd } from "./digits.mjs";
import { shakespeare } from "./language.mjs";
import { goog, googDifferences, melbourne, sine, traffic } from "./series.mjs";
import { gunpoint, motions, power, vowels, vowelsBoth } from "./sequences.mjs";
import { imdb, rtPolarity, rtPolarityUniform, waimai } from "./texts.mjs";

/**
 * @typedef {Record<string, number>} Values metrics by name
 * @typedef {{ mean: number, sd?: number, n: number }} Figure sd is left out where there are too few seeds for one
 *
 * @typedef {object} Metric
 * @property {string} name @property {"min" | "max"} mode which way is better @property {string} [unit]
 * @property {number} digits after the point
 *
 * @typedef {object} Row
 * @property {string} id @property {string} task in a few words
 * @property {Metric[]} metrics the first one decides
 * @property {number} [seeds] how many, 3 unless given: rows of a few seconds take 10, since three say little of a deviation
 * @property {{ torch: Record<string, Figure>, trivial: Values, simple?: Values }} published what was measured before with PyTorch and
 *   scikit-learn, to be compared with
 * @property {{ trivial: string, simple?: string }} names of the baselines
 * @property {import("../network.mjs").Spec & Record<string, any>} spec
 * @property {() => any} load the data: `parts` for the networks, and what `score` and `baselines` want besides
 * @property {(outputs: ArrayLike<number>, data: any) => Values} [score] of the network's outputs on the test part
 * @property {(data: any) => { trivial: Values, simple?: Values }} baselines
 * @property {import("../defaults.mjs").Defaults} [defaults] how the row is given to a task of sluice/tasks
 * @property {(spec: any, data: any, seed: number) => Promise<{ values: Values, seconds: number, wall: number }>} [train]
 *   where it is not the common one
 */

/** @type {Row[]} */
export const ROWS = [
  boston,
  sine,
  motions,
  power,
  vowels,
  vowelsBoth,
  gunpoint,
  melbourne,
  goog,
  googDifferences,
  traffic,
  rtPolarity,
  rtPolarityUniform,
  imdb,
  waimai,
  fsdd,
  shakespeare,
];
