/** The examples that classify, with few epochs: they run, and they learn. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { main as movieReviews } from "../../examples/movie-reviews.js";
import { main as sentiment } from "../../examples/sentiment.js";
import { main as toyTwoClass } from "../../examples/toy-two-class.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-examples-"));
after(() => rmSync(folder, { recursive: true }));
const SENTENCES = "examples/data/sentences.tsv";

test("the sentences are different, and as many are good as bad", () => {
  const rows = readFileSync(SENTENCES, "utf8").trimEnd().split("\n").slice(1);
  assert.equal(new Set(rows).size, rows.length);
  const good = rows.filter((row) => row.endsWith("\tgood")).length;
  assert.deepEqual([good, rows.length], [52, 104]);
});

test("two classes of random sequences", async () => {
  const accuracy = await toyTwoClass(8);
  assert.ok(accuracy > 0.8, `accuracy ${accuracy}`);
});

test("sentiment of sentences: better than guessing on those held out, and on two of one's own", async () => {
  const { accuracy, good } = await sentiment(15);
  assert.ok(accuracy > 0.65, `accuracy ${accuracy}`);
  assert.ok(good[0]! > 0.5 && good[1]! < 0.5, `good ${good.join(", ")}`);
});

test("movie reviews from a file: measured beside the majority and naive Bayes, and asked", async () => {
  const { evaluation, answers } = await movieReviews(SENTENCES, "text", "label", 6, folder);
  const [network, trivial, simple] = evaluation.entries;
  assert.match(simple!.name, /naive Bayes/);
  assert.ok(network!.values["accuracy"]! > trivial!.values["accuracy"]!, JSON.stringify(evaluation.entries));
  assert.deepEqual(answers.map(({ label }) => label), ["good", "bad"]); // prettier-ignore
});
