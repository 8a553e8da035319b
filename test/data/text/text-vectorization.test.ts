/**
 * TextVectorization against the values in Keras's own tests (text_vectorization_test.py and index_lookup_test.py of Keras
 * 3.15), and against its steps done with Python's bytes and NumPy (scripts/oracles/keras_text.py): the layer itself runs on
 * TensorFlow only.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { textVectorization, type TextVectorizationOptions } from "../../../src/data/text/text-vectorization.js";

interface Case {
  options: TextVectorizationOptions;
  vocabulary: string[];
  output: number[][];
}
const fixture = JSON.parse(readFileSync("test/fixtures/keras-text.json", "utf8")) as {
  adapted: string[];
  called: string[];
  vectorizing: Case[];
};

function assertClose(got: unknown, wanted: number[][], about: string): void {
  const rows = got as number[][];
  assert.deepEqual(
    rows.map((row) => row.length),
    wanted.map((row) => row.length),
    about,
  );
  wanted.forEach((row, i) =>
    row.forEach((x, j) => assert.ok(Math.abs(rows[i]![j]! - x) <= 1e-6 * Math.abs(x), `${about} at ${i}, ${j}`)),
  );
}

test("the values of Keras's own tests", () => {
  const hello = ["Hello, World!. This is just a nice test!"];
  const cases: [TextVectorizationOptions, string[], number[][]][] = [
    [
      { vocabulary: ["baz", "bar", "foo"], outputSequenceLength: 4 },
      ["foo qux bar", "qux baz"],
      [
        [4, 1, 3, 0],
        [1, 2, 0, 0],
      ],
    ],
    [
      { vocabulary: ["foo", "bar", "baz"], outputMode: "multiHot" },
      ["foo bar", "baz foo foo"],
      [
        [0, 1, 1, 0],
        [0, 1, 0, 1],
      ],
    ],
    [
      { vocabulary: ["foo", "bar", "baz"], outputMode: "count" },
      ["foo bar", "baz foo foo"],
      [
        [0, 1, 1, 0],
        [0, 2, 0, 1],
      ],
    ],
    [
      { vocabulary: ["foo", "bar", "baz"], outputMode: "tfIdf", idfWeights: [0.3, 0.5, 0.2] },
      ["foo bar", "baz foo foo"],
      [
        [0, 0.3, 0.5, 0],
        [0, 0.6, 0, 0.2],
      ],
    ],
    [{ vocabulary: ["hello", "world", "this", "is", "nice", "test"] }, hello, [[2, 3, 4, 5, 1, 1, 6, 7]]],
    [
      { vocabulary: ["hello,", "hello", "world", "this", "is", "nice", "test"], standardize: "lower" },
      hello,
      [[2, 1, 5, 6, 1, 1, 7, 1]],
    ],
    [{ vocabulary: [..."abcde"], split: "character" }, ["abcf"], [[2, 3, 4, 1]]],
    [{ vocabulary: ["Hello", "World", "Test"], standardize: "stripPunctuation" }, ["Hello, World! Test."], [[2, 3, 4]]],
    [{ vocabulary: ["Hello", "world"], standardize: "none" }, ["Hello hello"], [[2, 1]]],
  ];
  for (const [options, texts, wanted] of cases)
    assertClose(textVectorization(options).call(texts).toArray(), wanted, JSON.stringify(options));

  const adapted = textVectorization({ maxTokens: 5000, outputSequenceLength: 4 });
  adapted.adapt(["foo bar", "bar baz", "baz bada boom"]);
  assert.deepEqual(adapted.call(["foo qux bar", "qux baz"]).toArray(), [
    [4, 1, 3, 0],
    [1, 2, 0, 0],
  ]);

  const weighing = textVectorization({ maxTokens: 7, outputMode: "tfIdf" });
  weighing.adapt(["one one", "one two", "two three"]);
  const wanted = [
    [0, 0.6931472, 0.6931472, 0],
    [0.76752836, 0, 0.6931472, 0],
  ];
  assertClose(weighing.call(["one two", "two four"]).toArray(), wanted, "tfIdf");
});

test("vocabulary and output follow Keras's steps, before and after saving", () => {
  for (const { options, vocabulary, output } of fixture.vectorizing) {
    const made = textVectorization(options);
    made.adapt(fixture.adapted);
    const saved = JSON.parse(JSON.stringify(made)) as { config: TextVectorizationOptions; state: unknown };
    const again = textVectorization(saved.config);
    again.restore(saved.state);
    for (const t of [made, again]) {
      assert.deepEqual(t.getVocabulary(), vocabulary, JSON.stringify(options));
      assertClose(t.call(fixture.called).toArray(), output, JSON.stringify(options));
    }
  }
});

test("the shape is what was asked for, whatever the texts", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { minLength: 1, maxLength: 5 });
  const known = ["constructor", "__proto__", "a"];
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 7 }), (batch, length) => {
      const cut = textVectorization({ vocabulary: known, outputSequenceLength: length });
      assert.deepEqual([...cut.call(batch).shape], [batch.length, length]);
      const bags = textVectorization({ vocabulary: known, outputMode: "count", maxTokens: 9, padToMaxTokens: true });
      assert.deepEqual([...bags.call(batch).shape], [batch.length, 9]);
    }),
  );
  assert.deepEqual([...textVectorization({ vocabulary: known }).call(["", " "]).shape], [2, 0]);
});

test("a vocabulary with its special entries first is the same vocabulary", () => {
  const plain = textVectorization({ vocabulary: ["a", "b"] });
  assert.deepEqual(textVectorization({ vocabulary: ["", "[UNK]", "a", "b"] }).getVocabulary(), plain.getVocabulary());
  const weights = { outputMode: "tfIdf", vocabulary: ["[UNK]", "a"], idfWeights: [0.5, 2] } as const;
  assert.deepEqual(textVectorization(weights).call(["a x x"]).toArray(), [[1, 2]]);
});

test("wrong options, use and states are named", () => {
  const options: [object, RegExp][] = [
    [{ standardize: "upper" }, /standardize must be one of lowerAndStripPunctuation, lower, .* got "upper"/],
    [{ outputMode: "oneHot" }, /outputMode must be one of int, multiHot, count, tfIdf, got "oneHot"/],
    [{ maxTokens: 2 }, /maxTokens must be a whole number of at least 3, got 2/],
    [{ outputMode: "count", outputSequenceLength: 3 }, /outputSequenceLength goes with outputMode "int" only/],
    [{ padToMaxTokens: true }, /padToMaxTokens needs maxTokens/],
    [{ vocabulary: [] }, /vocabulary must not be empty/],
    [{ vocabulary: ["a", "a"] }, /vocabulary must not repeat a word, got "a" again at 1/],
    [{ vocabulary: ["a", ""] }, /"" stands for filling/],
    [{ vocabulary: ["a", "b"], maxTokens: 3 }, /vocabulary has 4 words with "" and "\[UNK\]", maxTokens is 3/],
    [{ vocabulary: ["a"], outputMode: "tfIdf" }, /idfWeights go with outputMode "tfIdf"/],
    [{ vocabulary: ["a"], outputMode: "tfIdf", idfWeights: [1, 2] }, /idfWeights must be 1 finite numbers/],
    [{ idfWeights: [1] }, /idfWeights need a vocabulary/],
    [{ ngrams: 2 }, /unknown option "ngrams"/],
  ];
  for (const [option, message] of options) assert.throws(() => textVectorization(option), message);
  const made = textVectorization();
  assert.throws(() => made.call(["a"]), /call needs a vocabulary: adapt first, or give one/);
  assert.throws(() => made.adapt("a" as never), /expected a list of texts, got "a"/);
  assert.throws(() => made.adapt(["", "?!"]), /adapt found no word in 2 texts/);
  assert.throws(() => textVectorization({ vocabulary: ["a"] }).adapt(["a"]), /the vocabulary is fixed/);
  assert.throws(() => made.restore({ words: [] }), /must hold words, idfWeights, got words/);
  assert.throws(() => made.restore({ words: ["a", ""], idfWeights: [] }), /words must be words other than ""/);
  assert.throws(
    () => made.restore({ words: ["a"], idfWeights: [1] }),
    /idfWeights must be 0 finite numbers, got \[1\]/,
  );
  assert.equal(made.toJSON().state, null);
});
