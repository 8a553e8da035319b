import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { columnOf, numbersOf, readTable, readTableChunks, type ReadOptions } from "../../../src/data/index.js";
import { blocks, bytes, csv, fails, packed, plain } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-readers-"));
after(() => rmSync(folder, { recursive: true }));

async function drain(text: string, options: ReadOptions = {}): Promise<void> {
  for await (const chunk of readTableChunks(blocks(bytes(text), 4096), { name: "t.csv", ...options }))
    assert.ok(chunk.length > 0);
}

test("files: by path and by URL, missing, a folder, without an ending", async () => {
  const path = join(folder, "a.csv");
  writeFileSync(path, "x,y\n1,a\n");
  assert.deepEqual(plain(await readTable(path)), { x: [1], y: ["a"] });
  assert.deepEqual(plain(await readTable(pathToFileURL(path))), { x: [1], y: ["a"] });
  const none = join(folder, "none.csv");
  await fails(readTable(none), `readTable: cannot read ${none}: there is no such file`);
  await fails(
    readTable(join(folder, "none.parquet")),
    `readTable: cannot read ${join(folder, "none.parquet")}: there is no such file`,
  );
  await fails(readTable(folder, { format: "csv" }), `readTable: ${folder} is a folder; expected a file`);
  await fails(
    readTable(join(folder, "data.xls")),
    'readTable: cannot tell the format of "data.xls" by its ending; give format: one of csv, tsv, jsonl, json, parquet, arrow',
  );
  await fails(
    readTable(7 as unknown as string, { format: "csv" }),
    "readTable: expected a path, file: URL, Blob, bytes, table or rows, got 7",
  );
});

test("empty, and a header alone", async () => {
  for (const text of ["", "\n\n", "﻿"]) await fails(csv(text), "readTable: t.csv is empty");
  await fails(csv("a,b\n"), "readTable: t.csv has no rows below its header");
  await fails(drain("a,b\n"), "readTableChunks: t.csv has no rows below its header");
});

test("ragged records, with their line", async () => {
  await fails(csv("a,b\n1,2\n\n3\n"), "readTable: t.csv, line 4: expected 2 fields, got 1");
  await fails(csv('a,b\n"x\ny",2\n3,4,5\n'), "readTable: t.csv, line 4: expected 2 fields, got 3");
});

test("names that come twice", async () => {
  await fails(csv("a,b,a\n1,2,3"), 'readTable: t.csv: two columns have the name "a"; rename one');
});

test("quotes that are not closed or stand where they may not", async () => {
  const hint = 'a " is written "" within quotes (RFC 4180); where it is a character like others, give quote: false';
  await fails(csv('a,b\n1,2\n"x,2\n'), `readTable: t.csv, line 3: quote not closed; ${hint}`);
  await fails(csv('a,b\n1,2\nx "y",2\n'), `readTable: t.csv, line 3: invalid opening quote; ${hint}`);
});

test("a truncated gzip file", async () => {
  const whole = packed(`a,b\n${Array.from({ length: 5000 }, (_, i) => `${i},${(i * 7919) % 1009}`).join("\n")}`);
  for (const source of [whole.subarray(0, whole.length - 500), blocks(whole.subarray(0, 40), 7)])
    await assert.rejects(readTable(source, { name: "t.csv.gz" }), (error: Error) => {
      assert.match(error.message, /^readTable: t\.csv\.gz is a broken or truncated gzip file: /);
      return true;
    });
});

test("a stream that breaks gives its own error", async () => {
  async function* broken() {
    yield packed("a,b\n1,2\n").subarray(0, 15);
    await Promise.reject(new Error("the line is dead"));
  }
  await assert.rejects(readTable(broken(), { name: "t.csv" }), /the line is dead/);
});

test("text where numbers are expected, with line and column", async () => {
  await fails(
    csv("a,b\n1,2\nx,3\n", { types: { a: "number" } }),
    'readTable: t.csv, line 3, column "a": expected numbers, got "x"',
  );
  const table = await csv("a,b\n1,2\n\nx,3\n");
  assert.throws(() => numbersOf("forecast", table, "a"), /column "a" must hold numbers, got "x" \(t\.csv, line 4\)/);
  const hex = await csv("a,b\n1,2\n0x10,3\n");
  assert.throws(() => numbersOf("forecast", hex, "a"), /column "a" must hold numbers, got "0x10" \(t\.csv, line 3\)/);
  assert.throws(() => columnOf("forecast", table, "c"), /t\.csv has no column "c"/);
});

test("in chunks a cell that contradicts the first ones is refused, and the way out is named", async () => {
  const text = `a,b\n${"1,2\n".repeat(4000)}x,3\n`;
  await fails(
    drain(text),
    'readTableChunks: t.csv, line 4002, column "a": expected numbers, got "x"; if they are texts, give types: { "a": "text" }',
  );
  await drain(text, { types: { a: "text" } });
});

test("options that nobody knows", async () => {
  await fails(
    csv("a,b\n1,2", { delimeter: ";" } as ReadOptions),
    'readTable: unknown option "delimeter"; did you mean "delimiter"?',
  );
  await fails(csv("a,b\n1,2", { types: { c: "text" } }), 'readTable: t.csv has no column "c"; did you mean "a"?');
  await fails(
    csv("a,b\n1,2", { dateFormat: "DDMMYY" }),
    'readTable: dateFormat must be one of iso, YYYY/MM/DD, YYYY.MM.DD, YYYYMMDD, DD.MM.YYYY, MM/DD/YYYY, DD/MM/YYYY, MM-DD-YYYY, DD-MM-YYYY, MMM D YYYY, D MMM YYYY, got "DDMMYY"',
  );
});
