import assert from "node:assert/strict";
import type { Rows } from "../../../src/data/numbers/index.js";
import { Tensor } from "../../../src/tensor/tensor.js";
import { fixture } from "../../losses/cases.js";

type Cells = (number | null)[][];
interface Scaled {
  x: Cells;
  new: Cells;
  inverse: Cells;
}

/** Values of scikit-learn and pandas (scripts/oracles/sklearn_preprocessing.py); null stands for NaN. */
export const oracle = fixture<{
  x: Cells;
  new: Cells;
  minMax: Scaled;
  minMaxTo: Scaled;
  standard: Scaled;
  robust: Scaled;
  robustWide: Scaled;
  series: Cells;
  forwardFill: Cells;
  forwardFillLimit: Cells;
  interpolate: Cells;
  interpolateLimit: Cells;
  words: string[];
  classes: string[];
  encoded: number[];
  table: string[][];
  oneHot: number[][];
  oneHotUnknown: number[][];
  dates: string[];
  calendar: Record<"hour" | "weekday" | "month" | "dayOfYear", [number[], number[]]>;
  folds: [number[], number[]][];
}>("sklearn-preprocessing");

export const cells = (table: Cells): number[][] => table.map((row) => row.map((value) => value ?? NaN));

export const arrays = (rows: Rows): number[][] =>
  rows instanceof Tensor ? (rows.toArray() as number[][]) : rows.map((row) => [...row]);

/** Equal to a relative 1e-12 of the larger one or of `unit`; NaN only where NaN is expected. */
export function assertRows(actual: Rows, expected: readonly (readonly number[])[], what: string, unit = 1): void {
  const got = arrays(actual);
  assert.equal(got.length, expected.length, `${what}: rows`);
  for (const [i, row] of expected.entries()) {
    assert.equal(got[i]!.length, row.length, `${what}: columns`);
    for (const [j, e] of row.entries()) {
      const a = got[i]![j]!;
      const close = Number.isNaN(e)
        ? Number.isNaN(a)
        : Math.abs(a - e) <= 1e-12 * Math.max(unit, Math.abs(e), Math.abs(a));
      assert.ok(close, `${what}[${i}][${j}]: got ${a}, expected ${e}`);
    }
  }
}
