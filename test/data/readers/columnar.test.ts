import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readTable, readTableChunks } from "../../../src/data/index.js";
import { blocks, fails, plain, typesOf } from "./support.js";

/** Written by pandas and pyarrow (scripts/oracles/pyarrow_tables.py), which also say what is in them. */
const FOLDER = "test/fixtures/tables";
const { columns } = JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8")) as {
  columns: Record<string, (number | string | null)[]>;
};
const file = (name: string) => join(FOLDER, name);

for (const name of [
  "snappy.parquet",
  "gzip.parquet",
  "zstd.parquet",
  "lz4.parquet",
  "plain-v2.parquet",
  "pandas.parquet",
  "lz4.feather",
  "zstd.feather",
  "file.arrow",
  "stream.ipc",
])
  test(`${name} holds what pyarrow says`, async () => {
    const table = await readTable(file(name));
    assert.equal(typesOf(table), "date,date,number,number,number,number,number,text,text,number");
    assert.equal(table.placeOf(2), "row 3");
    for (const [column, values] of Object.entries(plain(table)))
      for (const [row, value] of values.entries()) {
        const expected = columns[column]![row]!;
        const near = typeof value === "number" && expected !== null && Math.abs(value - Number(expected)) < 1e-9;
        assert.ok(value === expected || near, `${column}, row ${row}: ${String(value)}, expected ${String(expected)}`);
      }
  });

test("a row group or a record batch is a chunk; bytes, Blobs, streams and gzip are read as files are", async () => {
  const bytes = new Uint8Array(readFileSync(file("snappy.parquet")));
  const whole = plain(await readTable(file("snappy.parquet")));
  for (const source of [bytes, new Blob([bytes]), blocks(bytes, 1000), new Uint8Array(gzipSync(bytes))])
    assert.deepEqual(plain(await readTable(source, { format: "parquet" })), whole);
  for (const name of ["snappy.parquet", "lz4.feather"]) {
    const places: string[] = [];
    for await (const chunk of readTableChunks(file(name), { columns: ["value", "note"] })) {
      assert.deepEqual(
        chunk.columns.map((column) => column.name),
        ["value", "note"],
      );
      places.push(`${chunk.length} from ${chunk.placeOf(0)}`);
    }
    assert.deepEqual(places, ["40 from row 1", "40 from row 41", "10 from row 81"]);
  }
});

test("columns of lists can only be left out", async () => {
  assert.deepEqual(plain(await readTable(file("list.parquet"), { columns: ["a"] })), { a: [1, 2] });
  await fails(
    readTable(file("list.parquet")),
    'readTable: list.parquet, row 1, column "list": expected numbers, got [1]; lists and objects cannot be read: name the columns that are wanted in columns',
  );
});

for (const name of ["snappy.parquet", "lz4.feather", "stream.ipc"])
  test(`a truncated ${name} and one of other bytes are refused`, async () => {
    const bytes = new Uint8Array(readFileSync(file(name)));
    const options = { name };
    const what = name.endsWith("parquet") ? "Parquet" : "Arrow";
    for (const cut of [bytes.subarray(0, bytes.length - 4000), bytes.subarray(0, 100), Uint8Array.of(97, 44, 98, 10)])
      await assert.rejects(readTable(cut, options), (error: Error) => {
        assert.ok(error.message.startsWith(`readTable: ${name} is no whole ${what} file: `), error.message);
        return true;
      });
    await fails(readTable(new Uint8Array(0), options), `readTable: ${name} is empty`);
  });

test("a column that a Parquet file lacks is named", async () => {
  await fails(
    readTable(file("snappy.parquet"), { columns: ["valeu"] }),
    'readTable: snappy.parquet has no column "valeu"; did you mean "value"?',
  );
});
