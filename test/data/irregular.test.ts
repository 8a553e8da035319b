/** Observations at uneven times: the paper's own example, long and wide tables of the same series, and what is refused. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { gruDInputs, observations, tableOf, timeSinceObserved } from "../../src/data/index.js";

/** Che et al. 2018 (arXiv 1606.01865), figure 2. */
const TIMES = [0, 0.1, 0.6, 1.6, 2.2, 2.5, 3.1];
const X = [47, NaN, 49, 15, NaN, 14, 40, NaN, NaN, NaN, 43, NaN, 55, 15];
const GAPS = [0, 0, 0.1, 0.1, 0.5, 0.5, 1.5, 1.0, 0.6, 1.6, 0.9, 1.9, 0.6, 2.5];

const close = (got: ArrayLike<number>, want: readonly number[]) => {
  assert.equal(got.length, want.length);
  for (const [i, value] of want.entries()) assert.ok(Math.abs(got[i]! - value) < 1e-6, `${i}: ${got[i]}, not ${value}`);
};

test("the gaps are those of the paper's figure", () => close(timeSinceObserved(TIMES, X), GAPS));

test("in another unit gaps are as many times smaller", () => {
  close(timeSinceObserved(TIMES, X, 0.5), GAPS.map((gap) => gap / 0.5)); // prettier-ignore
});

test("values, mask and gaps stand side by side", () => {
  const inputs = gruDInputs(TIMES, X);
  close(inputs.subarray(6, 12), [49, 15, 1, 1, 0.1, 0.1]);
  close(inputs.subarray(12, 18), [0, 14, 0, 1, 0.5, 0.5]);
});

test("where all is observed every gap is the step before", () => {
  const steps = fc.array(fc.double({ min: 0.01, max: 9, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 4 }), (passed, D) => {
      const times = passed.map((_, t) => passed.slice(0, t).reduce((a, b) => a + b, 0));
      const gaps = timeSinceObserved(times, new Float64Array(times.length * D));
      for (const [i, gap] of gaps.entries()) {
        const t = Math.floor(i / D);
        assert.ok(Math.abs(gap - (t === 0 ? 0 : passed[t - 1]!)) < 1e-9);
      }
    }),
  );
});

const WIDE = [
  { id: "a", time: 0, heart: 80, sugar: null },
  { id: "b", time: 5, heart: 60, sugar: 4 },
  { id: "a", time: 3, heart: null, sugar: 5 },
  { id: "a", time: 1, heart: 82, sugar: null },
];
const LONG = [
  { id: "a", time: 0, variable: "heart", value: 80 },
  { id: "b", time: 5, variable: "sugar", value: 4 },
  { id: "b", time: 5, variable: "heart", value: 60 },
  { id: "a", time: 3, variable: "sugar", value: 5 },
  { id: "a", time: 1, variable: "heart", value: 82 },
];
const long = { time: "time", id: "id", variable: "variable", value: "value" };

test("a long and a wide table of the same observations are the same series", () => {
  const wide = observations(tableOf(WIDE), { time: "time", id: "id" });
  const same = observations(tableOf(LONG), long);
  assert.deepEqual(wide.variables, ["heart", "sugar"]);
  assert.deepEqual(same.variables, wide.variables);
  const plain = ({ series }: typeof wide) => series.map(({ id, times, values }) => ({ id, times, values }));
  assert.deepEqual(plain(same), plain(wide));
  assert.deepEqual([...wide.series[0]!.times], [0, 1, 3]);
  assert.deepEqual([...wide.series[0]!.values], [80, NaN, 82, NaN, NaN, 5]);
});

test("dates count in milliseconds, and variables may be chosen and ordered", () => {
  const rows = LONG.map((row) => ({ ...row, time: `2024-01-0${row.time + 1}` }));
  const { dates, series, variables } = observations(tableOf(rows), { ...long, variables: ["sugar", "heart"] });
  assert.deepEqual([dates, variables], [true, ["sugar", "heart"]]);
  assert.equal(series[0]!.times[1]! - series[0]!.times[0]!, 86_400_000);
  const one = observations(tableOf(rows), { ...long, variables: ["sugar"], others: "leaveOut" });
  assert.deepEqual([...one.series[0]!.values], [NaN, NaN, 5], "a step without the variable is still a step");
});

const bad: [what: string, rows: object[], options: object, message: RegExp][] = [
  ["a time that is missing", [...WIDE, { id: "a", time: null }], { time: "time" }, /column "time" must hold a time in every row, got none \(rows, row 5\)/],
  ["an id that is missing", [...WIDE, { id: null, time: 9 }], { time: "time", id: "id" }, /there is no "id" \(rows, row 5\)/],
  ["one variable twice at one time", [...LONG, { id: "a", time: 1, variable: "heart", value: 90 }], long, /"heart" of series "a" is observed twice at one time \(rows, row 5 and rows, row 6\)/],
  ["two rows of one time", [...WIDE, { id: "a", time: 3, heart: 1, sugar: 5 }], { time: "time", id: "id" }, /"sugar" of series "a" is observed twice/],
  ["a variable that is not known", LONG, { ...long, variables: ["hart", "sugar"] }, /the variable "heart" is not known \(rows, row 1\); did you mean "hart"\?/],
  ["a variable without a name", [...LONG, { id: "a", time: 9, variable: null, value: 1 }], long, /there is no "variable" \(rows, row 6\)/],
  ["value without variable", LONG, { time: "time", value: "value" }, /value is given without variable/],
  ["no such column", LONG, { time: "tme" }, /has no column "tme"; did you mean "time"\?/],
  ["an unknown option", LONG, { time: "time", ids: "id" }, /unknown option "ids"; did you mean "id"\?/],
  ["no numbers", WIDE.map(({ id, time }) => ({ id, time })), { time: "time", id: "id" }, /has no columns of numbers beside id and time/],
]; // prettier-ignore

for (const [what, rows, options, message] of bad) {
  test(`${what} is refused by name`, () => {
    assert.throws(() => observations(tableOf(rows as Record<string, number>[]), options as { time: string }), message);
  });
}

test("times that do not rise, and a unit of zero, are refused", () => {
  assert.throws(() => timeSinceObserved([0, 1, 1], [1, 2, 3]), /times must rise, got 1 and 1 at step 2/);
  assert.throws(() => timeSinceObserved([0, 1], [1, 2], 0), /unit must be above 0/);
  assert.throws(() => timeSinceObserved([0, 1], [1, 2, 3]), /must be \[T, D\] row-major for 2 times, got 3 numbers/);
});
