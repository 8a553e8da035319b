import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { labelEncoder, oneHotEncoder, revivePreprocessor } from "../../../src/data/numbers/index.js";
import { oracle } from "./oracle.js";

test("labelEncoder: scikit-learn's classes and indices, by code point", () => {
  const encoder = labelEncoder().fit(oracle.words);
  assert.deepEqual(encoder.classes, oracle.classes);
  assert.deepEqual([...encoder.transform(oracle.words)], oracle.encoded);
  assert.deepEqual(labelEncoder().fit([10, 9, -1, 10]).classes, [-1, 9, 10]);
  assert.deepEqual(labelEncoder().fit(["abc", "ab", ""]).classes, ["", "ab", "abc"]);
  assert.deepEqual(labelEncoder().fit([true, false]).classes, [false, true]);
});

test("oneHotEncoder: scikit-learn's indicators", () => {
  const encoder = oneHotEncoder({ handleUnknown: "ignore" }).fit(oracle.table);
  assert.deepEqual(encoder.transform(oracle.table).toArray(), oracle.oneHot);
  const unknown = encoder.transform([["d", "z"]]);
  assert.deepEqual(unknown.toArray(), oracle.oneHotUnknown);
  assert.deepEqual(encoder.inverse(unknown), [[null, "z"]]);
});

test("labels come back, also after JSON", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (labels) => {
      const encoder = labelEncoder().fit(labels);
      const revived = revivePreprocessor(JSON.parse(JSON.stringify(encoder)), "labelEncoder");
      assert.deepEqual(revived.inverse(encoder.transform(labels)), labels);
      const rows = labels.map((label, i) => [label, i % 3]);
      const oneHot = oneHotEncoder().fit(rows);
      const again = revivePreprocessor(JSON.parse(JSON.stringify(oneHot)), "oneHotEncoder");
      assert.deepEqual(again.inverse(oneHot.transform(rows)), rows);
    }),
  );
});

test("an unknown label is named with its row and the known ones", () => {
  const encoder = labelEncoder().fit(["cat", "dog"]);
  assert.throws(
    () => encoder.transform(["dog", "cow"]),
    /labelEncoder\.transform: label "cow" at row 1 was not there in fit; known: "cat", "dog"$/,
  );
  const many = labelEncoder().fit(Array.from({ length: 25 }, (_, i) => i));
  assert.throws(() => many.transform([25]), /known: 0, 1, .*, 19 and 5 more$/);
  const oneHot = oneHotEncoder().fit([["a", 1]]);
  assert.throws(() => oneHot.transform([["a", 2]]), /label 2 at row 0, column 1 was not there in fit; known: 1$/);
});

test("bad input to encoders is named", () => {
  assert.throws(() => labelEncoder().transform(["a"]), /labelEncoder\.transform: fit it on the training part first/);
  assert.throws(() => labelEncoder().fit([]), /expected a list of labels/);
  assert.throws(() => labelEncoder().fit(["a", 1]), /labels must be of one type: row 0 is a string, row 1 is 1/);
  assert.throws(
    () => labelEncoder().fit(["a", null as never]),
    /label at row 1 must be a string, number or boolean, got null/,
  );
  assert.throws(() => labelEncoder().fit(["a"]).inverse([1]), /index 1 at row 0 is not a class, 0 to 0/);
  assert.throws(() => oneHotEncoder().fit([["a"], []]), /row 1 must have 1 labels, got 0/);
  assert.throws(() => oneHotEncoder({ handleUnknown: "skip" as never }), /handleUnknown must be one of error, ignore/);
});
