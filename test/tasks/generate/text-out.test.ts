import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TextOut } from "../../../src/tasks/generate/text-out.js";

/** What is given out after each piece, then at the end. */
function shown(pieces: readonly string[], stops: readonly string[] = []): string[] {
  const out = new TextOut(stops);
  return [...pieces.map((piece) => out.add(piece)), out.end()];
}

test("a character waits for its accents, an emoji for its skin tone", () => {
  assert.deepEqual(shown(["a", "e", "\u0301", "b"]), ["", "a", "", "e\u0301", "b"]);
  assert.deepEqual(shown(["👍", "🏽", "!"]), ["", "", "👍🏽", "!"]);
  assert.deepEqual(shown(["👩", "\u200D", "👧", "x"]), ["", "", "", "👩\u200D👧", "x"]);
  assert.deepEqual(shown(["\r", "\n", "x"]), ["", "", "\r\n", "x"]);
});

test("nothing is lost, and no piece begins or ends within a character", () => {
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 })), (pieces) => {
      const codePoints = pieces.flatMap((piece) => [...piece]);
      const given = shown(codePoints);
      const whole = codePoints.join("");
      assert.equal(given.join(""), whole);
      const borders = new Set([...graphemes.segment(whole)].map(({ index }) => index).concat(whole.length));
      let at = 0;
      for (const piece of given) assert.ok(borders.has((at += piece.length)));
    }),
  );
});

test("it ends before a stop, which is never shown, not even its beginning", () => {
  assert.equal(shown(["a", "b", "\n", "\n"], ["\n\n"]).join(""), "ab");
  const out = new TextOut(["END", "\n\n"]);
  const given = ["x", "E", "N", "x", "E", "N", "D"].map((piece) => out.add(piece));
  assert.ok(out.ended);
  assert.equal(given.join("") + out.end(), "xENx");
  assert.ok(given.slice(0, 3).join("") === "x" || given.slice(0, 3).join("") === "", String(given));
});
