/** The tokenizers for generating text: what they cut, that they lose nothing, and what they say of unknown text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { charTokenizer, splitPieces, splitWords, wordTokenizer } from "../../../src/data/text/index.js";

/** Words of prototypes, Han, marks, surrogates (alone too), punctuation and white space, in any order. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "constructor",
        "__proto__",
        "toString",
        "don't",
        "3.14",
        "well-known",
        "我们",
        "々",
        "é",
        "😀",
        "日本",
      ),
      fc.constantFrom(
        " ",
        " ",
        "  ",
        "\n",
        "\t",
        "\u00a0",
        "\u3000",
        ",",
        "。",
        ". ",
        "'",
        "-",
        "[UNK]",
        "\ud83d",
        "e\u0301",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 20 },
  )
  .map((parts) => parts.join(""))
  .filter((text) => text !== "");

test("pieces: Han alone, words and numbers whole, nothing lost", () => {
  assert.deepEqual(splitPieces("我用GRU-2预测3.14%，don't!"), [
    ..."我用",
    "GRU-2",
    ..."预测",
    "3.14",
    "%",
    "，",
    "don't",
    "!",
  ]);
  assert.deepEqual(splitWords("The cat -- 'sat', e.g. 1,000 naïve\n中文 ё_1."), [
    "The",
    "cat",
    "sat",
    "e",
    "g",
    "1,000",
    "naïve",
    "中",
    "文",
    "ё_1",
  ]);
  fc.assert(fc.property(anyText, (text) => assert.equal(splitPieces(text).join(""), text)));
});

test("decode(encode(text)) is the text, saved and read again too", () => {
  fc.assert(
    fc.property(anyText, anyText, (text, more) => {
      for (const order of ["codePoint", "frequency"] as const) {
        const chars = charTokenizer({ order });
        chars.fit([text, more]);
        const again = charTokenizer({ order });
        again.restore(JSON.parse(JSON.stringify(chars)).state);
        assert.equal(again.decode(chars.encode(text)), text);
      }
      const words = wordTokenizer();
      words.fit([text, more]);
      const again = wordTokenizer();
      again.restore(JSON.parse(JSON.stringify(words)).state);
      assert.equal(again.decode(words.encode(text)), text);
    }),
    { numRuns: 300 },
  );
});

test("characters are numbered by code point or by frequency", () => {
  const byCode = charTokenizer();
  byCode.fit("bab\uffee😀a b");
  assert.deepEqual(byCode.vocabulary, [" ", "a", "b", "\uffee", "😀"]);
  assert.deepEqual([...byCode.encode("😀ab")], [4, 1, 2]);
  const byCount = charTokenizer({ order: "frequency" });
  byCount.fit(["bab\uffee😀a b"]);
  assert.deepEqual(byCount.vocabulary, ["b", "a", "\uffee", "😀", " "]);
});

test("words: the most frequent are kept, the rest is [UNK]; one space between words needs no number", () => {
  const made = wordTokenizer({ maxWords: 4, lower: true });
  made.fit("The cat, the dog, the constructor");
  assert.deepEqual(made.vocabulary, ["[UNK]", "the", ",", " "]);
  assert.deepEqual([...made.encode("the cat, the mat")], [1, 0, 2, 3, 1, 0]);
  assert.equal(made.decode([1, 0, 2, 3, 1, 0]), "the [UNK], the [UNK]");
  assert.equal(wordTokenizer({ maxWords: 4 }).toJSON().state, null);
});

test("unknown text is named with its place", () => {
  const chars = charTokenizer();
  chars.fit("abc \n");
  assert.throws(() => chars.encode("ab\n😀 cxé"), {
    message:
      'charTokenizer: the character "😀" (U+1F600) at line 2, column 1 is not in the training text' +
      '; also unknown: "x" (U+0078), "é" (U+00E9)',
  });
  const words = wordTokenizer({ unknownWord: null });
  words.fit("a cat sat\n");
  assert.throws(() => words.encode("a cat\na cat sat up"), {
    message: 'wordTokenizer: "up" at line 2, column 11 is not in the training text',
  });
});

test("wrong use, options and states are named", () => {
  const [chars, words] = [charTokenizer(), wordTokenizer()];
  const bad: [() => unknown, RegExp][] = [
    [() => chars.encode("a"), /charTokenizer: encode was called before fit/],
    [() => words.decode([0]), /wordTokenizer: decode was called before fit/],
    [() => chars.fit(""), /fit needs at least one character, got ""/],
    [() => words.fit([]), /fit needs at least one word, got \[\]/],
    [() => chars.fit([1] as never), /text 0 must be a string, got 1/],
    [() => charTokenizer({ order: "abc" } as never), /order must be one of codePoint, frequency, got "abc"/],
    [() => wordTokenizer({ maxWords: 1 }), /maxWords must be a whole number of at least 2, got 1/],
    [() => wordTokenizer({ unknownWord: "" }), /unknownWord must be a word or null, got ""/],
    [() => wordTokenizer({ numWords: 9 } as never), /unknown option "numWords"; known options: lower, maxWords/],
    [() => chars.restore({ chars: ["a", "bc"] }), /chars must be single characters, got "bc"/],
    [() => chars.restore({ chars: [] }), /chars must not be empty/],
    [() => chars.restore({ chars: ["a", "a"] }), /chars must not repeat a word, got "a" again at 1/],
    [() => words.restore({ words: ["a"] }), /words must begin with unknownWord "\[UNK\]", got "a"/],
    [() => words.restore({ words: [] }), /words must be pieces of text, at least 1/],
  ];
  for (const [use, message] of bad) assert.throws(use, message);
  chars.fit("ab");
  for (const id of [2, -1, 0.5])
    assert.throws(() => chars.decode([0, id]), /decode expects numbers from 0 to 1, got .* at 1/);
});
