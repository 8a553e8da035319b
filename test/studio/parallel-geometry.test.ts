// Parallel coordinates without a browser: where a line runs, which one a pointer means, which pass through what is marked.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineAt, passes, pathOf, type Brush, type Field } from "../../src/studio/ui/plots/parallel-geometry.js";

const FIELD: Field = { x: [50, 150, 300], top: 40, bottom: 240, none: 276 };
const place = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
const line = fc.tuple(place, place, place);

type Point = readonly [number, number];

/** The segments of a path of "M" and "C", each by its four points. */
function segmentsOf(path: string): Point[][] {
  const points = [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  return Array.from({ length: (points.length - 1) / 3 }, (_, i) => points.slice(3 * i, 3 * i + 4));
}

/** De Casteljau's way to a point of a curve. */
function pointAt(points: readonly Point[], t: number): Point {
  if (points.length === 1) return points[0]!;
  const mixed = points.slice(1).map(([x, y], i): Point => {
    const [a, b] = points[i]!;
    return [a + (x - a) * t, b + (y - b) * t];
  });
  return pointAt(mixed, t);
}

test("a line is drawn through its places, and a point on it means it", () => {
  fc.assert(
    fc.property(line, fc.integer({ min: 0, max: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (places, s, t) => {
      const segments = segmentsOf(pathOf(FIELD, places));
      const ends = [segments[0]![0]!, ...segments.map((segment) => segment[3]!)];
      places.forEach((at, i) => {
        const y = at === null ? FIELD.none : FIELD.bottom - at * (FIELD.bottom - FIELD.top);
        assert.ok(ends[i]![0] === FIELD.x[i] && Math.abs(ends[i]![1] - y) <= 0.05, `${ends[i]}`);
      });
      const [x, y] = pointAt(segments[s]!, t);
      // Heights in the path are rounded to a tenth of a pixel; beside that it is the same curve.
      assert.equal(lineAt(FIELD, [places], x, y, 0.5), 0);
    }),
  );
});

test("of several lines the nearest is meant, and none that is further than a reach", () => {
  const lines = [[0, 0, 0], [0.5, 0.5, 0.5], [1, 1, 1]]; // prettier-ignore
  assert.equal(lineAt(FIELD, lines, 100, 138, 9), 1);
  assert.equal(lineAt(FIELD, lines, 200, 42, 9), 2);
  assert.equal(lineAt(FIELD, lines, 200, 90, 9), null);
  assert.equal(lineAt(FIELD, lines, 20, 140, 9), null, "left of all axes");
  assert.equal(lineAt(FIELD, [], 100, 140, 9), null);
  assert.equal(lineAt({ ...FIELD, x: [50] }, [[0.5]], 50, 140, 9), null, "one axis has no lines");
});

test("a line passes where it lies within all that is marked, and has a place there at all", () => {
  const brushes: Brush[] = [[0.2, 0.4], null, [0.5, 1]];
  assert.equal(passes([0.3, null, 0.7], brushes), true);
  assert.equal(passes([0.4, 0, 0.5], brushes), true, "edges belong to it");
  assert.equal(passes([0.41, 0.3, 0.7], brushes), false);
  assert.equal(passes([null, 0.3, 0.7], brushes), false);
  fc.assert(fc.property(line, (places) => passes(places, [null, null, null])));
});
