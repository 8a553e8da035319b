import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wordTokenizer } from "../../../src/data/index.js";
import { IdList } from "../../../src/tasks/generate/id-list.js";
import { pieceReader, type Level } from "../../../src/tasks/generate/pieces.js";
import { readCorpus } from "../../../src/tasks/generate/corpus.js";
import { Vocabulary } from "../../../src/tasks/generate/vocabulary.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const corpusOf = (text: string, level: Level = "char", lower = false) =>
  readCorpus("generate", bytes(text), { level, lower });

function inBlocks(level: Level, text: string, cuts: readonly number[]): string[] {
  const read = pieceReader(level);
  const borders = [0, ...cuts.map((c) => c % (text.length + 1)).sort((a, b) => a - b), text.length];
  const blocks = borders.slice(1).map((end, i) => text.slice(borders[i], end));
  return [...blocks.flatMap((block) => [...read(block, false)]), ...read("", true)];
}

const prose = fc
  .array(fc.constantFrom("don't", " ", " ", "  ", "\n", "3.14", "well-known", ",", ".", "茶", "é", "x", "👍", "_"))
  .map((parts) => parts.join(""));

test("however a text is cut into blocks, its pieces are those of the tokenizers", () => {
  fc.assert(
    fc.property(prose, fc.array(fc.nat(200), { maxLength: 6 }), (text, cuts) => {
      assert.deepEqual(inBlocks("char", text, cuts), [...text]);
      if (text === "") return;
      const tokenizer = wordTokenizer();
      tokenizer.fit(text);
      const { vocabulary } = tokenizer;
      assert.deepEqual(
        inBlocks("word", text, cuts),
        Array.from(tokenizer.encode(text), (id) => vocabulary[id]),
      );
    }),
    { numRuns: 300 },
  );
});

test("ids take the bytes that they need", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(300), fc.nat(70_000)), { maxLength: 200 }), (ids) => {
      const list = new IdList();
      for (const id of ids) list.push(id);
      assert.deepEqual(Array.from(list.ids), ids);
    }),
  );
  const list = new IdList();
  for (let i = 0; i < 200_000; i++) list.push(i % 200);
  assert.ok(list.ids instanceof Uint8Array && list.ids.length === 200_000);
});

test("the vocabulary is that of the training part", async () => {
  const corpus = await corpusOf("abcabcabXYZ");
  const vocabulary = Vocabulary.of(corpus, 8, { level: "char", lower: false, minCount: 1, maxWords: 100 });
  assert.equal(vocabulary.size, 4); // a b c and the unknown one
  assert.equal(vocabulary.decode(vocabulary.number(corpus)), "abcabcab\uFFFD\uFFFD\uFFFD");
  assert.deepEqual(vocabulary.counts, [3, 3, 2, 0]);
  const rare = Vocabulary.of(corpus, 8, { level: "char", lower: false, minCount: 3, maxWords: 100 });
  assert.equal(rare.decode(rare.number(corpus).subarray(0, 4)), "ab\uFFFDa");
  assert.deepEqual(rare.counts, [3, 3, 2], "the rare ones are counted as unknown");
});

test("words: the most frequent, and text as it was", async () => {
  const corpus = await corpusOf("The cat, the dog, the sea, the sun", "word");
  const options = { level: "word", lower: false, minCount: 1, maxWords: 4 } as const;
  const vocabulary = Vocabulary.of(corpus, corpus.ids.length, options);
  // Most frequent: "," and the space after it, then "the".
  assert.equal(vocabulary.decode([3, 0, 1, 2, 3]), "the [UNK], the");
  assert.equal(vocabulary.written(3, 0), " [UNK]");
  assert.equal(vocabulary.written(3, 1), ",");
  assert.equal(vocabulary.written(undefined, 3), "the");
});

test("what a prompt has and the model has not is named with its place", async () => {
  const chars = Vocabulary.of(await corpusOf("ab\n"), 3, { level: "char", lower: false, minCount: 1, maxWords: 9 });
  assert.throws(() => chars.encode("ab\nbéz", "error"), /"é" \(U\+00E9\) at line 2, column 2 .*also unknown: "z"/);
  assert.equal(chars.decode(chars.encode("aéb", "skip")), "ab");
  const text = "red tea, red tea";
  const words = Vocabulary.of(await corpusOf(text, "word"), 5, {
    level: "word",
    lower: false,
    minCount: 1,
    maxWords: 9,
  });
  assert.throws(() => words.encode("red tea,\nred wine", "error"), /^SluiceError: "\\n" at line 1, column 9 is not in/);
  assert.throws(
    () => words.encode("red tea, red wine", "error"),
    /"wine" at line 1, column 14 is not in the vocabulary/,
  );
  assert.equal(words.decode(words.encode("red cold tea", "skip")), "red tea");
});

test("an empty text, rows, and a text in another encoding are refused", async () => {
  await assert.rejects(corpusOf(""), /generate: bytes is empty/);
  await assert.rejects(
    readCorpus("generate", [{ text: "a" }], { level: "char", lower: false }),
    /expected a text file/,
  );
  const latin = Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x0a);
  await assert.rejects(readCorpus("generate", latin, { level: "char", lower: false }), /is not utf-8.*windows-1252/);
  const read = await readCorpus("generate", latin, { level: "char", lower: false, encoding: "windows-1252" });
  assert.equal(read.pieces.join(""), "café\n");
  await assert.rejects(
    readCorpus("generate", "no-such.txt", { level: "char", lower: false }),
    /no-such.txt.*no such file/,
  );
});
