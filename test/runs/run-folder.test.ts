import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { latestRun, namesIn, RunFolder, runPath } from "../../src/runs/run-folder.js";
import { temporaryFolder } from "../support/temporary.js";

const root = () => temporaryFolder("sluice-runs");
const date = new Date(2026, 2, 1, 14, 5, 9);

function finished(place: string, name: string): RunFolder {
  const folder = RunFolder.create(place, name, date);
  folder.writeJson("config.json", { task: "forecast" });
  return folder;
}

test("a run is opened by its path, its name, or as the latest", () => {
  const place = root();
  const [a, b] = [finished(place, "a"), finished(place, "b")];
  for (const [where, path] of [[a.path, a.path], [a.name, a.path], ["latest", b.path], [join(place, "latest"), b.path]] as const) {
    assert.equal(RunFolder.open(where, place).path, path, where);
  }
  assert.equal(latestRun(place), b.path);
});

test("what is no run is refused with a message that helps", () => {
  const place = root();
  assert.throws(() => RunFolder.open("latest", place), /run folder: .* holds no run yet/);
  assert.throws(() => RunFolder.open("latest", join(place, "none")), /there is no folder .*none, so there is no latest run/);
  const folder = finished(place, "weather");
  assert.throws(() => RunFolder.open(folder.name.replace("weather", "wether"), place), /there is no run .*did you mean 2026.*-weather\?/);
  assert.throws(() => RunFolder.open(join(place, "x"), place), /there is no run .*x; .* holds 2026.*-weather/);
  mkdirSync(join(place, "other"));
  assert.throws(() => RunFolder.open("other", place), /other holds no config\.json: no run/);
  assert.throws(() => runPath(""), /run folder: expected a path, got ""/);
  for (const name of ["../elsewhere", "..", "", "gone"]) {
    writeFileSync(join(place, "latest"), name);
    assert.throws(() => latestRun(place), /names no run|names gone, which is not there/, name);
  }
});

test("files of a run stay inside of it, and are replaced only when that is said", () => {
  const folder = finished(root(), "a");
  for (const name of ["../x", "a/../../x", ".", ""]) assert.throws(() => folder.file(name), /is no file of a run/, name);
  folder.writeText("checkpoints/note.txt", "1");
  assert.throws(() => folder.writeText("checkpoints/note.txt", "2"), /note\.txt is there already/);
  folder.replaceText("checkpoints/note.txt", "3");
  assert.equal(folder.readText("checkpoints/note.txt"), "3");
  assert.deepEqual(readdirSync(folder.file("checkpoints")), ["note.txt"], "nothing is left over");
});

test("a write that fails leaves the older file, and nothing half written", () => {
  const folder = finished(root(), "a");
  folder.writeText("note.txt", "old");
  // The place where the new file is prepared cannot be written.
  mkdirSync(folder.file(`note.txt.${process.pid}.tmp`));
  assert.throws(() => folder.replaceText("note.txt", "new"), /cannot write .*note\.txt: EISDIR/);
  assert.equal(folder.readText("note.txt"), "old");
});

test("a disk that is full leaves the older file, and nothing half written", (t) => {
  if (process.platform === "win32") return t.skip("file sizes are limited by bash's ulimit");
  const folder = finished(root(), "a");
  folder.writeText("note.txt", "old");
  // No file may grow beyond a few blocks: the write fails half way, as on a full disk.
  const code = `
    import { RunFolder } from ${JSON.stringify(pathToFileURL(fileURLToPath(new URL("../../src/runs/run-folder.js", import.meta.url))).href)};
    try { RunFolder.open(${JSON.stringify(folder.path)}).replaceText("note.txt", "new".repeat(1e6)); }
    catch (error) { console.log(error.message); }`;
  const script = `trap "" XFSZ; ulimit -f 8; exec "$0" --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath, code], { encoding: "utf8" });
  assert.match(stdout, /cannot write .*note\.txt: EFBIG/, stderr);
  assert.equal(folder.readText("note.txt"), "old");
  assert.deepEqual(readdirSync(folder.path).sort(), ["config.json", "note.txt"]);
});

test("`latest` that is a link to a file elsewhere is replaced, not followed", (t) => {
  if (process.platform === "win32") return t.skip("links need rights there");
  const [place, elsewhere] = [root(), join(root(), "precious.txt")];
  writeFileSync(elsewhere, "precious");
  symlinkSync(elsewhere, join(place, "latest"));
  const folder = finished(place, "a");
  assert.equal(readFileSync(elsewhere, "utf8"), "precious");
  assert.equal(latestRun(place), folder.path);
});

test("a root that cannot be made is an error, not a trace", () => {
  const file = join(root(), "file");
  writeFileSync(file, "");
  assert.throws(() => RunFolder.create(join(file, "runs"), "a", date), /run folder: cannot make .*ENOTDIR/);
  assert.ok(!existsSync(join(file, "runs")));
});

test("a folder is seen when it is filled, not before; what fails while it is filled leaves nothing", () => {
  const place = root();
  RunFolder.create(place, "a", date, (fresh) => {
    fresh.writeJson("config.json", {});
    assert.deepEqual(namesIn(place), []);
    assert.ok(!existsSync(join(place, "latest")));
  });
  assert.deepEqual(namesIn(place), ["2026-03-01T14-05-09-a"]);
  const full = () => {
    throw new Error("no room");
  };
  assert.throws(() => RunFolder.create(place, "b", date, full), /no room/);
  assert.deepEqual(readdirSync(place).sort(), ["2026-03-01T14-05-09-a", "latest"]);
});
