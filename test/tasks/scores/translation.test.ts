/** BLEU and chrF against sacreBLEU (scripts/oracles/sacrebleu_scores.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bleu } from "../../../src/tasks/scores/bleu.js";
import { BLEU_TOKENIZERS, bleuTokens, splitSpaces } from "../../../src/tasks/scores/bleu-tokens.js";
import { chrf } from "../../../src/tasks/scores/chrf.js";

interface Oracle {
  sacrebleu: string;
  cases: { name: string; references: string[][]; hypotheses: string[]; scores: Record<string, number> }[];
  tokens: { text: string; "13a": string; zh: string; char: string }[];
}

const url = new URL("../../../../test/fixtures/sacrebleu-scores.json", import.meta.url);
const { sacrebleu, cases, tokens } = JSON.parse(readFileSync(url, "utf8")) as Oracle;

for (const { name, references, hypotheses, scores } of cases) {
  test(`as sacreBLEU ${sacrebleu}: ${name}`, () => {
    for (const tokenizer of BLEU_TOKENIZERS) {
      const near = Math.abs(bleu(references, hypotheses, { tokenizer }) - scores[`bleu ${tokenizer}`]!);
      assert.ok(near < 1e-9, `bleu ${tokenizer}: ${bleu(references, hypotheses, { tokenizer })}, expected ${scores[`bleu ${tokenizer}`]}`);
    }
    for (const wordOrder of [0, 2]) {
      const near = Math.abs(chrf(references, hypotheses, { wordOrder }) - scores[`chrf ${wordOrder}`]!);
      assert.ok(near < 1e-9, `chrf ${wordOrder}: ${chrf(references, hypotheses, { wordOrder })}, expected ${scores[`chrf ${wordOrder}`]}`);
    }
  });
} // prettier-ignore

for (const { text, ...expected } of tokens) {
  test(`tokens of ${JSON.stringify(text)}`, () => {
    for (const tokenizer of BLEU_TOKENIZERS) {
      assert.deepEqual(bleuTokens(text, tokenizer), splitSpaces(expected[tokenizer]), tokenizer);
    }
  });
}

test("a single reference may stand without a list", () => {
  assert.ok(Math.abs(bleu(["a b c d e"], ["a b c d e"]) - 100) < 1e-9);
  assert.equal(chrf(["abc"], ["abc"]), 100);
});

test("what does not fit is named", () => {
  assert.throws(() => bleu(["a"], ["a", "b"]), /bleu: expected a reference for each hypothesis, and at least one, got 1 and 2/);
  assert.throws(() => chrf([], []), /chrf: expected a reference/);
  assert.throws(() => chrf([[]], ["a"]), /chrf: reference 0 must be a text or a list of texts/);
  assert.throws(() => bleu(["a"], ["a"], { tokenizer: "intl" as "zh" }), /tokenizer must be one of 13a, zh, char/);
}); // prettier-ignore
