import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";

// Ten minutes of it are `node scripts/soak.mjs`.
const noProc = existsSync("/proc/self/status") ? false : "the memory of another process is read from /proc";

test("twenty seconds of good and bad clients and files: right answers, right statuses, flat memory", { skip: noProc }, async () => {
  const words = ["--conditions=sluice-modules", "scripts/soak.mjs", "--minutes", "0.33", "--json"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  const { errors, sessions, counts, log } = JSON.parse(out) as {
    errors: string[];
    sessions: number;
    counts: Record<string, number>;
    log: Record<string, number>;
  };
  assert.deepEqual(errors, []);
  assert.equal(code, 0);
  assert.ok(sessions > 10, `${sessions} sessions`);
  assert.ok(Object.keys(counts).length > 25, Object.keys(counts).join("; "));
  // Rubbish in place of the file was told, and the old model went on.
  assert.ok(log["model rejected"]! > 0 && log["model reloaded"]! > 0, JSON.stringify(log));
}); // prettier-ignore
