/** The example names the words of voices that it was not trained on, frame by frame, and gives its answers back as ragged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { main } from "../../examples/ragged.js";

test("ragged: the word of every frame, far above chance after few epochs", async () => {
  const { accuracy, answers, test: held } = await main(6);
  assert.deepEqual(answers.lengths, held.x.lengths);
  assert.deepEqual(answers.step, [6]);
  assert.ok(accuracy > 0.8, `accuracy ${accuracy}; by chance 0.167`);
});
