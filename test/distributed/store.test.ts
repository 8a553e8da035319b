/** The folder store: content by checksum, nothing else. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FolderStore } from "../../src/distributed/store/folder-store.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-store-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const store = new FolderStore(join(folder, "store"));
const bytes = new TextEncoder().encode("close\n1\n2\n");
const address = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;

test("content has the address of its checksum, from memory and from a file, once", async () => {
  assert.ok(!existsSync(store.folder), "made when something is kept");
  assert.equal(await store.put(bytes), address);
  writeFileSync(join(folder, "a.csv"), bytes);
  assert.equal(await store.put({ file: join(folder, "a.csv") }), address);
  assert.deepEqual(readdirSync(store.folder), [address]);
  assert.deepEqual(await store.get(address), bytes);
  const path = await store.file(address, ".csv");
  assert.match(path, /\.csv$/);
  assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
  writeFileSync(path, "damaged!!!");
  assert.deepEqual(new Uint8Array(readFileSync(await store.file(address, ".csv"))), bytes);
});

test("what is no address, is absent or damaged is refused by name", async () => {
  for (const wrong of ["", "../a.csv", "sha256-12", `sha256-${"A".repeat(64)}`, `${address}/../x`, `${address}\n`])
    await assert.rejects(store.get(wrong), /expected an address sha256-/, wrong);
  await assert.rejects(store.file(address, "/../../x"), /is no ending/);
  await assert.rejects(store.get(`sha256-${"0".repeat(64)}`), /store: cannot read in .*: there is no such content/);
  await assert.rejects(store.put({ file: join(folder, "absent") }), /store: cannot write in .*ENOENT/);
  assert.ok(
    readdirSync(store.folder).every((name) => name.startsWith("sha256-")),
    "nothing half written is left",
  );
  writeFileSync(join(store.folder, address), "close\n1\n3\n");
  await assert.rejects(store.get(address), /is not what its address says/);
  await assert.rejects(store.file(address, ".csv"), /is not what its address says/);
});
