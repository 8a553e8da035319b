/** Series by themselves: their rows come back from the store as they were, to the last bit; who belongs to whom, and what they are called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { columnsOf, packTable, unpackTable } from "../../src/distributed/series/pack.js";
import { batchesOf, rowsOf, splitSource } from "../../src/distributed/series/split.js";
import { tableOf, type Column, type Table } from "../../src/data/index.js";
import { forecastOptions } from "../../src/tasks/forecast/options.js";

const LATEST = 8.64e15;
const number = fc.oneof(fc.double(), fc.constantFrom(-0, 0, 5e-324, -1.7976931348623157e308, Number.NaN, 0.1 + 0.2));
const date = fc.oneof(fc.integer({ min: -LATEST, max: LATEST }), fc.constantFrom(Number.NaN, 0, -1, -LATEST, LATEST));
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(null, "", "NA", "null", "1.50", "2024-01-01", "\0", "é", "門市一", "a\nb"),
);

function column(name: string, length: number): fc.Arbitrary<Column> {
  const list = <T>(values: fc.Arbitrary<T>) => fc.array(values, { minLength: length, maxLength: length });
  return fc.oneof(
    list(number).map((values): Column => ({ name, type: "number", values: Float64Array.from(values) })),
    list(date).map((values): Column => ({ name, type: "date", values: Float64Array.from(values) })),
    list(text).map((values): Column => ({ name, type: "text", values })),
  );
}

const tables: fc.Arbitrary<Table> = fc
  .tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.uniqueArray(fc.constantFrom("y", "date", "store", "a b", "é", "", "1", "0", "place", "__proto__"), {
      minLength: 1,
    }),
  )
  .chain(([length, names]) =>
    fc
      .tuple(...names.map((name) => column(name, length)))
      .map((columns) => ({ source: "rows", length, columns, placeOf: (row: number) => `line ${2 * row + 7}` })),
  );

test("rows come back from the store to the last bit, whatever they look like", async () => {
  await fc.assert(
    fc.asyncProperty(tables, async (table) => {
      const back = await unpackTable(await packTable("test", table), "sales.csv", columnsOf(table));
      assert.equal(back.length, table.length);
      assert.deepEqual(back.columns.map(({ name, type }) => [name, type]), table.columns.map(({ name, type }) => [name, type])); // prettier-ignore
      for (const [c, { values }] of table.columns.entries())
        for (let row = 0; row < table.length; row++) assert.ok(Object.is(back.columns[c]!.values[row], values[row]));
      for (let row = 0; row < table.length; row++) assert.equal(back.placeOf(row), table.placeOf(row));
    }),
    { numRuns: 200 },
  );
});

test("half a character is refused, not replaced", async () => {
  const table = tableOf([{ store: "a" }, { store: "\ud800" }]);
  await assert.rejects(packTable("test", table), /test: column "store" holds half a character .*row 2\)/);
});

const options = forecastOptions.parse({ target: "y", id: "store" });

test("a table is split by id, in the order of first appearance, each row to its own", async () => {
  const table = tableOf([
    { store: "b", y: 1, other: "x" },
    { store: "a", y: 2, other: "x" },
    { store: "b", y: 3, other: "x" },
  ]);
  const split = await splitSource(table, options);
  assert.deepEqual(split.series.map(({ id, rows }) => [id, [...rows]]), [["b", [0, 2]], ["a", [1]]]); // prettier-ignore
  assert.deepEqual(split.table.columns.map(({ name }) => name), ["store", "y"], "columns that play no part stay behind"); // prettier-ignore
  assert.deepEqual([...rowsOf(split.table, split.series).columns[1]!.values], [1, 3, 2]);
});

test("name and seed of a series depend on the seed and its id alone", async () => {
  const rows = (ids: readonly string[]) => tableOf(ids.map((store) => ({ store, y: 1 })));
  const known = async (ids: readonly string[], seed = 1) => {
    const { series } = await splitSource(rows(ids), { ...options, seed });
    return new Map(series.map(({ id, name, seed: own }) => [id, { name, own }]));
  };
  const one = await known(["a/b", "a b", "A b", "..", "店"]);
  const other = await known(["x", "店", "..", "A b", "a b", "a/b"]);
  for (const [id, found] of one) assert.deepEqual(other.get(id), found);
  const names = [...one.values()].map(({ name }) => name);
  assert.equal(new Set(names.map((name) => name.toLowerCase())).size, 5, "also where upper and lower case are one");
  assert.ok(names.every((name) => /^[\w-]+$/.test(name)));
  assert.notEqual((await known(["a b"], 2)).get("a b")!.own, one.get("a b")!.own);
});

test("a row without an id is told with its place", async () => {
  await assert.rejects(
    splitSource(tableOf([{ store: "a", y: 1 }, { store: null, y: 2 }]), options), // prettier-ignore
    /series: column "store" must say which series a row belongs to, got nothing \(rows, row 2\)/,
  );
});

test("batches hold every series once, in order, within their limits, whatever the number", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 300 }),
      fc.integer({ min: 1, max: 6 }),
      (lengths, columns) => {
        const series = lengths.map((length) => ({ rows: { length } as Int32Array }));
        const batches = batchesOf(series, columns);
        assert.deepEqual(batches.flat(), series);
        for (const batch of batches) {
          const numbers = batch.reduce((sum, { rows }) => sum + rows.length * columns, 0);
          assert.ok(batch.length === 1 || (numbers <= 1 << 17 && batch.length <= 32));
        }
        if (series.length <= 64) assert.equal(batches.length, series.length, "of few series each is a job");
      },
    ),
  );
});
