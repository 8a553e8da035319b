import assert from "node:assert/strict";
import { test } from "node:test";

test("the package can be imported by its own name", async () => {
  assert.equal(typeof (await import("sluice")), "object");
});
