/** The example that writes dates in another form, with few epochs: it runs, and it learns. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { main } from "../../examples/translate.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-examples-"));
after(() => rmSync(folder, { recursive: true }));

test("dates into ISO 8601: better than the nearest known date, and right for those asked", async () => {
  const { wrong, nearest, answers } = await main(5, folder);
  assert.ok(wrong < 0.2 && nearest > 0.9, `${wrong} of the dates are wrong, ${nearest} of the nearest neighbour's`);
  assert.deepEqual(answers[0], { ...answers[0], source: "3 April 2021", translation: "2021-04-03" });
});
