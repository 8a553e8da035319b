import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf } from "../../../src/tasks/forecast/frame.js";
import { knownRows, originsOf } from "../../../src/tasks/backtest/origins.js";
import { dates, DAY, tableOf } from "../forecast/support.js";

const NONE = { time: null, id: null, targets: ["y"], past: [], future: [] };
const USUAL = { initial: 4, period: 2, horizon: 2, window: "expanding" } as const;
const count = (n: number) => Array.from({ length: n }, (_, i) => i);
const frame = (columns: Parameters<typeof tableOf>[0], roles: object = {}) => frameOf("test", tableOf(columns), { ...NONE, ...roles }); // prettier-ignore

test("origins of one series begin after the initial window, a period apart, as long as the horizon is known", () => {
  const one = frame({ y: count(11) });
  const of = (more: object) => originsOf("test", one, { ...USUAL, ...more }).map(({ begins, ends }) => [...begins, ...ends]); // prettier-ignore
  assert.deepEqual(of({}), [[0, 4], [0, 6], [0, 8]]); // prettier-ignore
  assert.deepEqual(of({ window: "sliding" }), [[0, 4], [2, 6], [4, 8]]); // prettier-ignore
  assert.deepEqual(of({ origins: 1 }), [[0, 8]], "the last ones");
  assert.deepEqual(of({ initial: 0.5, period: 5 }), [[0, 6]], "a share, rounded to steps");
  assert.throws(() => of({ initial: 10 }), /test: test\.csv has 11 steps; initial 10 and horizon 2 leave no origin/);
  assert.throws(() => of({ initial: 3.5 }), /initial must be a whole number of steps, or a share below 1, got 3\.5/);
});

test("with dates an origin is one moment for all series, whatever their length", () => {
  const times = [...dates(8), ...dates(4).map((t) => t + 3 * DAY)];
  const shop = [...new Array<string>(8).fill("a"), ...new Array<string>(4).fill("b")];
  const two = frame({ date: times, shop, y: count(12) }, { time: "date", id: "shop" });
  const origins = originsOf("test", two, { ...USUAL, window: "sliding" });
  assert.deepEqual(origins.map(({ ends }) => ends), [[4, 9], [6, 11]]); // prettier-ignore
  assert.deepEqual(origins.map(({ begins }) => begins), [[0, 8], [2, 8]]); // prettier-ignore
  assert.deepEqual([...knownRows(two, origins[1]!)], [2, 3, 4, 5, 8, 9, 10]);
  for (const row of knownRows(two, origins[1]!)) assert.ok(times[row]! < origins[1]!.at);
});

test("without dates the origins of several series are counted from the end of each", () => {
  const shop = [...new Array<string>(10).fill("a"), ...new Array<string>(5).fill("b")];
  const two = frame({ shop, y: count(15) }, { id: "shop" });
  assert.deepEqual(originsOf("test", two, USUAL).map(({ ends }) => ends), [[4, 10], [6, 11], [8, 13]]); // prettier-ignore
});
