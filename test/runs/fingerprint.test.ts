import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fingerprint } from "../../src/runs/fingerprint.js";
import { temporaryFolder } from "../support/temporary.js";

const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, appendix B.1
const folder = () => temporaryFolder("sluice-data");

test("a file is told by name, size and SHA-256, with what the caller knows", async () => {
  const path = join(folder(), "prices.csv");
  writeFileSync(path, "abc");
  const found = await fingerprint(path, { rows: 1, columns: 2 });
  assert.deepEqual(found, { kind: "file", name: "prices.csv", path, bytes: 3, sha256: ABC, rows: 1, columns: 2 });
  await assert.rejects(fingerprint(join(path, "..", "none.csv")), /fingerprint: cannot read .*none\.csv: there is no such file/);
});

test("a folder is told by all that is in it, in whatever order it was written", async () => {
  const roots = [["a.wav", "yes/b.wav"], ["yes/b.wav", "a.wav"]].map((names) => {
    const root = folder();
    mkdirSync(join(root, "yes"));
    for (const name of names) writeFileSync(join(root, name), "abc");
    return root;
  });
  const [one, two] = await Promise.all(roots.map((root) => fingerprint(root)));
  assert.equal(one!.sha256, two!.sha256);
  assert.ok(one!.kind === "folder" && one.files === 2 && one.bytes === 6);
  // The same by another program.
  const listing = `${ABC}  3  a.wav\n${ABC}  3  yes/b.wav\n`;
  const { stdout, error } = spawnSync("sha256sum", { input: listing, encoding: "utf8" });
  if (!error) assert.equal(one!.sha256, stdout.slice(0, 64));
  writeFileSync(join(roots[0]!, "yes/b.wav"), "abd");
  assert.notEqual((await fingerprint(roots[0]!)).sha256, two!.sha256);
});

test("a folder with a link to itself has an end", async (t) => {
  if (process.platform === "win32") return t.skip("links need rights there");
  const root = folder();
  writeFileSync(join(root, "a.wav"), "abc");
  symlinkSync(root, join(root, "again"));
  const found = await fingerprint(root);
  assert.ok(found.kind === "folder" && found.files === 1);
});

test("rows in memory are told by their JSON", async () => {
  const rows = [{ a: 1 }, { a: null }];
  assert.equal((await fingerprint(rows)).sha256, (await fingerprint(structuredClone(rows))).sha256);
  assert.notEqual((await fingerprint(rows)).sha256, (await fingerprint([...rows].reverse())).sha256);
});
