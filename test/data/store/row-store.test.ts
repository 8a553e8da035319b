import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  RowStore,
  slidingWindows,
  standardScaler,
  storeWindows,
  type RowStoreOptions,
} from "../../../src/data/index.js";
import { tensor } from "../../../src/tensor/make.js";
import { Random } from "../../../src/util/random.js";
import { blocks, bytes, fails } from "../readers/support.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-store-"));
after(() => rmSync(folder, { recursive: true }));

const N = 500;
const random = new Random(1);
const columns = Object.fromEntries(
  ["a", "b", "c"].map((name) => [name, Float32Array.from({ length: N }, () => random.uniform())]),
);
const day = (i: number) => new Date(i * 86400000).toISOString().slice(0, 10);
const text = `day,a,b,c,note\n${Array.from({ length: N }, (_, i) => {
  return `${day(i)},${columns["a"]![i]},${columns["b"]![i]},${columns["c"]![i]},n${i}\n`;
}).join("")}`;

const make = (source: string, options: RowStoreOptions = {}) =>
  RowStore.create(blocks(bytes(source), 1000), { folder, ...options, read: { name: "t.csv", chunkRows: 64 } });

test("rows are read by place; dates and texts are not among them; the file goes with the store", async () => {
  const store = await make(text, { date: "day" });
  assert.deepEqual([store.length, store.columns, store.missing], [N, ["a", "b", "c"], [0, 0, 0]]);
  const rows = store.read(100, 3);
  for (let i = 0; i < 9; i++) assert.equal(rows[i], columns["abc"[i % 3]!]![100 + Math.floor(i / 3)]);
  assert.deepEqual([...store.dates(N - 2, 2)], [(N - 2) * 86400000, (N - 1) * 86400000]);
  assert.throws(() => store.read(N - 1, 2), /^SluiceError: RowStore\.read: rows 499 to 500 of 500$/);
  assert.equal(readdirSync(folder).length, 2);
  store.close();
  assert.deepEqual(readdirSync(folder), []);
});

test("windows are those of slidingWindows, in the same order, shuffled alike", async () => {
  const store = await make(text, { columns: ["c", "b", "a"] });
  for (const options of [
    { lookback: 5, targets: ["a"] },
    { lookback: 7, horizon: 3, stride: 4, targets: ["b", "a"], past: ["c"] },
    { lookback: 4, horizon: 2, targets: ["b"], future: ["c", "a"] },
  ]) {
    const inMemory = slidingWindows({ columns }, options);
    const onDisk = storeWindows(store, options);
    assert.deepEqual([onDisk.length, onDisk.features], [inMemory.length, inMemory.features]);
    for (const how of [{ batchSize: 50 }, { batchSize: 33, seed: 3 }]) {
      const [expected, came] = [inMemory.batches(how), onDisk.batches(how)];
      for (const _turn of [1, 2]) assert.deepEqual(plain(came), plain(expected));
    }
  }
  store.close();
});

function plain(batches: Iterable<{ x: unknown; y: { toArray(): unknown } }>): unknown[] {
  const list = (x: unknown): unknown => (Array.isArray(x) ? x.map(list) : (x as { toArray(): unknown }).toArray());
  return [...batches].map(({ x, y }) => [list(x), y.toArray()]);
}

test("windows lie within the rows that are asked for, and are scaled", async () => {
  const store = await make(text);
  const scaler = standardScaler().fit(tensor(store.read(0, 300), [300, 3]));
  const windows = storeWindows(store, { lookback: 5, horizon: 2, targets: ["b"], past: ["c"], rows: [300, N], scaler });
  assert.equal(windows.length, 200 - 7 + 1);
  const { x, y, future } = windows.batch([windows.length - 1]);
  assert.equal(future, null);
  const scaled = (name: string, j: number, row: number) => {
    const [shift, scale] = [scaler.inverse([[0, 0, 0]])[0]![j]!, scaler.inverse([[1, 1, 1]])[0]![j]!];
    return (columns[name]![row]! - shift) / (scale - shift);
  };
  assert.ok(Math.abs(y.data[1]! - scaled("b", 1, N - 1)) < 1e-6);
  assert.ok(Math.abs(x.data[0]! - scaled("b", 1, N - 7)) < 1e-6);
  assert.ok(Math.abs(x.data[1]! - scaled("c", 2, N - 7)) < 1e-6);
  store.close();
});

test("missing values stay, or are those of the row before, across chunks too", async () => {
  const gaps = `x,y\n${Array.from({ length: 130 }, (_, i) => `${i === 0 || (i > 60 && i < 70) ? "" : i},${i}\n`).join("")}`;
  const kept = await make(gaps);
  assert.deepEqual(kept.missing, [10, 0]);
  assert.throws(
    () => storeWindows(kept, { lookback: 2, targets: ["x"] }),
    /column "x" has 10 missing values; make the store with fill: "forward", or fill them before$/,
  );
  assert.equal(storeWindows(kept, { lookback: 2, targets: ["y"] }).length, 128);
  kept.close();
  const filled = await make(gaps, { fill: "forward" });
  assert.deepEqual(filled.missing, [1, 0]);
  assert.deepEqual(
    [...filled.read(60, 11)].filter((_, i) => i % 2 === 0),
    [...Array(10).fill(60), 70],
  );
  filled.close();
});

test("refused: dates out of order, with their line; unknown columns; texts; too few rows", async () => {
  const swapped = text.replace(`\n${day(200)},`, `\n${day(100)},`);
  await fails(
    make(swapped, { date: "day" }),
    `RowStore.create: t.csv, line 202, column "day": expected a date after ${day(199)}T00:00:00.000Z, got ${day(100)}T00:00:00.000Z`,
  );
  await assert.rejects(
    make(text.replace(`\n${day(9)},`, "\n,"), { date: "day" }),
    /line 11, column "day": .* got no date$/,
  );
  await assert.rejects(make(text, { columns: ["aa"] }), /has no column "aa"; did you mean "a"\?/);
  await assert.rejects(make(text, { date: "dya" }), /t\.csv has no column "dya"; did you mean "day"\?/);
  await assert.rejects(
    make(text, { columns: ["note"] }),
    /column "note" must hold numbers, got "n0" \(t\.csv, line 2\)$/,
  );
  await assert.rejects(make("t\na\n"), /t\.csv has no column of numbers$/);
  await assert.rejects(make(text.replace(",n300", "")), /line 302: expected 5 fields, got 4$/);
  assert.deepEqual(readdirSync(folder), [], "no file is left behind");
  const store = await make(text);
  assert.throws(
    () => storeWindows(store, { lookback: 500, targets: ["a"] }),
    /there are 500 rows; lookback 500 and horizon 1 need at least 501$/,
  );
  assert.throws(() => storeWindows(store, { lookback: 5, targets: ["d"] }), /there is no column "d"/);
  assert.throws(() => storeWindows(store, { lookback: 5, targets: ["a"], past: ["a"] }), /named twice/);
  assert.throws(() => store.dates(0, 1), /made without date/);
  store.close();
});

test("a folder that is not there is named", async () => {
  const none = join(folder, "none");
  await assert.rejects(make(text, { folder: none }), new RegExp(`cannot make a file in ${none}: ENOENT`));
});
