/** The example's recordings are what its README says, and the example hears words in voices that it was not trained on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { main } from "../../examples/spoken-commands.js";

test("spoken commands: words of unheard voices, far above chance after few epochs", async () => {
  const { accuracy, clips, test: held } = await main(8);
  assert.deepEqual(clips.classes, ["down", "left", "no", "right", "up", "yes"]);
  assert.deepEqual([clips.length, clips.sampleRate, held.x.shape[0]], [84, 8000, 24]);
  assert.ok(clips.sampleRates.every((rate) => rate === 8000));
  for (const word of clips.classes) assert.equal(clips.labels.filter((label) => label === word).length, 14);
  assert.ok(accuracy > 0.8, `accuracy ${accuracy}; by chance 0.167`);
});
