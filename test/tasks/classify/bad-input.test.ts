/** What a user may give by mistake: one clear message each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataSource } from "../../../src/data/index.js";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import { prepare, reviews, SMALL } from "./support.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const TEXT = { text: "text" };

const cases: [what: string, source: () => DataSource, options: object, message: RegExp][] = [
  ["unknown column", () => reviews(20), { text: "txet" }, /has no column "txet"; did you mean "text"\?/],
  ["unknown label", () => reviews(20), { ...TEXT, label: "lable" }, /has no column "lable"; did you mean "label"\?/],
  ["no rows", () => [], TEXT, /rows has no rows|no rows/],
  ["one class", () => reviews(20).map((row) => ({ ...row, label: "good" })), TEXT, /all 20 samples of rows have the label "good"; at least two classes/],
  ["empty texts", () => reviews(20).map((row) => ({ ...row, text: " " })), TEXT, /rows has nothing to learn from/],
  ["a rare class", () => [...reviews(20), { text: "a film", label: "rare" }], TEXT, /label "rare" has 1 of the 3 samples that training, validation and test need at least \(rows, row 21\)/],
  ["the label as text", () => reviews(20), { text: "label" }, /text and label are both the column "label"/],
  ["no part left", () => reviews(20), { ...TEXT, validation: 0.5, test: 0.5 }, /validation 0.5 and test 0.5 leave nothing to train on/],
  ["a number out of its range", () => reviews(20), { ...TEXT, epochs: 0 }, /option epochs: must be at least 1, got 0/],
  ["no whole number", () => reviews(20), { ...TEXT, epochs: 1.5 }, /option epochs: expected a whole number, got 1.5/],
  ["nothing said", () => reviews(20), {}, /what is to be classified\? Give text: the column of texts; id/],
  ["too much said", () => reviews(20), { ...TEXT, wide: true }, /give one of text, id, wide, audio and inputs/],
  ["no word twice", () => reviews(20), { ...TEXT, minCount: 99 }, /no word comes 99 times in the training part/],
  ["unknown option", () => reviews(20), { ...TEXT, unit: 3 }, /unknown option "unit"; did you mean "units"\?/],
  ["text for numbers", () => reviews(20), { id: "label", features: ["text"] }, /column "text" must hold numbers, got "[^"]+" \(rows, row 1\)/],
  ["wrong encoding", () => Uint8Array.of(...bytes("text,label\n"), 0x66, 0xe9, 0x74, 0x65, ...bytes(",a\n")), TEXT, /reviews.csv is not utf-8: byte 0xe9 at offset 12, line 2/],
  ["ragged rows", () => bytes("text,label\nfine,a\nfine,a,b\n"), TEXT, /line 3/],
]; // prettier-ignore

for (const [what, source, options, message] of cases) {
  test(`${what} is named`, async () => {
    const file = source();
    const given = file instanceof Uint8Array ? new File([new Uint8Array(file)], "reviews.csv") : file;
    await assert.rejects(prepare(given, options), message);
  });
}

test("rows without text or label are left out, and the user is told", async () => {
  const rows = [{ text: null, label: "good" }, ...reviews(40), { text: "a film", label: null }];
  const { warnings, facts } = await prepare(rows, { ...TEXT, ...SMALL });
  assert.deepEqual(warnings, ["rows: left out 1 without label, first row 42", "rows: left out 1 without content, first row 1"]); // prettier-ignore
  assert.equal(facts[0]![1], "32 / 4 / 4 (training / validation / test)");
});

test("texts that are in the training part and in the test part are told", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    text: i % 2 === 0 ? "a good film" : "a dull film",
    label: i % 2 === 0 ? "good" : "bad",
  }));
  const copies = /4 of the 4 texts of the test part are in the training part too, word for word/;
  assert.match((await prepare(rows, { ...TEXT, ...SMALL })).warnings.join("\n"), copies);
  const apart = rows.map((row, i) => ({ ...row, text: `${row.text} number ${i}` }));
  assert.doesNotMatch((await prepare(apart, { ...TEXT, ...SMALL })).warnings.join("\n"), /word for word/);
});

test("labels that differ in blanks or capitals only are told", async () => {
  const rows = reviews(80).map((row, i) => ({
    ...row,
    label: i % 8 < 2 ? `${String(row["label"]).toUpperCase()} ` : row["label"]!,
  }));
  const { warnings } = await prepare(rows, { ...TEXT, ...SMALL });
  const told = warnings.filter((warning) => warning.includes("blanks or capitals only"));
  assert.deepEqual(told, [
    'rows: the labels "BAD " and "bad" differ in blanks or capitals only; they count as 2 classes',
    'rows: the labels "GOOD " and "good" differ in blanks or capitals only; they count as 2 classes',
  ]);
});

test("empty texts, unknown columns and options are refused in prediction", async () => {
  const { pipeline, model } = await prepare(reviews(40), { ...TEXT, ...SMALL });
  const bad: [() => Promise<unknown>, RegExp][] = [
    [() => pipeline.predict(model, [{ text: "fine" }, { text: "  " }]), /there is nothing to read \(rows, row 2\)/],
    [() => pipeline.predict(model, [{ review: "fine" }]), /has no column "text"; there are review/],
    [() => pipeline.predict(model, [{ text: "fine" }], { top: 3 }), /classify.predict: unknown option "top"/],
    [() => pipeline.evaluate(model, [{ text: "fine" }]), /has no column "label"/],
    [() => pipeline.evaluate(model, [{ text: "fine", label: null }]), /there is no label \(rows, row 1\)/],
  ];
  for (const [use, message] of bad) await assert.rejects(use, message);
});

test("a saved pipeline that nobody wrote is refused", async () => {
  const { pipeline } = await prepare(reviews(40), { ...TEXT, ...SMALL });
  const saved = JSON.parse(JSON.stringify(pipeline)) as Record<string, Record<string, unknown>>;
  const bad: [unknown, RegExp][] = [
    [null, /the saved kind must be/],
    [{ ...saved, kind: "picture" }, /the saved kind must be .*, got "picture"/],
    [{ ...saved, shares: [1] }, /the saved shares must be one number for each class/],
    [{ ...saved, labels: { ...saved["labels"], classes: ["a", "a"] } }, /the saved labels must hold/],
    [{ ...saved, encoder: { ...saved["encoder"], maxLength: -1 } }, /maxLength must be a whole number of at least 1/],
    [{ ...saved, encoder: { ...saved["encoder"], tokenizer: 3 } }, /the saved texts: expected \{ className/],
  ];
  for (const [json, message] of bad) assert.throws(() => classifyTask.revive(json), message);
});
