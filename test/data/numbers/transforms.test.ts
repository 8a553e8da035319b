import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  difference,
  forwardFill,
  interpolate,
  log1pTransform,
  logTransform,
  missingMask,
  revivePreprocessor,
} from "../../../src/data/numbers/index.js";
import { tensor } from "../../../src/tensor/make.js";
import { assertRows, cells, oracle } from "./oracle.js";

const series = cells(oracle.series);

test("forwardFill and interpolate: the values of pandas", () => {
  assertRows(forwardFill().transform(series), cells(oracle.forwardFill), "ffill");
  assertRows(forwardFill({ limit: 2 }).transform(series), cells(oracle.forwardFillLimit), "ffill limit");
  assertRows(interpolate().transform(series), cells(oracle.interpolate), "interpolate");
  assertRows(interpolate({ limit: 1 }).transform(series), cells(oracle.interpolateLimit), "interpolate limit");
});

test("missingMask tells what was known", () => {
  const { values, mask } = missingMask({ fill: -1 }).transform(tensor([[NaN, 2]]));
  assert.deepEqual([values.toArray(), mask.toArray()], [[[-1, 2]], [[0, 1]]]);
});

test("logarithms: their values, and the way back", () => {
  assertRows(logTransform({ offset: 1 }).transform([[0, NaN, Math.E - 1]]), [[0, NaN, 1]], "log");
  assert.deepEqual(log1pTransform().transform([[1e-20]]), [[1e-20]]);
  const positive = fc.array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true })), { minLength: 1 });
  fc.assert(
    fc.property(positive, (rows) => {
      for (const step of [logTransform({ offset: 0.5 }), log1pTransform()])
        assertRows(step.inverse(step.transform(rows)), rows, "inverse", 100);
    }),
  );
  assert.throws(
    () => logTransform().transform([[1], [0]]),
    /logTransform\.transform: values must be above 0, got 0 at row 1/,
  );
  assert.throws(() => log1pTransform().transform([[-1]]), /values must be above -1, got -1 at row 0, column 0/);
});

test("difference: seasonal values, and whole numbers come back exactly", () => {
  assert.deepEqual(difference({ lag: 2 }).transform([[1], [5], [4], [9]]), [[3], [4]]);
  const rows = fc.array(fc.tuple(fc.maxSafeInteger(), fc.integer()), { minLength: 5, maxLength: 30 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 4 }), (values, lag) => {
      const halves = values.map(([a, b]) => [Math.trunc(a / 4), b]);
      const step = difference({ lag });
      const differences = step.transform(halves);
      const known = halves.slice(0, lag);
      const plain = (table: number[][]) => table.map((row) => row.map((v) => v + 0)); // -0 is 0
      assert.deepEqual(plain(step.inverse(differences, known)), plain(halves.slice(lag)));
    }),
  );
});

test("difference goes on from what it was fitted on, also after JSON", () => {
  const step = difference({ lag: 2 }).fit([[1], [10], [20]]);
  assert.deepEqual(step.inverse([[1], [2], [3]]), [[11], [22], [14]]);
  const revived = revivePreprocessor(JSON.parse(JSON.stringify(step)), "difference");
  assert.deepEqual(revived.inverse([[1]]), [[11]]);
});

test("bad input to difference is named", () => {
  const step = difference({ lag: 3 });
  assert.throws(() => step.inverse([[1]]), /give the last 3 known rows, or fit it/);
  assert.throws(() => step.fit([[1]]), /difference\.fit: needs at least 3 rows with lag 3, got 1/);
  assert.throws(() => step.fit([[1], [NaN], [2]]), /column 0 is missing \(NaN\) in the last 3 rows/);
  assert.throws(
    () =>
      step.inverse(
        [[1]],
        [
          [1, 1],
          [2, 2],
          [3, 3],
        ],
      ),
    /known rows have 2 columns, the differences 1/,
  );
  assert.throws(() => difference({ lag: 0 }), /lag must be a whole number of at least 1, got 0/);
  assert.throws(() => forwardFill().transform(tensor([[[1]]])), /expected a table \[time, columns\]/);
});
