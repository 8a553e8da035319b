/** Ridge regression against scikit-learn and numpy; scripts/oracles/sklearn_ridge.py made the numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fitRidge, predictLinear, RidgeSystem, type Matrix } from "../../../src/tasks/baselines/linear.js";
import { assertClose, matrix, ridgeOracle } from "./oracle.js";

const X = matrix(ridgeOracle.X);
const y = matrix(ridgeOracle.y);

test("ridge is scikit-learn's Ridge, with an intercept that is not penalised", () => {
  for (const { alpha, weights, intercept, predictions } of ridgeOracle.ridge) {
    const model = fitRidge(X, y, alpha);
    assertClose(model.weights, weights.flat(), 1e-9);
    assertClose(model.intercept, intercept, 1e-9);
    assertClose(predictLinear(model, matrix(ridgeOracle.X.slice(0, 3))), predictions.flat(), 1e-9);
  }
});

test("lambda 0 is numpy's lstsq", () => {
  const model = fitRidge(X, y, 0);
  assertClose(model.weights, ridgeOracle.leastSquares.weights.flat(), 1e-8);
  assertClose(model.intercept, ridgeOracle.leastSquares.intercept, 1e-8);
});

test("some columns of a system are as if there were no others", () => {
  const { columns, alpha, weights, intercept } = ridgeOracle.someColumns;
  const system = new RidgeSystem(X, y, [0, 1, 3]);
  const model = system.solve(alpha, columns);
  assertClose(model.weights, weights.flat(), 1e-9);
  assertClose(model.intercept, intercept, 1e-9);
  assert.throws(() => system.solve(1, [2]), /columns that the system was made of/);
});

test("columns that depend on each other are refused without a penalty, and shared out with one", () => {
  const twice: Matrix = { data: [1, 2, 2, 4, 3, 6, 5, 10], rows: 4, columns: 2 };
  const sum: Matrix = { data: [1, 2, 3, 5], rows: 4, columns: 1 };
  assert.throws(
    () => fitRidge(twice, sum, 0),
    /column 1 is a linear combination of those before it; use a lambda above 0/,
  );
  const { weights } = fitRidge(twice, sum, 1e-6);
  assert.ok(Math.abs(weights[0]! + 2 * weights[1]! - 1) < 1e-5);
  assert.throws(() => fitRidge(twice, sum, -1), /lambda must be a number of at least 0, got -1/);
  assert.throws(() => fitRidge(twice, { ...sum, rows: 3 }, 1), /X has 4 rows, y has 3/);
});
