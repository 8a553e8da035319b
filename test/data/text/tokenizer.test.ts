/** Tokenizer against Keras's own (scripts/oracles/keras_text.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  tokenizer,
  type MatrixMode,
  type TextOrWords,
  type TokenizerOptions,
} from "../../../src/data/text/tokenizer.js";

interface Case {
  options: Record<string, unknown>;
  times: number;
  word_counts: [string, number][];
  word_docs: [string, number][];
  word_index: [string, number][];
  document_count: number;
  sequences: number[][];
  texts: string[];
  strange: number[][];
  strange_texts: string[];
  matrices: Record<MatrixMode, number[][]>;
}
const fixture = JSON.parse(readFileSync("test/fixtures/keras-text.json", "utf8")) as {
  training: TextOrWords[];
  new: TextOrWords[];
  tokenizing: Case[];
};

/** num_words: 5 as numWords: 5. */
function ours(options: Record<string, unknown>): TokenizerOptions {
  const camel = (name: string) => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));
}

function fitted({ options, times }: Case) {
  const made = tokenizer(ours(options));
  const half = fixture.training.length / times;
  for (let i = 0; i < times; i++) made.fitOnTexts(fixture.training.slice(i * half, (i + 1) * half));
  return made;
}

test("counts, indices, sequences, texts and matrices are Keras's", () => {
  for (const wanted of fixture.tokenizing) {
    const about = JSON.stringify(wanted.options);
    const t = fitted(wanted);
    // As from a saved model, too.
    const again = tokenizer(t.toJSON().config as TokenizerOptions);
    again.restore(JSON.parse(JSON.stringify(t.toJSON().state)));
    for (const made of [t, again]) {
      assert.deepEqual([...made.wordCounts], wanted.word_counts, about);
      assert.deepEqual(new Map(made.wordDocs), new Map(wanted.word_docs), about);
      assert.deepEqual([...made.wordIndex], wanted.word_index, about);
      assert.equal(made.documentCount, wanted.document_count);
      assert.deepEqual(made.textsToSequences(fixture.new), wanted.sequences, about);
      assert.deepEqual(made.sequencesToTexts(wanted.sequences), wanted.texts, about);
      assert.deepEqual(made.sequencesToTexts(wanted.strange), wanted.strange_texts, about);
      for (const mode of ["binary", "count", "tfidf", "freq"] as const) {
        const got = made.textsToMatrix(fixture.new, mode).toArray() as number[][];
        assert.deepEqual(
          got,
          wanted.matrices[mode].map((row) => row.map(Math.fround)),
          `${about} ${mode}`,
        );
      }
    }
  }
});

test("fitting in parts gives what fitting at once gives, and text survives a round trip", () => {
  const word = fc.constantFrom("constructor", "__proto__", "toString", "a", "b", "cat", "naïve", "中文");
  const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), fc.nat(8), (texts, cut) => {
      const options = { filters: "", lower: false };
      const [whole, parts] = [tokenizer(options), tokenizer(options)];
      whole.fitOnTexts(texts);
      parts.fitOnTexts(texts.slice(0, cut));
      parts.fitOnTexts(texts.slice(cut));
      assert.deepEqual(parts.toJSON(), whole.toJSON());
      assert.deepEqual(whole.sequencesToTexts(whole.textsToSequences(texts)), texts);
    }),
  );
});

test('analyzer "words" takes Han characters one by one and keeps words and numbers whole', () => {
  const made = tokenizer({ analyzer: "words" });
  made.fitOnTexts(["我爱 GRU，3.14!", "我们don't"]);
  assert.deepEqual([...made.wordIndex.keys()], ["我", "爱", "gru", "3.14", "们", "don't"]);
  assert.deepEqual(made.textsToSequences(["GRU爱我们。"]), [[3, 2, 1, 5]]);
});

test("wrong use of a tokenizer is named", () => {
  const made = tokenizer();
  assert.throws(() => made.textsToSequences(["a"]), /textsToSequences was called before fitOnTexts/);
  assert.throws(() => made.fitOnTexts("a b" as never), /expected a list of texts, got "a b"/);
  assert.throws(() => made.fitOnTexts(["a", 5 as never]), /text 1 must be a string or a list of words, got 5/);
  assert.throws(() => made.fitOnTexts([["a", 5 as never]]), /text 0 must be a string or a list of words/);
  assert.equal(made.toJSON().state, null);
  made.fitOnTexts(["a"]);
  assert.throws(
    () => made.textsToMatrix(["a"], "tf" as never),
    /mode must be one of binary, count, tfidf, freq, got "tf"/,
  );
  assert.throws(
    () => made.sequencesToMatrix([[-1]]),
    /an index of sequence 0 must be a whole number of at least 0, got -1/,
  );
  const options: [object, RegExp][] = [
    [{ numWords: 0 }, /numWords must be a whole number of at least 1, got 0/],
    [{ num_words: 5 }, /unknown option "num_words"; did you mean "numWords"/],
    [{ split: "" }, /split must not be empty/],
    [{ lower: "yes" }, /lower must be true or false, got "yes"/],
    [{ oovToken: 1 }, /oovToken must be a string, got 1/],
  ];
  for (const [option, message] of options) assert.throws(() => tokenizer(option), message);
});

test("a state that no fitting leaves is refused", () => {
  const good = { documentCount: 2, words: ["a", "b"], counts: [3, 1], docs: [2, 1] };
  const bad: [unknown, RegExp][] = [
    [null, /the saved state must be an object, got null/],
    [
      { ...good, more: 1 },
      /must hold documentCount, words, counts, docs, got documentCount, words, counts, docs, more/,
    ],
    [{ ...good, words: ["a", "a"] }, /words must not repeat a word, got "a" again at 1/],
    [{ ...good, words: ["a", 1] }, /words must be a list of strings, got 1 at 1/],
    [{ ...good, counts: [3] }, /counts must be 2 whole numbers of at least 1/],
    [{ ...good, docs: [2, 2] }, /the saved state cannot be: "b" came 1 times in 2 of 2 texts/],
    [{ ...good, documentCount: 0 }, /documentCount must be a whole number of at least 1, got 0/],
  ];
  const made = tokenizer();
  made.restore(good);
  for (const [state, message] of bad) assert.throws(() => made.restore(state), message);
  assert.deepEqual(made.toJSON().state, good);
});
