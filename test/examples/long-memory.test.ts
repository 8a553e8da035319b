import assert from "node:assert/strict";
import { test } from "node:test";
import { main } from "../../examples/long-memory.js";

test("the adding problem: better than the constant, and the loss reaches the first step", async () => {
  const { loss, reach } = await main(3);
  assert.ok(loss < 0.15, `mean squared error ${loss}`);
  assert.equal(reach.length, 3);
  assert.ok(
    reach.every((r) => r > 1e-6),
    `reach ${reach.join(", ")}`,
  );
});
