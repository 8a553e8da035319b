/** The example writes down strings of words in voices that it was not trained on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { main } from "../../examples/transcribe.js";

test("transcribe: strings of words of unheard voices, nearly all right after few epochs", async () => {
  const { rate, texts, heard } = await main(8);
  assert.deepEqual([texts.length, heard.length], [60, 60]);
  assert.ok(rate < 0.15, `word error rate ${rate}`);
});
