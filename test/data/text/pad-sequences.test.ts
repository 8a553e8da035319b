/** padSequences against Keras's own pad_sequences (scripts/oracles/keras_text.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { padSequences, type PadOptions } from "../../../src/data/text/pad-sequences.js";

interface Case {
  rows: number[][];
  options: PadOptions & { maxLen: number | null };
  shape: number[];
  values: number[];
}
const { padding } = JSON.parse(readFileSync("test/fixtures/keras-text.json", "utf8")) as { padding: Case[] };

test("padSequences gives Keras's values and shapes", () => {
  assert.ok(padding.length > 100);
  for (const { rows, options, shape, values } of padding) {
    const got = padSequences(rows, { ...options, maxLen: options.maxLen ?? undefined });
    assert.deepEqual([...got.shape], shape);
    assert.equal(got.dtype, options.dtype);
    assert.deepEqual(Array.from(got.data), values, JSON.stringify({ rows, options }));
  }
});

test("every row has length maxLen: the kept steps on one side, the filling on the other", () => {
  const side = fc.constantFrom("pre" as const, "post" as const);
  const rows = fc.array(fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 8 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 9 }), side, side, (sequences, maxLen, pad, truncating) => {
      const got = padSequences(sequences, { maxLen, padding: pad, truncating }).toArray() as number[][];
      sequences.forEach((sequence, i) => {
        const kept = truncating === "post" ? sequence.slice(0, maxLen) : sequence.slice(-maxLen);
        assert.equal(got[i]!.length, maxLen);
        assert.deepEqual(pad === "post" ? got[i]!.slice(0, kept.length) : got[i]!.slice(maxLen - kept.length), kept);
        assert.equal(got[i]!.filter((x) => x === 0).length, maxLen - kept.length);
      });
    }),
  );
});

test("padSequences takes typed arrays, and nothing where maxLen is given", () => {
  assert.deepEqual(padSequences([new Int32Array([1, 2]), new Float32Array([3])]).toArray(), [
    [1, 2],
    [0, 3],
  ]);
  assert.deepEqual([...padSequences([], { maxLen: 3 }).shape], [0, 3]);
  assert.ok(Number.isNaN(padSequences([[]], { maxLen: 1, value: Number.NaN, dtype: "float32" }).data[0]));
});

test("what cannot be padded is named", () => {
  const bad: [unknown, object, RegExp][] = [
    [[], {}, /maxLen cannot be read off an empty list/],
    [[[1], 2], {}, /sequence 1 must be a list, got 2/],
    [[[1, "a"]], {}, /sequence 0: .*expected a number at element 1, got "a"/],
    [[[[1, 2]], [[1]]], {}, /every step must have shape \[2\], got \[1\] in sequence 1/],
    [[[1, Number.NaN]], {}, /sequence 0: element 1 must be a number that int32 can hold, got NaN/],
    [[[3e9]], {}, /element 0 must be a number that int32 can hold, got 3000000000/],
    [[[1]], { value: Number.NaN }, /value must be a number that int32 can hold, got NaN/],
    [[[1]], { maxLen: 0 }, /maxLen must be a whole number of at least 1, got 0/],
    [[[1]], { maxlen: 3 }, /unknown option "maxlen"; did you mean "maxLen"/],
    [[[1]], { padding: "before" }, /padding must be one of pre, post, got "before"/],
    ["abc", {}, /expected a list of sequences, got "abc"/],
  ];
  for (const [rows, options, message] of bad) assert.throws(() => padSequences(rows as number[][], options), message);
});
