// Edit distance and error rates: jiwer's numbers, and what holds for any two texts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import { align, editDistance, editsOf } from "../../../src/tasks/scores/edit-distance.js";
import { characterErrorRate, errorRate, wordErrorRate, wordsOf } from "../../../src/tasks/scores/error-rates.js";

interface Fixture {
  pairs: {
    reference: string;
    hypothesis: string;
    wer: number;
    cer: number;
    substitutions: number;
    deletions: number;
    insertions: number;
  }[];
  wer: number;
  cer: number;
}

const jiwer = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/jiwer-errors.json", import.meta.url), "utf8"),
) as Fixture;

test("rates and edits equal jiwer's, pair by pair and over all", () => {
  for (const { reference, hypothesis, wer, cer, substitutions, deletions, insertions } of jiwer.pairs) {
    assert.equal(wordErrorRate([reference], [hypothesis]), wer, hypothesis);
    assert.equal(characterErrorRate([reference], [hypothesis]), cer, hypothesis);
    const edits = editsOf(wordsOf(reference), wordsOf(hypothesis));
    assert.equal(edits.distance, substitutions + deletions + insertions);
    // Of several shortest ways each library takes one; what they have in common is deletions less insertions.
    assert.equal(edits.deletions - edits.insertions, deletions - insertions);
  }
  const [references, hypotheses] = [jiwer.pairs.map((p) => p.reference), jiwer.pairs.map((p) => p.hypothesis)];
  assert.equal(wordErrorRate(references, hypotheses), jiwer.wer);
  assert.equal(characterErrorRate(references, hypotheses), jiwer.cer);
});

const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 8 });

test("it is a metric, and an alignment is one of the shortest ways", () => {
  const property = fc.property(text, text, text, (a, b, c) => {
    const d = editDistance(a, b);
    assert.equal(d, editDistance(b, a));
    assert.equal(d === 0, a.join() === b.join());
    assert.ok(editDistance(a, c) <= d + editDistance(b, c));
    assert.ok(d >= Math.abs(a.length - b.length) && d <= Math.max(a.length, b.length));
    const columns = align(a, b);
    assert.deepEqual(columns.flatMap(([x]) => x ?? []), a); // prettier-ignore
    assert.deepEqual(columns.flatMap(([, y]) => y ?? []), b); // prettier-ignore
    assert.equal(columns.filter(([x, y]) => x !== y).length, d);
    const { substitutions, deletions, insertions, length } = editsOf(a, b);
    assert.deepEqual([substitutions + deletions + insertions, length], [d, a.length]);
  });
  fc.assert(property);
});

test("emoji count once; what says nothing is an error", () => {
  assert.equal(characterErrorRate(["👍👍"], ["👍"]), 0.5);
  assert.equal(wordErrorRate(["  one  two "], ["one two"]), 0);
  assert.throws(() => errorRate([[]], [["a"]]), /all 1 references are empty/);
  assert.throws(() => errorRate([["a"]], []), /1 references and 0 hypotheses/);
});
