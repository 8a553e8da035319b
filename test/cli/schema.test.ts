// The published JSON schemas are those of the code.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { TASKS } from "../../src/tasks/registry.js";

test("schema/ is current", async () => {
  const script = resolve("scripts/write-schema.mjs");
  await promisify(execFile)(process.execPath, ["--conditions=sluice-modules", script, "--check"]);
});

test("the configuration's schema has every option of every task", () => {
  const { anyOf } = JSON.parse(readFileSync("schema/config.json", "utf8")) as {
    anyOf: { properties: Record<string, { const?: string; description?: string }> }[];
  };
  assert.deepEqual(anyOf.map(({ properties }) => properties["task"]!.const), Object.keys(TASKS)); // prettier-ignore
  for (const [i, task] of Object.values(TASKS).entries()) {
    for (const name of Object.keys(task.options.shape)) assert.ok(anyOf[i]!.properties[name]?.description, name);
  }
});
