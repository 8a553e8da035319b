/**
 * Losses for probabilities: t the label, p the predicted probability or, with fromLogits, the number x before the sigmoid or
 * softmax. Probabilities are held within [1e-7, 1 - 1e-7], as in Keras, and beyond these bounds their slope is 0.
 */
import { op } from "../ops/op.js";
import { reshape } from "../ops/reshape.js";
import { sparseCrossEntropy } from "../ops/softmax.js";
import type { TensorData } from "../tensor/dtype.js";
import { sameShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { checkShapes, defineLoss, meanOf, type Row } from "./loss.js";
import { EPSILON } from "./regression.js";

const clip = (p: number) => Math.min(Math.max(p, EPSILON), 1 - EPSILON);
const inside = (p: number) => p > EPSILON && p < 1 - EPSILON;

/** Activations whose values are within [0, 1]. */
const SQUASHING = ["sigmoid", "hardSigmoid", "softmax"];

/** Refuses an output whose activation contradicts `fromLogits`; an activation that is not known passes. */
function checkActivation(
  loss: string,
  fromLogits: boolean,
  units: number | null,
  activation: string | undefined,
): void {
  check(!(activation === "softmax" && units === 1), () => `${loss}: softmax over 1 unit is always 1; use sigmoid`);
  if (activation === undefined || fromLogits !== SQUASHING.includes(activation)) return;
  const expected = fromLogits
    ? `with fromLogits expects numbers before the sigmoid or softmax, got an output with activation ${show(activation)}; leave one of the two out`
    : `expects probabilities, got an output with activation ${show(activation)}; use "sigmoid" or "softmax", or fromLogits: true`;
  check(false, () => `${loss} ${expected}`);
}

function checkClasses(fromLogits: boolean) {
  return (loss: string, units: number | null, activation: string | undefined) => {
    check(
      units !== 1,
      () =>
        `${loss} expects an output of one unit for each class, at least 2, got 1; with one unit use binaryCrossentropy`,
    );
    checkActivation(loss, fromLogits, units, activation);
  };
}

function checkCommon(
  where: string,
  { fromLogits, labelSmoothing = 0 }: { fromLogits: boolean; labelSmoothing?: number },
): void {
  check(typeof fromLogits === "boolean", () => `${where}: fromLogits must be true or false, got ${show(fromLogits)}`);
  checkRange(where, "labelSmoothing", labelSmoothing, 0, 1);
}

/**
 * mean of -t·ln p - (1 - t)·ln(1 - p) over the last axis; from logits max(x, 0) - x·t + ln(1 + e^(-|x|)).
 * Labels are within [0, 1] and shaped as the prediction.
 * @param options.fromLogits default false
 * @param options.labelSmoothing s in [0, 1]: t becomes t·(1 - s) + s/2; default 0
 */
export const binaryCrossentropy = defineLoss(
  "binaryCrossentropy",
  { fromLogits: false, labelSmoothing: 0 },
  (config, where) => {
    const { fromLogits, labelSmoothing: s } = config;
    checkCommon(where, config);
    const smooth = (t: number) => t * (1 - s) + s / 2;
    const row = fromLogits
      ? meanOf(
          (t, x) => Math.max(x, 0) - x * smooth(t) + Math.log1p(Math.exp(-Math.abs(x))),
          (t, x) => 1 / (1 + Math.exp(-x)) - smooth(t),
        )
      : meanOf(
          (t, p) => -smooth(t) * Math.log(clip(p)) - (1 - smooth(t)) * Math.log(1 - clip(p)),
          (t, p) => (inside(p) ? (p - smooth(t)) / (p * (1 - p)) : 0),
        );
    return {
      row,
      labels: "probabilities",
      checkOutput: (...output) => checkActivation(output[0], fromLogits, output[1], output[2]),
    };
  },
);

/**
 * -Σ t·ln p over the last axis, p divided by its sum first; from logits p = softmax(x). Labels are shaped as the prediction:
 * one-hot or probabilities.
 * @param options.fromLogits default false
 * @param options.labelSmoothing s in [0, 1]: t becomes t·(1 - s) + s/K with K classes; default 0
 */
export const categoricalCrossentropy = defineLoss(
  "categoricalCrossentropy",
  { fromLogits: false, labelSmoothing: 0 },
  (config, where) => {
    const { fromLogits, labelSmoothing: s } = config;
    checkCommon(where, config);
    return {
      row: fromLogits ? logitsRow(s) : probabilitiesRow(s),
      labels: "probabilities",
      checkOutput: checkClasses(fromLogits),
    };
  },
);

/** Σt · ln Σe^x - Σ t·x with slope softmax(x)·Σt - t; exponents are shifted by the largest. */
function logitsRow(s: number): Row {
  return (t, ti, x, dx, i, n) => {
    let largest = -Infinity;
    for (let c = i; c < i + n; c++) largest = Math.max(largest, x[c]!);
    let [sum, mass, dot] = [0, 0, 0];
    for (let c = 0; c < n; c++) {
      const label = t[ti + c]! * (1 - s) + s / n;
      sum += Math.exp(x[i + c]! - largest);
      mass += label;
      dot += label * (x[i + c]! - largest);
    }
    for (let c = 0; c < n; c++)
      dx[i + c] = (mass * Math.exp(x[i + c]! - largest)) / sum - (t[ti + c]! * (1 - s) + s / n);
    return mass * Math.log(sum) - dot;
  };
}

/** -Σ t·ln q with q = clip(p / Σp) and slope (Σ t [q unclipped] - t/q [q unclipped]) / Σp. */
function probabilitiesRow(s: number): Row {
  return (t, ti, p, dp, i, n) => {
    const total = sumOf(p, i, n);
    let [loss, mass] = [0, 0];
    for (let c = 0; c < n; c++) {
      const label = t[ti + c]! * (1 - s) + s / n;
      const q = p[i + c]! / total;
      loss -= label * Math.log(clip(q));
      if (inside(q)) mass += label;
      dp[i + c] = inside(q) ? -label / q : 0;
    }
    for (let c = i; c < i + n; c++) dp[c] = (dp[c]! + mass) / total;
    return loss;
  };
}

/** -ln q of the label's class, q = clip(p / Σp); slope 1/Σp - [c = label]/p. */
const sparseRow: Row = (t, ti, p, dp, i, n) => {
  const total = sumOf(p, i, n);
  const label = t[ti]!;
  check(
    label >= 0 && label < n && Number.isInteger(label),
    () => `sparseCategoricalCrossentropy: label ${label} is not a class of 0 to ${n - 1}`,
  );
  const at = i + label;
  const q = p[at]! / total;
  dp.fill(inside(q) ? 1 / total : 0, i, i + n);
  if (inside(q)) dp[at]! -= 1 / p[at]!;
  return -Math.log(clip(q));
};

function sumOf(p: TensorData, i: number, n: number): number {
  let sum = 0;
  for (let c = i; c < i + n; c++) sum += p[c]!;
  return sum;
}

/**
 * The same with labels given as class indices, 0 to K - 1: shaped as the prediction without its last axis, or with a last
 * axis of size 1.
 * @param options.fromLogits default false
 */
export const sparseCategoricalCrossentropy = defineLoss(
  "sparseCategoricalCrossentropy",
  { fromLogits: false },
  (config, where) => {
    checkCommon(where, config);
    const { fromLogits } = config;
    const kernel = (yTrue: Tensor, yPred: Tensor) => {
      checkShapes("sparseCategoricalCrossentropy", "classIndex", yTrue, yPred);
      return op("sparseCategoricalCrossentropy", [yTrue, yPred], ([t, p]) => {
        const positions = p!.shape.slice(0, -1);
        return sparseCrossEntropy(p!, sameShape(t!.shape, positions) ? t! : reshape(t!, positions));
      });
    };
    return {
      row: sparseRow,
      labels: "classIndex",
      checkOutput: checkClasses(fromLogits),
      ...(fromLogits && { call: kernel }),
    };
  },
);

/** Σ t·ln(t/p) over the last axis (Kullback and Leibler 1951, doi 10.1214/aoms/1177729694); t and p held within [1e-7, 1]. */
export const kullbackLeiblerDivergence = defineLoss("kullbackLeiblerDivergence", {}, () => ({
  labels: "probabilities",
  row: (t, ti, p, dp, i, n) => {
    let sum = 0;
    for (let c = 0; c < n; c++) {
      const label = Math.max(t[ti + c]!, EPSILON);
      const q = Math.min(Math.max(p[i + c]!, EPSILON), 1);
      sum += label * Math.log(label / q);
      dp[i + c] = q === p[i + c] ? -label / q : 0;
    }
    return sum;
  },
}));
