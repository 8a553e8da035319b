/** Temporary folders of processes that were killed go, those of living ones and of strangers stay. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeScratch } from "../../src/distributed/store/scratch.js";

const root = mkdtempSync(join(tmpdir(), "sluice-scratch-"));
after(() => rmSync(root, { recursive: true, force: true }));

test("what a process that has ended left behind is taken away by the next one", () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const make = (name: string, owner: string | null) => {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, "content"), "content");
    if (owner !== null) writeFileSync(join(root, name, "owner.json"), owner);
  };
  const own = makeScratch("sluice-store-", root);
  make("sluice-store-dead", JSON.stringify({ id: pid, host: hostname(), begun: null }));
  make("sluice-worker-dead", JSON.stringify({ id: process.pid, host: hostname(), begun: "1" })); // the number was given again
  make("sluice-worker-elsewhere", JSON.stringify({ id: pid, host: `not-${hostname()}`, begun: null }));
  make("sluice-store-nobody", null);
  make("sluice-store-torn", '{ "id": ');
  make("sluice-other-dead", JSON.stringify({ id: pid, host: hostname(), begun: null }));
  symlinkSync(join(root, "sluice-other-dead"), join(root, "sluice-store-link"));
  const next = makeScratch("sluice-worker-", root);
  assert.ok(existsSync(own) && existsSync(next));
  const left = readdirSync(root).map((name) => join(root, name));
  const expected = ["sluice-other-dead", "sluice-store-link", "sluice-store-nobody", "sluice-store-torn", "sluice-worker-elsewhere"]; // prettier-ignore
  assert.deepEqual(left.sort(), [own, next, ...expected.map((name) => join(root, name))].sort());
});
