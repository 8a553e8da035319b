import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readTable, readTableChunks } from "../../../src/data/index.js";
import { blocks, bytes, csv, fails, packed, plain, typesOf } from "./support.js";

test("columns have names and types, and rows their lines", async () => {
  const table = await csv("day,x,kind\n2024-02-28,1.5,a\n\n2024-02-29,,b\r\n2024-03-01,-2e3,\n");
  assert.deepEqual(plain(table), {
    day: [Date.UTC(2024, 1, 28), Date.UTC(2024, 1, 29), Date.UTC(2024, 2, 1)],
    x: [1.5, null, -2000],
    kind: ["a", "b", null],
  });
  assert.equal(table.source, "t.csv");
  assert.deepEqual([0, 1, 2].map(table.placeOf), ["line 2", "line 4", "line 5"]);
});

test("quotes enclose delimiters, line breaks and quotes; lines are counted through them", async () => {
  const table = await csv('a,b\n"x, ""y""\nz",1\n"",2\nw,3');
  assert.deepEqual(plain(table), { a: ['x, "y"\nz', null, "w"], b: [1, 2, 3] });
  assert.deepEqual([0, 1, 2].map(table.placeOf), ["line 2", "line 4", "line 5"]);
});

for (const [name, text] of [
  ["semicolons", "a;b\n1,5;2\n2;3"],
  ["tabs", "a\tb\n1.5\t2\n2\t3"],
  ["bars", "a|b\n1.5|2\n2|3"],
  ["commas, old Macintosh breaks", "a,b\r1.5,2\r2,3\r"],
] as const)
  test(`the delimiter is found: ${name}`, async () => {
    assert.deepEqual(plain(await csv(text)), { a: [1.5, 2], b: [2, 3] });
  });

test("a first record with a number or a date is no header, unless the caller says so", async () => {
  assert.deepEqual(plain(await csv("1,a\n2,b")), { c1: [1, 2], c2: ["a", "b"] });
  assert.deepEqual(plain(await csv("1,a\n2,b", { header: true })), { "1": [2], a: ["b"] });
  assert.deepEqual(plain(await csv("x,y\n2,b", { header: false })), { c1: ["x", "2"], c2: ["y", "b"] });
  assert.deepEqual(plain(await csv(",Open\n2020-01-01,1")), { "column 1": [Date.UTC(2020, 0, 1)], Open: [1] });
});

test("a byte-order mark is no part of the first name; gzip is unpacked; streams come in any pieces", async () => {
  const text = "﻿name,x\n雪,1\n";
  const expected = { name: ["雪"], x: [1] };
  assert.deepEqual(plain(await csv(text)), expected);
  assert.deepEqual(plain(await readTable(packed(text), { name: "t.csv.gz" })), expected);
  for (const size of [1, 2, 7])
    assert.deepEqual(plain(await readTable(blocks(packed(text), size), { name: "t.csv" })), expected);
});

test("marks of missing values stand for none among numbers and dates, and are texts among texts", async () => {
  const table = await csv("x,d,t\n1,2024-01-01,a?\nNA,N/A,NA\n?,,null\nNaN,null,\n");
  assert.equal(typesOf(table), "number,date,text");
  assert.deepEqual(plain(table), {
    x: [1, null, null, null],
    d: [Date.UTC(2024, 0, 1), null, null, null],
    t: ["a?", "NA", "null", null],
  });
  assert.deepEqual(plain(await csv("x,t\n1,a\n-9,-9\n", { missing: ["-9"] })), { x: [1, null], t: ["a", null] });
});

test("a column whose last cell contradicts the others is read again", async () => {
  const rows = Array.from({ length: 120000 }, (_, i) => `${i},${i}.50,2024-01-01`);
  const table = await csv(`a,b,c\n${rows.join("\n")}\n7,x,soon\n`);
  assert.equal(typesOf(table), "number,text,text");
  const { a, b, c } = plain(table);
  assert.deepEqual([a![0], b![1], c![1], a!.at(-1), b!.at(-1), c!.at(-1)], [0, "1.50", "2024-01-01", 7, "x", "soon"]);
  const stream = await readTable(blocks(bytes(`a\n${rows.join("\n").replaceAll(/,[^\n]*/g, "")}\nx\n`), 65536), {
    name: "s.csv",
  });
  assert.deepEqual([stream.columns[0]!.type, stream.columns[0]!.values[5]], ["text", "5"]);
});

test("tables of any texts come back from CSV, whatever the delimiter and the breaks", async () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "雪", " ", ",", ";", "\t", '"', "\n", "\r\n", "é", "0") });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(",", ";", "\t", "|") as fc.Arbitrary<"," | ";" | "\t" | "|">,
      fc.constantFrom("\n", "\r\n"),
      fc.integer({ min: 1, max: 40 }),
      async (rows, delimiter, end, size) => {
        const quoted = (text: string) => (/[",;\t|\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
        const text = [["x", "y", "z"], ...rows].map((row) => row.map(quoted).join(delimiter) + end).join("");
        const types = { x: "text", y: "text", z: "text" } as const;
        const options = { name: "t.csv", delimiter, header: true, quote: true, types };
        const table = await readTable(blocks(bytes(text), size), options);
        const expected = rows.map((row) => row.map((one) => (one === "" ? null : one)));
        const came = rows.map((_, i) => table.columns.map(({ values }) => values[i]));
        assert.deepEqual(came, expected);
      },
    ),
    { numRuns: 200 },
  );
});

test("numbers are the doubles nearest to their texts, as JavaScript's own are", async () => {
  const texts = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.tuple(fc.integer(), fc.nat()).map(([a, b]) => `${a}.${b}`),
    fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.integer({ min: -40, max: 40 })).map(([a, e]) => `+${a}e${e}`),
    fc.constantFrom("-0", ".5", "5.", "-.25", "007", " 1 ", "9007199254740993", "0.1000000000000000055"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { minLength: 1 }), async (all) => {
      const [column] = (await csv(`x,y\n${all.map((one) => `${one},a`).join("\n")}`)).columns;
      assert.equal(column!.type, "number");
      assert.deepEqual([...column!.values], all.map(Number));
    }),
  );
});

test("what only JavaScript takes for a number is text", async () => {
  for (const text of ["0x1f", "Infinity", "1,234", "1_000", "--1", "1e", ".", "+", "12 3", "1e999"])
    assert.equal((await csv(`x|y\n1|a\n${text}|b`, { delimiter: "|" })).columns[0]!.type, "text", text);
});

test("decimal commas are read where semicolons separate, and never beside decimal points", async () => {
  assert.deepEqual(plain(await csv("a;b;c\n1,5;2;x\n-0,25;3;y")), { a: [1.5, -0.25], b: [2, 3], c: ["x", "y"] });
  assert.equal(typesOf(await csv("a;b\n1,5;2\n", { decimal: "." })), "text,number");
  await fails(
    csv("a;b\n1,5;1.234\n"),
    'readTable: t.csv: column "a" has decimal commas and column "b" decimal points; give decimal, and types for the column that is text',
  );
});

test("in files separated by tabs a quote within a text is a character, unless all of them enclose fields", async () => {
  const options = { name: "t.tsv" };
  assert.deepEqual(plain(await readTable(bytes('a\tb\n"x" said\t1\n'), options)), { a: ['"x" said'], b: [1] });
  assert.deepEqual(plain(await readTable(bytes('a\tb\n"x\ty"\t1\n'), options)), { a: ["x\ty"], b: [1] });
  assert.deepEqual(plain(await csv('a,b\nx "y",1', { quote: false })), { a: ['x "y"'], b: [1] });
});

test("columns can be chosen, and their types said", async () => {
  const text = "a,b,c\n1,2,x\n3,4,y";
  assert.deepEqual(plain(await csv(text, { columns: ["c", "a"], types: { a: "text" } })), {
    a: ["1", "3"],
    c: ["x", "y"],
  });
  await fails(csv(text, { columns: ["aa"] }), 'readTable: t.csv has no column "aa"; did you mean "a"?');
});

test("chunks have the same rows as the whole, whatever the blocks", async () => {
  const text = `x,t\n${Array.from({ length: 1000 }, (_, i) => `${i},${i % 3 === 0 ? `"a,\n${i}"` : `b${i}`}\n`).join("")}`;
  const whole = await csv(text);
  for (const source of [bytes(text), blocks(bytes(text), 997), new Blob([text])]) {
    const [x, t, places]: unknown[][] = [[], [], []];
    for await (const chunk of readTableChunks(source, { name: "t.csv", chunkRows: 64 })) {
      assert.ok(chunk.length <= 64);
      x!.push(...chunk.columns[0]!.values);
      t!.push(...chunk.columns[1]!.values);
      for (let row = 0; row < chunk.length; row++) places!.push(chunk.placeOf(row));
    }
    assert.deepEqual(
      [x, t],
      whole.columns.map(({ values }) => [...values]),
    );
    assert.deepEqual(
      places,
      Array.from({ length: 1000 }, (_, row) => whole.placeOf(row)),
    );
  }
});
