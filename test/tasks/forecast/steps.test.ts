import assert from "node:assert/strict";
import { test } from "node:test";
import { isoOf, type Frame } from "../../../src/tasks/forecast/frame.js";
import { countGaps, dateAfter, showStep, stepOf, usualSeasons } from "../../../src/tasks/forecast/steps.js";
import { cyclesOf } from "../../../src/tasks/forecast/parts.js";
import { DAY, dates } from "./support.js";

function frame(times: number[]): Frame {
  return {
    source: "test",
    columns: {},
    series: [{ id: null, begin: 0, end: times.length }],
    times: Float64Array.from(times),
    dated: true,
    rows: new Int32Array(times.length),
    placeOf: String,
  };
}

const iso = (texts: string[]) => frame(texts.map((text) => Date.parse(text)));

function next(f: Frame, n: number): string[] {
  const step = stepOf(f)!;
  return Array.from({ length: n }, (_, h) => isoOf(dateAfter(f.times!, step, h + 1)));
}

test("months keep their day, ends of months their end, also over February", () => {
  const firsts = iso(["2023-11-01", "2023-12-01", "2024-01-01"]);
  assert.deepEqual(next(firsts, 2), ["2024-02-01", "2024-03-01"]);
  const ends = iso(["2023-10-31", "2023-11-30", "2023-12-31"]);
  assert.deepEqual(next(ends, 3), ["2024-01-31", "2024-02-29", "2024-03-31"]);
  assert.equal(showStep(stepOf(ends)!), "1 month");
  assert.deepEqual(usualSeasons(stepOf(ends)), [12]);
  const quarters = iso(["2023-01-15", "2023-04-15", "2023-07-15"]);
  assert.deepEqual(next(quarters, 2), ["2023-10-15", "2024-01-15"]);
  assert.deepEqual(usualSeasons(stepOf(quarters)), [4]);
});

test("trading days leave out the weekend; a holiday is a gap", () => {
  const week = iso(["2024-05-30", "2024-05-31", "2024-06-03", "2024-06-04", "2024-06-06", "2024-06-07"]);
  const step = stepOf(week)!;
  assert.equal(step.unit, "businessDays");
  assert.deepEqual(next(week, 2), ["2024-06-10", "2024-06-11"]);
  assert.equal(countGaps(week, step), 1);
});

test("hours and days go on evenly; what is left out is counted", () => {
  const hours = frame(dates(100, DAY / 24).filter((_, i) => i !== 40 && i !== 41));
  const step = stepOf(hours)!;
  assert.equal(showStep(step), "1 hour");
  assert.equal(countGaps(hours, step), 1);
  assert.deepEqual(next(hours, 1), ["2024-01-05T04:00:00Z"]);
  assert.deepEqual(usualSeasons(step), [24, 168]);
  assert.deepEqual(usualSeasons(stepOf(frame(dates(30)))), [7, 365]);
  assert.equal(stepOf(frame(dates(1))), null);
});

test("cycles that the dates can show", () => {
  const cycles = (n: number, step: number) => cyclesOf(frame(dates(n, step)), stepOf(frame(dates(n, step))));
  assert.deepEqual(cycles(400, DAY / 24), ["hour", "weekday"]);
  assert.deepEqual(cycles(1000, DAY), ["weekday", "dayOfYear"]);
  assert.deepEqual(cycles(20, DAY), ["weekday"]);
  assert.deepEqual(cycles(10, DAY), []);
});
