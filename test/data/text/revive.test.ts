/** Every text step survives JSON, fitted or not; what no step wrote is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  charTokenizer,
  reviveText,
  textVectorization,
  tokenizer,
  wordTokenizer,
  type TextStep,
} from "../../../src/data/text/index.js";

const TEXTS = ["constructor __proto__ toString", "the __proto__ of the cat", "hasOwnProperty 中文"];

function steps(): { step: TextStep; fit: () => void }[] {
  const t = tokenizer({ numWords: 6, oovToken: "?" });
  const v = textVectorization({ outputMode: "tfIdf", maxTokens: 6 });
  const [c, w] = [charTokenizer({ order: "frequency" }), wordTokenizer({ maxWords: 7 })];
  return [
    { step: t, fit: () => t.fitOnTexts(TEXTS) },
    { step: v, fit: () => v.adapt(TEXTS) },
    { step: c, fit: () => c.fit(TEXTS) },
    { step: w, fit: () => w.fit(TEXTS) },
  ];
}

test("a step read from JSON is the step that was written, and plain JSON is all that is written", () => {
  for (const { step, fit } of steps()) {
    for (const prepare of [() => {}, fit]) {
      prepare();
      const saved = JSON.parse(JSON.stringify(step)) as unknown;
      assert.deepEqual(saved, step.toJSON(), step.className);
      const again = reviveText(saved);
      assert.equal(again.constructor, step.constructor);
      assert.deepEqual(again.toJSON(), saved);
    }
  }
  const fixed = textVectorization({ vocabulary: ["__proto__", "constructor"], standardize: null as never });
  const again = reviveText(JSON.parse(JSON.stringify(fixed)));
  assert.ok("call" in again);
  assert.deepEqual(again.call(["the constructor __proto__"]).toArray(), [[1, 3, 2]]);
});

test("names of prototypes are ordinary words", () => {
  const t = tokenizer({ lower: false });
  t.fitOnTexts(["constructor hasOwnProperty"]);
  assert.deepEqual(t.textsToSequences(["constructor toString __proto__ hasOwnProperty"]), [[1, 2]]);
  const v = textVectorization({ standardize: "none" });
  v.adapt(["__proto__ __proto__ constructor"]);
  assert.deepEqual(v.call(["constructor __proto__ valueOf"]).toArray(), [[3, 2, 1]]);
});

test("unknown classes, options and states are refused", () => {
  const bad: [unknown, RegExp][] = [
    [null, /expected { className, config, state }, got null/],
    ["tokenizer", /expected { className, config, state }, got "tokenizer"/],
    [{ className: "tokenizer", config: {} }, /expected { className, config, state }/],
    [{ className: "constructor", config: {}, state: null }, /there is no text step "constructor"/],
    [{ className: "__proto__", config: {}, state: null }, /there is no text step "__proto__"/],
    [{ className: "tokeniser", config: {}, state: null }, /no text step "tokeniser"; did you mean "tokenizer"/],
    [{ className: "tokenizer", config: { code: "x" }, state: null }, /tokenizer: unknown option "code"/],
    [{ className: "charTokenizer", config: {}, state: { words: ["a"] } }, /must hold chars, got words/],
    [{ className: "wordTokenizer", config: {}, state: [] }, /the saved state must be an object, got \[\]/],
    [
      { className: "textVectorization", config: { vocabulary: ["a"] }, state: { words: ["a"], idfWeights: [] } },
      /a fixed vocabulary goes with no saved state/,
    ],
  ];
  for (const [saved, message] of bad) assert.throws(() => reviveText(saved, "model.safetensors"), message);
});
