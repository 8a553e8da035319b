import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { calendarFeatures, kFold, stratifiedSplit, type CalendarCycle } from "../../../src/data/numbers/index.js";
import { oracle } from "./oracle.js";

const sorted = (indices: Iterable<number>) => [...indices].sort((a, b) => a - b);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

test("kFold: scikit-learn's folds; shuffled, every sample is tested once", () => {
  assert.deepEqual(
    kFold(11, { folds: 4 }).map(({ train, test }) => [[...train], [...test]]),
    oracle.folds,
  );
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), fc.nat(), (n, k, seed) => {
      const folds = kFold(n, { folds: 2 + (k % (n - 1)), seed });
      assert.deepEqual(sorted(folds.flatMap(({ test }) => [...test])), upTo(n));
      for (const { train, test } of folds) assert.deepEqual(sorted([...train, ...test]), upTo(n));
    }),
  );
  assert.notDeepEqual(kFold(20, { seed: 1 }), kFold(20, { seed: 2 }));
});

test("stratifiedSplit: every sample once, each class by its share within one sample, the same for the same seed", () => {
  const labels = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 12, maxLength: 200 });
  const shares = fc.constantFrom([0.7, 0.15, 0.15], [0.5, 0.5], [0.6, 0.4], [0.25, 0.25, 0.25, 0.25]);
  fc.assert(
    fc.property(labels, shares, fc.nat(), (y, parts, seed) => {
      const split = stratifiedSplit(y, parts, seed);
      assert.deepEqual(sorted(split.flatMap((part) => [...part])), upTo(y.length));
      assert.deepEqual(stratifiedSplit(y, parts, seed), split);
      for (const label of new Set(y)) {
        const n = y.filter((other) => other === label).length;
        for (const [k, part] of split.entries()) {
          const size = part.filter((i) => y[i] === label).length;
          assert.ok(Math.abs(size - parts[k]! * n) < 1, `${label}: ${size} of ${n} in part ${k}`);
        }
      }
    }),
  );
});

test("stratifiedSplit: many small classes still fill the parts by their shares", () => {
  const labels = upTo(100); // one sample of each class
  const sizes = stratifiedSplit(labels, [0.7, 0.15, 0.15], 1).map((part) => part.length);
  assert.deepEqual(sizes, [70, 15, 15]);
});

test("stratifiedSplit: a class of more samples than a call has room for arguments", () => {
  const labels = Array.from({ length: 400_000 }, (_, i) => i % 2);
  assert.deepEqual(stratifiedSplit(labels, [0.8, 0.2], 1).map((part) => part.length), [320_000, 80_000]); // prettier-ignore
});

test("calendarFeatures: pandas's hour, weekday, month and day of year as sine and cosine", () => {
  const features = calendarFeatures(oracle.dates);
  for (const [cycle, [sin, cos]] of Object.entries(oracle.calendar))
    for (const [name, values] of Object.entries({ [`${cycle}_sin`]: sin, [`${cycle}_cos`]: cos }))
      for (const [i, value] of values.entries())
        assert.ok(Math.abs(features[name]![i]! - value) < 1e-12, `${name}[${i}]: ${features[name]![i]}, not ${value}`);
});

test("dates: text without a zone is UTC; what is no date is named", () => {
  const hours = [
    "2024-05-31 18:00",
    "2024-05-31T18:00:00.000Z",
    "2024-05-31T20:00+02:00",
    new Date("2024-05-31T18:00Z"),
  ];
  const { hour_sin } = calendarFeatures(hours, ["hour"]);
  assert.deepEqual([...hour_sin!], [-1, -1, -1, -1]);
  const refused = (date: unknown) =>
    assert.throws(
      () => calendarFeatures(["2024-01-01", date as string]),
      /calendarFeatures: date at row 1 must be a Date, milliseconds or text/,
    );
  for (const date of ["31.5.2024", "2024-02-30", "2024-13-01", "2024-01-01T25:00", "", null, new Date(NaN), {}])
    refused(date);
  assert.throws(() => calendarFeatures([0], ["hours" as CalendarCycle]), /cycle must be one of .*did you mean "hour"/);
});

test("bad input to splits is named", () => {
  assert.throws(() => kFold(3, { folds: 4 }), /kFold: 3 samples do not fill 4 folds/);
  assert.throws(() => kFold(3, { folds: 1 }), /folds must be a whole number of at least 2, got 1/);
  assert.throws(() => stratifiedSplit(["a", "b"], [0.7, 0.7], 1), /shares must be positive numbers with sum 1/);
  assert.throws(() => stratifiedSplit(["a", "b"], [1, 0], 1), /shares must be positive/);
  assert.throws(() => stratifiedSplit(["a"], [0.5, 0.5], 1), /part 1 \(share 0\.5\) of 1 samples would be empty/);
});
