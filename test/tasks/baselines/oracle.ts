import assert from "node:assert/strict";
import type { Matrix } from "../../../src/tasks/baselines/linear.js";
import { fixture } from "../../losses/cases.js";

interface RidgeOracle {
  X: number[][];
  y: number[][];
  ridge: { alpha: number; weights: number[][]; intercept: number[]; predictions: number[][] }[];
  leastSquares: { weights: number[][]; intercept: number[] };
  someColumns: { columns: number[]; alpha: number; weights: number[][]; intercept: number[] };
  errors: {
    insample: number[];
    truth: number[];
    forecast: number[];
    horizon: number;
    RMSE: number;
    MAE: number;
    sMAPE: number;
    MASE1: number;
    MASE4: number;
    byStep: number[];
  };
  autocorrelations: { values: number[]; r: number[] };
}

/** Values of scikit-learn and numpy (scripts/oracles/sklearn_ridge.py). */
export const ridgeOracle = fixture<RidgeOracle>("sklearn-ridge");

export function matrix(rows: number[][]): Matrix {
  return { data: rows.flat(), rows: rows.length, columns: rows[0]!.length };
}

/** Relative to the largest expected value. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, bound: number): void {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs), Number.MIN_VALUE);
  for (let i = 0; i < expected.length; i++)
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= bound * largest,
      `${i}: got ${actual[i]}, expected ${expected[i]}`,
    );
}
