import assert from "node:assert/strict";
import { test } from "node:test";
import { describeTable, tableOf, type ColumnFacts } from "../../../src/data/index.js";
import { stepsOf } from "../../../src/data/table/date-steps.js";

const DAY = 86400000;

function facts(rows: Record<string, unknown>[]): Record<string, ColumnFacts> {
  return Object.fromEntries(describeTable(tableOf(rows, { name: "r" })).columns.map((column) => [column.name, column]));
}

test("numbers: NumPy's nanmin, nanmean, nanmax and nanstd", () => {
  // np.nanstd([1, 2, nan, 4.5]) is 1.4719601443879744; of values far from zero it is the same.
  const rows = [1, 2, null, 4.5].map((x) => ({ x, far: x === null ? null : x + 1e9 }));
  const { x, far } = facts(rows);
  assert.deepEqual(
    { ...x, standardDeviation: 0 },
    {
      name: "x",
      type: "number",
      missing: 1,
      distinct: 3,
      whole: false,
      min: 1,
      mean: 2.5,
      max: 4.5,
      standardDeviation: 0,
    },
  );
  for (const column of [x, far]) {
    assert.ok(column?.type === "number");
    assert.ok(Math.abs(column.standardDeviation - 1.4719601443879744) < 1e-6);
  }
  const { none } = facts([{ none: null }]);
  assert.ok(none?.type === "number" && Number.isNaN(none.mean) && none.missing === 1 && !none.whole);
});

test("texts: how many, the most frequent, lengths", () => {
  const { t } = facts(["b", "a", null, "a", "ccc", "b", "a"].map((text) => ({ t: text })));
  assert.deepEqual(t, {
    name: "t",
    type: "text",
    missing: 1,
    distinct: 3,
    frequent: [
      ["a", 3],
      ["b", 2],
      ["ccc", 1],
    ],
    length: { min: 1, mean: 8 / 6, max: 3 },
  });
});

test("dates: first, last and what is missing", () => {
  const { d } = facts([{ d: new Date(2 * DAY) }, { d: null }, { d: new Date(0) }, { d: new Date(DAY) }]);
  assert.deepEqual(d, {
    name: "d",
    type: "date",
    missing: 1,
    first: 0,
    last: 2 * DAY,
    rising: false,
    repeated: 0,
    step: "daily",
    gaps: 0,
    regularity: "daily",
  });
});

const days = (...list: number[]) => Float64Array.from(list, (day) => day * DAY);
const months = (...list: number[]) => Float64Array.from(list, (month) => Date.UTC(2000, month, 1));
const every = (step: number, count: number) => Float64Array.from({ length: count }, (_, i) => i * step);
/** 2024-01-01 is a Monday. */
const MONDAY = Date.UTC(2024, 0, 1) / DAY;

for (const [expected, dates] of [
  ["daily", days(0, 1, 2, 3)],
  ["daily, 1 gap", days(0, 1, 2, 3, 6, 7, 8)],
  ["daily, 2 gaps", days(0, 1, 2, 3, 6, 7, 8, 9, 10, 12)],
  ["daily on working days", days(...[0, 1, 2, 3, 4, 7, 8, 9, 10, 11].map((day) => MONDAY + day))],
  ["daily on working days, 1 gap", days(...[0, 1, 3, 4, 7, 8, 9, 10, 11].map((day) => MONDAY + day))],
  ["weekly", days(0, 7, 14)],
  ["every 2 days", days(0, 2, 4)],
  ["monthly", months(0, 1, 2, 3)],
  ["monthly, 1 gap", months(0, 1, 2, 3, 5, 6)],
  ["quarterly", months(0, 3, 6, 9)],
  ["yearly", months(0, 12, 24)],
  ["every 6 months", months(0, 6, 12)],
  ["monthly", Float64Array.from([0, 1, 2, 3], (month) => Date.UTC(2000, month + 1, 0))],
  ["hourly", every(3600000, 50)],
  ["every 5 minutes", every(300000, 50)],
  ["every second", every(1000, 50)],
  ["every 40 ms", every(40, 50)],
  ["irregular", days(0, 1, 3, 7, 12.5, 13)],
  ["daily, dates come again", days(0, 1, 2, 0, 1, 2)],
  ["", days(5)],
] as const)
  test(`steps of dates: ${expected || "none"}`, () => assert.equal(stepsOf(dates).regularity, expected));
