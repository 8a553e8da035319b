import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseJson, type Json } from "../../src/format/json.js";
import { SluiceError } from "../../src/util/errors.js";

test("JSON: agrees with JSON.parse on what it accepts", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2), (text, indent) => {
      const value = JSON.parse(text) as Json;
      if (/"(?:__proto__|constructor|prototype)":/.test(text)) return;
      assert.deepEqual(parseJson(JSON.stringify(value, null, indent), "test"), value);
    }),
    { numRuns: 500 },
  );
  const text = String.raw` { "a\\" : [ -0.5e-3 , "\"\\\u00e9\n" , { } , [ ] , true , false , null ] } `;
  assert.deepEqual(parseJson(text, "test"), JSON.parse(text));
});

test("JSON: rejects what JSON.parse rejects, and a damaged text never escapes as another error", () => {
  const character = fc.constantFrom(...'{}[]":,\\ 0123e-+.tfn\u0001é');
  fc.assert(
    fc.property(fc.array(character, { maxLength: 12 }), (characters) => {
      const text = characters.join("");
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        assert.throws(() => parseJson(text, "test"), SluiceError, text);
        return;
      }
      try {
        assert.deepEqual(parseJson(text, "test"), expected);
      } catch (error) {
        assert.match(String(error), /occurs twice/); // the only thing that JSON.parse lets pass in these letters
      }
    }),
    { numRuns: 5000 },
  );
});

test("JSON: names that reach prototypes, and names that occur twice, are errors with their place", () => {
  const wrong: [string, RegExp][] = [
    ['{"a":{"b":[0,{"__proto__":1}]}}', /^test: JSON: the name "__proto__" is not allowed, at character 14/],
    ['{"constructor":1}', /"constructor" is not allowed/],
    [String.raw`{"\u005f_proto__":1}`, /"__proto__" is not allowed/],
    ['{"a":1,"a":2}', /the name "a" occurs twice, at character 7/],
    [`${"[".repeat(65)}${"]".repeat(65)}`, /nested deeper than 64 levels/],
  ];
  for (const [text, message] of wrong) assert.throws(() => parseJson(text, "test"), { name: "SluiceError", message });
  assert.deepEqual(Object.keys({}), [], "nothing was added to Object.prototype");
});

test("JSON: a string of ten million characters with escapes is read", () => {
  const long = '\\"x'.repeat(2_500_000);
  assert.equal((parseJson(JSON.stringify([long]), "test") as string[])[0], long);
});
