// Equal bins as numpy makes them, and what is chosen where nobody says how many.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { histogramOf } from "../../../src/tasks/inspect/histogram.js";

interface Case {
  readonly values: number[];
  readonly bins: number;
  readonly counts: number[];
  readonly edges: number[];
}
const { source, cases } = JSON.parse(readFileSync("test/fixtures/numpy-histogram.json", "utf8")) as {
  source: string;
  cases: Case[];
};

for (const [i, { values, bins, counts, edges }] of cases.entries()) {
  test(`case ${i} of ${source}`, () => {
    const found = histogramOf(values, bins);
    const range = edges.at(-1)! - edges[0]!;
    for (const [k, edge] of found.edges.entries()) assert.ok(Math.abs(edge - edges[k]!) <= 1e-12 * range);
    assert.deepEqual(found.counts, counts);
  });
}

test("every finite value is in one bin, between its edges", () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(values, (list) => {
      const { edges, counts } = histogramOf(list);
      const finite = list.filter(Number.isFinite);
      assert.equal(
        counts.reduce((sum, n) => sum + n, 0),
        finite.length,
      );
      assert.equal(edges.length, finite.length === 0 ? 0 : counts.length + 1);
      assert.ok(finite.every((value) => value >= edges[0]! && value <= edges.at(-1)!));
    }),
  );
});

test("whole numbers of a small range have a bin each; equal ones have one; none have none", () => {
  assert.deepEqual(histogramOf([3, 1, 3, 2]), { edges: [0.5, 1.5, 2.5, 3.5], counts: [1, 1, 2] });
  assert.deepEqual(histogramOf([0.25, 0.25]), { edges: [-0.25, 0.75], counts: [2] });
  assert.deepEqual(histogramOf([Number.NaN, Infinity]), { edges: [], counts: [] });
});
