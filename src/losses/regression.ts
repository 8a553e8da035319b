/** Losses for real numbers: t the label, p the prediction, e = p - t; means are over the last axis. */
import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { defineLoss, meanOf, type Row } from "./loss.js";

/** Keras's epsilon, which keeps logarithms and quotients finite. */
export const EPSILON = 1e-7;

/** mean e² */
export const meanSquaredError = defineLoss("meanSquaredError", {}, () => ({
  row: meanOf(
    (t, p) => (p - t) ** 2,
    (t, p) => 2 * (p - t),
  ),
}));

/** mean |e|; the slope at e = 0 is 0 */
export const meanAbsoluteError = defineLoss("meanAbsoluteError", {}, () => ({
  row: meanOf(
    (t, p) => Math.abs(p - t),
    (t, p) => Math.sign(p - t),
  ),
}));

/**
 * mean of e²/2 where |e| ≤ delta, and delta·|e| - delta²/2 beyond (Huber 1964, doi 10.1214/aoms/1177703732).
 * @param options.delta where the square becomes a line, > 0; default 1
 */
export const huber = defineLoss("huber", { delta: 1 }, ({ delta }, where) => {
  checkRange(where, "delta", delta, Number.MIN_VALUE);
  return {
    row: meanOf(
      (t, p) => (Math.abs(p - t) <= delta ? (p - t) ** 2 / 2 : delta * (Math.abs(p - t) - delta / 2)),
      (t, p) => Math.min(Math.max(p - t, -delta), delta),
    ),
  };
});

/** mean ln cosh e, as |e| + ln(1 + e^(-2|e|)) - ln 2, which never overflows */
export const logCosh = defineLoss("logCosh", {}, () => ({
  row: meanOf(
    (t, p) => Math.abs(p - t) + Math.log1p(Math.exp(-2 * Math.abs(p - t))) - Math.LN2,
    (t, p) => Math.tanh(p - t),
  ),
}));

/** mean of p - t·ln(p + 1e-7): Poisson's negative log likelihood, ln t! left out. p is the rate, ≥ 0. */
export const poisson = defineLoss("poisson", {}, () => ({
  row: meanOf(
    (t, p) => p - t * Math.log(p + EPSILON),
    (t, p) => 1 - t / (p + EPSILON),
  ),
}));

/** Minus the cosine of the angle between the rows of labels and predictions, -1 (same direction) to 1; 0 for a zero row. */
export const cosineSimilarity = defineLoss("cosineSimilarity", {}, () => ({ row: cosineRow }));

/** -t̂·p̂ with slope -(t̂ - p̂ (t̂·p̂)) / |p|; norms are at least 1e-7. */
const cosineRow: Row = (t, ti, p, dp, i, n) => {
  let [tt, pp, tp] = [0, 0, 0];
  for (let c = 0; c < n; c++) {
    tt += t[ti + c]! ** 2;
    pp += p[i + c]! ** 2;
    tp += t[ti + c]! * p[i + c]!;
  }
  const tNorm = Math.max(Math.sqrt(tt), EPSILON);
  const pNorm = Math.max(Math.sqrt(pp), EPSILON);
  const cosine = tp / (tNorm * pNorm);
  const turn = pNorm > EPSILON ? cosine / pNorm : 0; // below the bound the norm is a constant
  for (let c = 0; c < n; c++) dp[i + c] = (p[i + c]! * turn - t[ti + c]! / tNorm) / pNorm;
  return -cosine;
};

/**
 * Pinball loss: mean of q·(t - p) where p < t, and (1 - q)·(p - t) where p ≥ t. Its best p is the q-quantile
 * (Koenker and Bassett 1978, doi 10.2307/1913643).
 * @param options.q a quantile within (0, 1), default 0.5, labels shaped as the predictions; or a list: the last axis of the
 *   predictions then holds one number for each, and a label is one number
 */
export const quantile = defineLoss("quantile", { q: 0.5 as number | readonly number[] }, ({ q }, where) => {
  const list = typeof q === "number" ? null : q;
  check(
    list === null || (Array.isArray(q) && q.length > 0),
    () => `${where}: q must be a number or a list of numbers, got ${show(q)}`,
  );
  for (const each of list ?? [q]) checkRange(where, "q", each, Number.MIN_VALUE, 1 - Number.EPSILON);
  const row: Row = (t, ti, p, dp, i, n) => {
    let sum = 0;
    for (let c = 0; c < n; c++) {
      const share = list ? list[c]! : (q as number);
      const e = t[list ? ti : ti + c]! - p[i + c]!;
      const slope = e > 0 ? -share : 1 - share;
      sum -= slope * e;
      dp[i + c] = slope / n;
    }
    return sum / n;
  };
  if (!list) return { row };
  return {
    row,
    labels: "single",
    checkOutput: (loss, units) =>
      check(
        units === null || units === list.length,
        () => `${loss} expects an output of ${list.length} units, one for each q, got ${units}`,
      ),
  };
});
