import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readTable, readTableChunks, tableOf } from "../../../src/data/index.js";
import { blocks, bytes, fails, packed, plain, typesOf } from "./support.js";

const lines = (text: string) => readTable(bytes(text), { name: "t.jsonl" });

test("JSON lines: names in order of appearance, missing where a line has none", async () => {
  const table = await lines('{"a": 1, "d": "2024-02-29"}\n\n{"b": "x", "a": null}\n{"a": true, "d": null, "b": "2"}');
  assert.equal(typesOf(table), "number,date,text");
  assert.deepEqual(plain(table), { a: [1, null, 1], d: [Date.UTC(2024, 1, 29), null, null], b: [null, "x", "2"] });
  assert.equal(table.placeOf(1), "line 3");
});

test("a list of objects, and lines from packed streams", async () => {
  const rows = Array.from({ length: 9000 }, (_, i) => ({ i, t: `t${i % 7}`, ...(i > 8500 ? { late: i } : {}) }));
  const text = rows.map((row) => JSON.stringify(row)).join("\n");
  const expected = plain(tableOf(rows));
  assert.equal(expected["late"]![0], null);
  assert.deepEqual(plain(await readTable(bytes(JSON.stringify(rows)), { name: "t.json" })), expected);
  assert.deepEqual(plain(await readTable(blocks(packed(text), 999), { name: "t.ndjson.gz" })), expected);
});

test("lines come in chunks from a stream that is read once", async () => {
  const text = Array.from({ length: 20000 }, (_, i) => `{"i": ${i}}\n`).join("");
  const came: number[] = [];
  for await (const chunk of readTableChunks(blocks(bytes(text), 1000), { name: "t.jsonl", chunkRows: 3000 }))
    came.push(...(chunk.columns[0]!.values as Float64Array));
  assert.deepEqual(
    came,
    Array.from({ length: 20000 }, (_, i) => i),
  );
});

test("a name that appears late is refused in chunks", async () => {
  const text = `${'{"a": 1}\n'.repeat(9000)}{"a": 1, "b": 2}\n`;
  const read = async () => {
    for await (const chunk of readTableChunks(bytes(text), { name: "t.jsonl" })) assert.ok(chunk.length > 0);
  };
  await fails(
    read(),
    'readTableChunks: t.jsonl, line 9001: column "b" is not in the first rows; read the file whole, or name it in each row',
  );
});

test("rows: numbers, texts, Dates and booleans come back", () => {
  const cell = {
    n: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    t: fc.option(fc.string({ minLength: 1 }).map((text) => `t${text}`)),
    d: fc.option(fc.date({ noInvalidDate: true })),
  };
  fc.assert(
    fc.property(fc.array(fc.record(cell), { minLength: 1 }), (rows) => {
      const table = tableOf(rows, { types: { n: "number", t: "text", d: "date" } });
      const back = rows.map(({ n, t, d }) => ({ n, t, d: d === null ? null : d.getTime() }));
      assert.deepEqual(plain(table), {
        n: back.map(({ n }) => n),
        t: back.map(({ t }) => t),
        d: back.map(({ d }) => d),
      });
    }),
  );
  assert.deepEqual(
    plain(
      tableOf([
        { b: true, x: NaN, i: 5n },
        { b: false, x: 1, i: undefined },
      ]),
    ),
    {
      b: [1, 0],
      x: [null, 1],
      i: [5, null],
    },
  );
  assert.deepEqual(
    plain(
      tableOf(
        [
          { x: -9999, y: "-9999" },
          { x: 1, y: "a" },
        ],
        { missing: ["-9999"] },
      ),
    ),
    {
      x: [null, 1],
      y: [null, "a"],
    },
  );
});

test("broken lines are named", async () => {
  await assert.rejects(lines('{"a": 1}\n{"a": \n'), /^SluiceError: readTable: t.jsonl, line 2: /);
  await fails(lines('{"a": 1}\n[1]\n'), 'readTable: t.jsonl, line 2: expected an object such as {"a": 1}, got [1]');
  await fails(
    lines('{"a": 1}\n{"a": "x"}\n'),
    'readTable: t.jsonl, line 2, column "a": expected numbers, got "x"; if they are texts, give types: { "a": "text" }',
  );
  await assert.rejects(
    lines('{"a": {"b": 1}}'),
    /column "a": expected numbers, got \{ b \}; lists and objects cannot be read/,
  );
  await fails(
    readTable(bytes('{"a": 1}'), { name: "t.json" }),
    "readTable: t.json must hold a list of objects, got { a }",
  );
  await fails(readTable([]), "readTable: rows has no rows below its header");
});

test("types can be said", async () => {
  const table = tableOf([{ a: 1 }, { a: "x" }, { a: false }], { types: { a: "text" } });
  assert.deepEqual(plain(table), { a: ["1", "x", "false"] });
  assert.throws(
    () => tableOf([{ a: 1 }], { types: { b: "text" } }),
    /^SluiceError: tableOf: rows has no column "b"; did you mean "a"\?/,
  );
});
