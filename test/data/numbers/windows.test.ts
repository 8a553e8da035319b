import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { slidingWindows, standardScaler, timeSplit, type SeriesTable } from "../../../src/data/numbers/index.js";
import type { Tensor } from "../../../src/tensor/tensor.js";

/** Two series, rows mixed and out of order: the value tells series and time. */
const mixed: SeriesTable = {
  columns: { v: [13, 20, 10, 22, 11, 21, 12, 23], w: [3, 0, 0, 2, 1, 1, 2, 3], promo: [1, 0, 0, 0, 0, 1, 0, 1] },
  id: ["a", "b", "a", "b", "a", "b", "a", "b"],
  date: [
    "2024-01-04",
    "2024-01-01",
    "2024-01-01",
    "2024-01-03",
    "2024-01-02",
    "2024-01-02",
    "2024-01-03",
    "2024-01-04",
  ],
};

test("windows of several series in order of date, with covariates of the past and the future", () => {
  const windows = slidingWindows(mixed, { lookback: 2, horizon: 1, targets: ["v"], past: ["w"], future: ["promo"] });
  assert.equal(windows.length, 4);
  assert.deepEqual(windows.features, ["v", "w", "promo"]);
  const { x, future, y } = windows.batch();
  const [ax, bx] = [
    [
      [10, 0, 0],
      [11, 1, 0],
      [12, 2, 0],
    ],
    [
      [20, 0, 0],
      [21, 1, 1],
      [22, 2, 0],
    ],
  ];
  assert.deepEqual(x.toArray(), [ax!.slice(0, 2), ax!.slice(1), bx!.slice(0, 2), bx!.slice(1)]);
  assert.deepEqual(future!.toArray(), [[[0]], [[1]], [[0]], [[1]]]);
  assert.deepEqual(y.toArray(), [[[12]], [[13]], [[22]], [[23]]]);
  assert.deepEqual(windows.place(2), { id: "b", rows: Int32Array.of(1, 5, 3) });
});

test("stride, horizon, batches and their order by seed", () => {
  const windows = slidingWindows(
    { columns: { v: Float64Array.from({ length: 20 }, (_, i) => i) } },
    { lookback: 3, horizon: 2, stride: 5, targets: ["v"] },
  );
  assert.deepEqual(windows.batch().y.toArray(), [
    [[3], [4]],
    [[8], [9]],
    [[13], [14]],
    [[18], [19]],
  ]);
  const sizes = [...windows.batches({ batchSize: 3 })].map(({ x }) => (x as Tensor).shape[0]);
  assert.deepEqual(sizes, [3, 1]);
  const epochs = windows.batches({ batchSize: 4, seed: 7 });
  const firsts = () => [...epochs].flatMap(({ y }) => Array.from(y.data).filter((_, i) => i % 2 === 0));
  const turns = Array.from({ length: 6 }, firsts);
  for (const turn of turns)
    assert.deepEqual(
      turn.toSorted((a, b) => a - b),
      [3, 8, 13, 18],
    );
  assert.ok(new Set(turns.map(String)).size > 1, "the order changes from epoch to epoch");
});

const tables = fc.record({
  lengths: fc.array(fc.integer({ min: 12, max: 40 }), { minLength: 1, maxLength: 4 }),
  lookback: fc.integer({ min: 1, max: 3 }),
  horizon: fc.integer({ min: 1, max: 2 }),
  stride: fc.integer({ min: 1, max: 2 }),
  dated: fc.boolean(),
  seed: fc.nat(),
});

/** Rows of all series shuffled (when dated); v = 1000·series + time. */
function tableOf(lengths: readonly number[], dated: boolean, seed: number): SeriesTable {
  const rows = lengths.flatMap((n, s) => Array.from({ length: n }, (_, t) => ({ s, t })));
  if (dated) rows.sort((a, b) => ((a.s * 31 + a.t * 17 + seed) % 101) - ((b.s * 31 + b.t * 17 + seed) % 101));
  const table = { columns: { v: rows.map(({ s, t }) => 1000 * s + t) }, id: rows.map(({ s }) => s) };
  return dated ? { ...table, date: rows.map(({ t }) => t * 86_400_000) } : table;
}

test("windows never cross series, and times within them follow each other", () => {
  fc.assert(
    fc.property(tables, ({ lengths, lookback, horizon, stride, dated, seed }) => {
      const table = tableOf(lengths, dated, seed);
      const windows = slidingWindows(table, { lookback, horizon, stride, targets: ["v"] });
      const { x, y } = windows.batch();
      const counts = lengths.map((n) => Math.floor((n - lookback - horizon) / stride) + 1);
      assert.equal(
        windows.length,
        counts.reduce((a, b) => a + b),
      );
      for (let i = 0; i < windows.length; i++) {
        const seen = Array.from(x.data.subarray(i * lookback, (i + 1) * lookback));
        const steps = [...seen, ...y.data.subarray(i * horizon, (i + 1) * horizon)];
        const { id, rows } = windows.place(i);
        assert.deepEqual(
          steps,
          steps.map((_, t) => steps[0]! + t),
        );
        assert.ok(steps.every((v) => Math.floor(v / 1000) === id));
        assert.deepEqual(
          Array.from(rows, (row) => table.columns["v"]![row]),
          steps,
        );
      }
    }),
  );
});

test("timeSplit: parts share no row, earlier parts are earlier, also when windows reach back for what they see", () => {
  fc.assert(
    fc.property(tables, ({ lengths, lookback, dated, seed }) => {
      const table = tableOf(
        lengths.map((n) => n + 20),
        dated,
        seed,
      );
      const windows = slidingWindows(table, { lookback, horizon: 1, targets: ["v"] });
      const shares = [0.6, 0.2, 0.2];
      const timesOf = (rows: Iterable<number>) => Array.from(rows, (row) => table.columns["v"]![row]! % 1000);
      const idOf = (row: number) => table.id![row];
      const parts = timeSplit(windows, shares).map((part) => part.rows());
      assert.equal(
        new Set(parts.flatMap((rows) => [...rows])).size,
        parts.reduce((n, rows) => n + rows.length, 0),
      );
      for (let k = 1; k < parts.length; k++) {
        // With dates for all series together, without for each by itself.
        for (const id of new Set(table.id)) {
          const [before, after] = [parts[k - 1]!, parts[k]!].map((rows) =>
            rows.filter((row) => dated || idOf(row) === id),
          );
          assert.ok(Math.max(...timesOf(before!)) < Math.min(...timesOf(after!)));
        }
      }
      const back = timeSplit(windows, shares, { reachBack: true });
      const answers = back.map((part) => Array.from(part.batch().y.data));
      assert.equal(answers.flat().length, windows.length, "no window is lost where the horizon is one step");
      assert.equal(new Set(answers.flat()).size, windows.length);
      const training = new Set(Array.from(back[0]!.rows(), (row) => table.columns["v"]![row]));
      for (const later of answers.slice(1))
        assert.ok(
          later.every((v) => !training.has(v)),
          "an answer was seen in training",
        );
    }),
  );
});

test("scalers fitted on the rows of the training part do not depend on what comes later", () => {
  const values = Array.from({ length: 50 }, (_, i) => Math.sin(i) * 10);
  const fitted = (v: number[]) => {
    const [train] = timeSplit(slidingWindows({ columns: { v } }, { lookback: 3, targets: ["v"] }), [0.7, 0.15, 0.15]);
    return standardScaler().fit(Array.from(train!.rows(), (row) => [v[row]!]));
  };
  const later = values.map((v, i) => (i < 35 ? v : v * 1e6));
  assert.deepEqual(fitted(later).toJSON(), fitted(values).toJSON());
  assert.notDeepEqual(fitted(values.map((v, i) => (i < 34 ? v : v * 1e6))).toJSON(), fitted(values).toJSON());
});

test("the same windows over scaled columns; windows hold no copy of the numbers", () => {
  const v = [1, 2, 3, 4];
  const windows = slidingWindows({ columns: { v } }, { lookback: 2, targets: ["v"] });
  const scaled = windows.withColumns({ v: v.map((x) => x * 10) });
  assert.deepEqual(scaled.batch([1]).x.toArray(), [[[20], [30]]]);
  v[1] = 7;
  assert.deepEqual(windows.batch([1]).x.toArray(), [[[7], [3]]]);
});

test("bad input to windows is named", () => {
  const columns = { close: [1, 2, 3], volume: [1, 2, 3] };
  const options = { lookback: 1, targets: ["close"] };
  const refused = (table: unknown, changed: object, message: RegExp) =>
    assert.throws(() => slidingWindows(table as SeriesTable, { ...options, ...changed }), message);
  refused(
    { columns, id: ["x", "x", "y"] },
    {},
    /slidingWindows: series "y" has 1 rows; lookback 1 and horizon 1 need at least 2/,
  );
  refused(
    { columns },
    { lookback: 60, horizon: 5 },
    /the series has 3 rows; lookback 60 and horizon 5 need at least 65/,
  );
  refused({ columns }, { targets: ["clsoe"] }, /there is no column "clsoe"; did you mean "close"/);
  refused({ columns }, { past: ["close"] }, /column "close" is named twice/);
  refused({ columns }, { targets: [] }, /targets must name a column/);
  refused({ columns }, { lookback: undefined }, /lookback must be a whole number of at least 1, got undefined/);
  refused({ columns }, { stride: 0 }, /stride must be a whole number of at least 1, got 0/);
  refused({ columns }, { hoziron: 2 }, /unknown option "hoziron"; did you mean "horizon"/);
  refused({ columns: { close: [1, 2], volume: [1] } }, {}, /"volume" must have 2 rows like "close", got 1/);
  refused({ columns, date: ["2024-01-01", "tomorrow", "2024-01-02"] }, {}, /date at row 1 must be a Date/);
  const twice = ["2024-01-02", "2024-01-01", "2024-01-02"];
  refused({ columns, date: twice }, {}, /the series has the date 2024-01-02T00:00:00\.000Z twice, at rows 0 and 2/);
  refused({ columns, id: ["x", null, "x"] }, {}, /id at row 1 must be a string or number, got null/);
  refused({}, {}, /expected \{ columns: \{ name: numbers \} \}/);
  const windows = slidingWindows({ columns }, options);
  assert.throws(() => windows.batch([2]), /index must be from 0 to 1, got 2/);
  assert.throws(() => windows.withColumns({ close: [1] }), /"close" must have 3 rows, got 1/);
  assert.throws(
    () => timeSplit(windows, [0.5, 0.5]),
    /timeSplit: part 1 \(share 0\.5\) holds no window; it needs at least 2 steps \(lookback 1 and horizon 1\)/,
  );
});
