/** Reads the files that other systems made. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Beside the checkout; its files may not be passed on, so that they are no part of this repository. */
export const DATA = new URL("../../shared/data/", import.meta.url);

/** @param {string} name */
export const pathOf = (name) => fileURLToPath(new URL(name, DATA));
/** @param {string} name */
export const readJson = (name) => JSON.parse(readFileSync(new URL(name, DATA), "utf8"));
/** @param {string} name */
export const readBytes = (name) => new Uint8Array(readFileSync(new URL(name, DATA)));

/**
 * @typedef {object} Row
 * @property {string} file
 * @property {string} against whose outputs these are compared with
 * @property {number} [value] largest absolute difference, or what `what` says; absent where the case is left out
 * @property {string} [what] default: a difference, which must not pass the bound
 * @property {number} [bound] default 1e-5
 * @property {boolean} [atLeast] whether the value must reach the bound instead
 * @property {string} [leftOut] why there is no value
 */

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b @returns {number} Infinity where lengths differ or a number is NaN */
export function largestDifference(a, b) {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Number.isNaN(a[i]) ? Infinity : Math.abs(a[i] - b[i]));
  return largest;
}
