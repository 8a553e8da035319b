import type { Scope } from "../ops/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show, SluiceError } from "../util/errors.js";

/** Factor of each class; classes that are not named count 1. */
export type ClassWeights = { readonly [label: number]: number };

/** One factor per position: from class numbers or 0/1 labels [..] or [.., 1], or from one-hot rows [.., K]. */
export interface ClassFactors {
  (scope: Scope, target: Tensor, prediction: Tensor): Tensor;
  readonly weights: ClassWeights;
}

/** @throws SluiceError unless they are numbers for classes; `fit` fetches this file where it is given such */
export function classFactors(weights: ClassWeights): ClassFactors {
  for (const [label, factor] of Object.entries(weights)) {
    check(/^\d+$/.test(label) && Number.isFinite(factor) && factor >= 0, () => {
      return `fit: classWeight maps class numbers to factors of at least 0, got ${label}: ${show(factor)}`;
    });
  }
  const factors = (scope: Scope, target: Tensor, prediction: Tensor) => factorsOf(weights, scope, target, prediction);
  return Object.assign(factors, { weights });
}

function factorsOf(weights: ClassWeights, scope: Scope, target: Tensor, prediction: Tensor): Tensor {
  const K = prediction.shape.at(-1)!;
  const oneHot = K > 1 && target.size === prediction.size;
  const positions = prediction.size / K;
  const classes = Math.max(2, K);
  const unknown = Object.keys(weights).find((label) => Number(label) >= classes);
  check(unknown === undefined, () => `fit: classWeight names class ${unknown}, but there are ${classes}, from 0`);
  if (!oneHot && target.size !== positions) {
    throw new SluiceError(`fit: classWeight needs one label for each of ${positions} positions, got ${target.size}`);
  }
  const out = scope.alloc([positions]);
  const [factors, labels] = [out.data, target.data];
  for (let i = 0; i < positions; i++) {
    const label = oneHot ? largest(labels.subarray(i * K, (i + 1) * K)) : labels[i]!;
    factors[i] = weights[label] ?? 1;
  }
  return out;
}

function largest(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}
