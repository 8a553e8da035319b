/** A run folder belongs to one process at a time; a lock whose process has ended is taken over. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { RunFolder } from "../../src/runs/run-folder.js";
import { lockRun } from "../../src/runs/run-lock.js";

const root = mkdtempSync(join(tmpdir(), "sluice-lock-"));
after(() => rmSync(root, { recursive: true }));
let made = 0;
const newFolder = () => RunFolder.create(root, `run${made++}`, new Date());

test("the second who asks is told who holds the folder; what is let go of can be taken", () => {
  const folder = newFolder();
  const lock = lockRun(folder);
  assert.throws(() => lockRun(folder), new RegExp(`process ${process.pid} is training in it; wait for it, or end it`));
  lock.release();
  lockRun(folder).release();
  assert.ok(!existsSync(folder.file("run.lock")));
});

test("a lock of a process that has ended, or of another one that was given its number, is taken over", () => {
  const folder = newFolder();
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  for (const owner of [
    { id: pid, host: hostname(), begun: "1" },
    { id: process.pid, host: hostname(), begun: "1" },
  ]) {
    writeFileSync(folder.file("run.lock"), JSON.stringify(owner));
    const lock = lockRun(folder);
    assert.equal((JSON.parse(readFileSync(folder.file("run.lock"), "utf8")) as { id: number }).id, process.pid);
    lock.release();
  }
});

test("a lock that a crash left half written is taken over; one of another machine is believed", () => {
  const folder = newFolder();
  for (const torn of ["", '{"id":12', "null"]) {
    writeFileSync(folder.file("run.lock"), torn);
    lockRun(folder).release();
  }
  writeFileSync(folder.file("run.lock"), JSON.stringify({ id: 1, host: "elsewhere", begun: null }));
  assert.throws(() => lockRun(folder), /process 1 of elsewhere is training in it; if that process has ended, remove .*run\.lock/); // prettier-ignore
});

test("of many processes that want a dead lock at once exactly one gets it", async () => {
  const folder = newFolder();
  const script = `
    import { RunFolder } from ${JSON.stringify(new URL("../../src/runs/run-folder.js", import.meta.url).href)};
    import { lockRun } from ${JSON.stringify(new URL("../../src/runs/run-lock.js", import.meta.url).href)};
    import { writeFileSync } from "node:fs";
    const folder = RunFolder.open(process.argv[1]);
    process.stdin.once("data", () => {
      try { lockRun(folder); console.log("taken"); setTimeout(() => process.exit(), 1500); }
      catch (error) { console.log("refused"); process.exit(); }
    });
    console.log("ready");`;
  folder.writeJson("config.json", {});
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(folder.file("run.lock"), JSON.stringify({ id: pid, host: hostname(), begun: "1" }));
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ["--conditions=sluice-modules", "--input-type=module", "-e", script, folder.path]),
  );
  const outputs = children.map((child) => {
    let text = "";
    child.stdout.on("data", (data: Buffer) => (text += data.toString()));
    return { child, text: () => text, ended: new Promise((resolve) => child.on("close", resolve)) };
  });
  while (!outputs.every(({ text }) => text().includes("ready"))) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { child } of outputs) child.stdin.write("go\n");
  await Promise.all(outputs.map(({ ended }) => ended));
  const answers = outputs.map(({ text }) => text().trim().split("\n")[1]).sort();
  assert.deepEqual(answers, ["refused", "refused", "refused", "refused", "refused", "taken"]);
});
