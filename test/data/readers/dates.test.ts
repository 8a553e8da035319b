import assert from "node:assert/strict";
import { test } from "node:test";
import { csv, fails, typesOf } from "./support.js";

const day = Date.UTC(2024, 1, 29);
const time = Date.UTC(2024, 1, 29, 17, 5, 30, 250);
const half = Date.UTC(2024, 1, 29, 17, 5);

for (const [text, expected] of [
  ["2024-02-29", day],
  ["2024-02", Date.UTC(2024, 1, 1)],
  ["2024-02-29 17:05", half],
  ["2024-02-29T17:05:30.25", time],
  ["2024-02-29T17:05:30.250Z", time],
  ["2024-02-29T19:05:30.25+02:00", time],
  ["2024-02-29 12:35:30.25-0430", time],
  ["2024-02-29T24:00:00", day + 86400000],
  ["2024/2/29", day],
  ["29.02.2024", day],
  ["29.2.2024 17:05", half],
  ["2/29/2024 5:05 PM", half],
  ["29/02/2024", day],
  ["29-02-2024 17:05", half],
  ["Feb 29 2024", day],
  ["February 29, 2024", day],
  ["29-Feb-2024", day],
  ["0099-12-31", Date.parse("0099-12-31T00:00Z")],
] as const)
  test(`a date: ${text}`, async () => {
    const [column] = (await csv(`d|x\n${text}|1`, { delimiter: "|" })).columns;
    assert.deepEqual([column!.type, column!.values[0]], ["date", expected]);
  });

for (const text of [
  "2023-02-29",
  "2024-02-29 25:00",
  "2024-02-29 17:60",
  "2024-13-01",
  "31.11.2024",
  "Foo 29 2024",
  "2024-00-10",
])
  test(`no date: ${text}`, async () => {
    assert.equal(typesOf(await csv(`d|x\n${text}|1`, { delimiter: "|" })), "text,number");
  });

test("day and month are told apart over the whole column", async () => {
  const [column] = (await csv(`d,x\n${"01/02/2024,1\n".repeat(100000)}13/02/2024,2\n`)).columns;
  assert.equal(column!.values[0], Date.UTC(2024, 1, 1));
  const [american] = (await csv("d,x\n01/02/2024,1\n02/13/2024,2\n")).columns;
  assert.equal(american!.values[0], Date.UTC(2024, 0, 2));
  // The same day in both orders.
  assert.equal(typesOf(await csv("d,x\n03/03/2024,1\n")), "date,number");
});

test("where they cannot be told apart the caller must say it", async () => {
  const text = "d,x\n01/02/2024,1\n03/04/2024,2\n";
  await fails(
    csv(text),
    'readTable: t.csv: column "d" could be dates (MM/DD/YYYY) or dates (DD/MM/YYYY); give dateFormat, or types: { "d": "text" }',
  );
  const [column] = (await csv(text, { dateFormat: "DD/MM/YYYY" })).columns;
  assert.equal(column!.values[0], Date.UTC(2024, 1, 1));
  assert.equal(typesOf(await csv(text, { types: { d: "text" } })), "text,number");
});

test("eight digits are a number unless the caller says that they are a date", async () => {
  assert.equal(typesOf(await csv("d,x\n20240229,1")), "number,number");
  const options = { dateFormat: "YYYYMMDD", types: { d: "date" } } as const;
  assert.equal((await csv("d,x\n20240229,1", options)).columns[0]!.values[0], day);
});
