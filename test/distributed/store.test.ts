/** The folder store: content by checksum, nothing else. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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

test("content is forgotten with the copies that have an ending, and what was never there is no error", async () => {
  const own = new FolderStore(join(folder, "dropped"));
  const [one, other] = [await own.put(bytes), await own.put(new Uint8Array(3))];
  await own.file(one, ".csv");
  await own.drop(one);
  await own.drop(one);
  assert.deepEqual(readdirSync(own.folder), [other]);
  await assert.rejects(own.get(one), /there is no such content/);
  await assert.rejects(own.drop("../store"), /expected an address/);
});

test("what was half written when its writer was killed goes after a day", async () => {
  const own = join(folder, "tidied");
  mkdirSync(own);
  const [old, young] = [`.${randomUUID()}`, `.${randomUUID()}`];
  for (const name of [old, young, ".hidden"]) writeFileSync(join(own, name), "half");
  for (const name of [old, ".hidden"]) utimesSync(join(own, name), new Date(0), new Date(0));
  const put = await new FolderStore(own).put(bytes);
  assert.deepEqual(readdirSync(own).sort(), [".hidden", young, put].sort());
});

test("copies take at most so much room: what was used least lately goes first, and what is kept stays", async () => {
  const own = new FolderStore(join(folder, "trimmed"));
  const [a, b, c] = await Promise.all([1, 2, 3].map((value) => own.put(new Uint8Array(100).fill(value))));
  for (const [i, one] of [a!, b!, c!].entries()) utimesSync(join(own.folder, one), i, i);
  assert.equal(await own.touch(a!), true);
  assert.equal(await own.touch(`sha256-${"0".repeat(64)}`), false);
  await own.trim(200, new Set());
  assert.deepEqual(readdirSync(own.folder).sort(), [a, c].sort());
  await own.trim(0, new Set([c!]));
  assert.deepEqual(readdirSync(own.folder), [c]);
  await new FolderStore(join(folder, "never made")).trim(0, new Set());
});
