import assert from "node:assert/strict";
import { test } from "node:test";
import { errorByStep, errorsOf, naiveError, targetOf } from "../../../src/tasks/forecast/metrics.js";
import { autocorrelations, findSeason } from "../../../src/tasks/forecast/season.js";
import { assertClose, ridgeOracle } from "../baselines/oracle.js";
import { wave } from "./support.js";

const { errors } = ridgeOracle;

test("errors are numpy's by the published formulae; 0 against 0 counts nothing in sMAPE", () => {
  for (const [season, MASE] of [
    [1, errors.MASE1],
    [4, errors.MASE4],
  ] as const) {
    // prettier-ignore
    const scale = naiveError(Float64Array.from(errors.insample), season);
    const found = errorsOf(errors.truth, errors.forecast, new Array<number>(4).fill(scale), { horizon: 3, K: 1 });
    const expected = [errors.RMSE, errors.MAE, errors.sMAPE, MASE];
    assertClose([found.RMSE, found.MAE, found.sMAPE, found.MASE], expected, 1e-14);
  }
  assertClose(errorByStep(errors.truth, errors.forecast, 3), errors.byStep, 1e-14);
});

test("MASE weighs each series by its own scale, and leaves out those without one", () => {
  const found = errorsOf([1, 1, 5, 5, 9, 9], [2, 2, 7, 7, 0, 0], [0.5, 4, NaN], { horizon: 2, K: 1 });
  assert.equal(found.MASE, (2 + 2 + 0.5 + 0.5) / 4);
  assert.ok(Number.isNaN(naiveError(Float64Array.of(3, 3, 3), 1)), "a constant series has no scale");
  assert.ok(Number.isNaN(naiveError(Float64Array.of(3, 4), 2)), "nor has one that is shorter than its season");
  assert.equal(naiveError(Float64Array.of(1, NaN, 4, 6), 1), 2, "missing values are left out");
});

test("targets stand beside each other", () => {
  assert.deepEqual([...targetOf([1, 10, 2, 20], 1, 2)], [10, 20]);
  const both = errorsOf([1, 10, 2, 20], [1, 12, 2, 22], [1, 2], { horizon: 2, K: 2 });
  assert.equal(both.MASE, 0.5);
});

test("autocorrelations are numpy's", () => {
  const { values, r } = ridgeOracle.autocorrelations;
  assertClose(autocorrelations(Float64Array.from(values), r.length), r, 1e-12);
});

test("a season is found where there is one, under a trend too, and not in a random walk", () => {
  const seasonal = Float64Array.from({ length: 200 }, (_, t) => 0.5 * t + 4 * Math.sin((2 * Math.PI * t) / 12));
  assert.equal(findSeason([seasonal.slice(0, 20), seasonal], [7, 12]), 12);
  let level = 0;
  const walk = Float64Array.from(wave(600, 5, 0), (x, t) => (level += x - 3 * Math.sin(t / 4) - 0.5));
  assert.equal(findSeason([walk], [7]), null);
  assert.equal(findSeason([seasonal.slice(0, 20)], [12]), null, "two turns are too few");
});
