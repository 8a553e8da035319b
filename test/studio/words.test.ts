// Settings as words: the command line reads back what was meant.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readValue } from "../../src/cli/flag-values.js";
import { flagOf } from "../../src/cli/flags.js";
import { flagWords } from "../../src/studio/server/words.js";
import type { JsonSchema } from "../../src/tasks/option-json.js";

const TEXTS: JsonSchema = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] };
const NUMBERS: JsonSchema = { anyOf: [{ type: "number" }, { type: "array", items: { type: "number" } }] };
const RECORD: JsonSchema = { type: "object", additionalProperties: { type: "string" } };

function readBack(name: string, schema: JsonSchema, value: unknown): unknown {
  const words = flagWords({ [name]: value });
  if (words === null) return value; // told by a configuration
  const [word = ""] = words;
  assert.ok(word.startsWith(`${flagOf(name)}=`), word);
  return readValue(name, schema, word.slice(flagOf(name).length + 1));
}

test("lists of texts, whatever they hold", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 4 }), (texts) => {
      assert.deepEqual(readBack("someColumns", TEXTS, texts), texts);
    }),
  );
});

test("numbers", () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0));
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1 }), (list) =>
      assert.deepEqual(readBack("units", NUMBERS, list), list),
    ),
  );
});

test("records of names and texts", () => {
  const entry = fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }));
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
      const record = Object.fromEntries(entries);
      assert.deepEqual({ ...(readBack("types", RECORD, record) as object) }, { ...record });
    }),
  );
});

test("yes and no, and what has no word", () => {
  assert.deepEqual(flagWords({ wide: true, lowerCase: false, testData: "-x.csv" }), [
    "--wide",
    "--no-lower-case",
    "--test-data=-x.csv",
  ]);
  for (const value of [[], "", null, [""], { "a=b": "c" }, Number.NaN, "a\0b"])
    assert.equal(flagWords({ value }), null);
});
