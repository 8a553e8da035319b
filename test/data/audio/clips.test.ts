/** Folders and tables of recordings, and what can be wrong with them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { readClips } from "../../../src/data/audio/index.js";
import { wavOf } from "./make-wav.js";

const root = mkdtempSync(join(tmpdir(), "clips-"));
after(() => rmSync(root, { recursive: true }));
let folders = 0;

/** A new folder with these files; texts and bytes as they are. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const clip = (value: number, sampleRate = 8000, length = 80) =>
  wavOf(new Array<number>(length).fill(value), sampleRate);
const first = async (clips: Awaited<ReturnType<typeof readClips>>) =>
  Promise.all(clips.paths.map(async (_, i) => Math.round((await clips.read(i)).samples[40]! * 32768)));

describe("readClips reads", () => {
  const folder = folderOf({
    "yes/b.wav": clip(2),
    "yes/a.WAV": clip(1),
    "yes/deeper/c.wav.gz": gzipSync(clip(3, 8000, 160)),
    "no/10.wav": clip(4),
    "no/9.wav": clip(5),
    "no/notes.txt": "no clip",
    "Zebra/x.wav": clip(6),
    "README.md": "no clip",
    ".cache/x.wav": "no clip",
  });

  test("a folder with one sub-folder per class, in the order of names", async () => {
    for (const source of [folder, `${folder}/`, pathToFileURL(folder)]) {
      const clips = await readClips(source);
      const paths = ["Zebra/x.wav", "no/10.wav", "no/9.wav", "yes/a.WAV", "yes/b.wav", "yes/deeper/c.wav.gz"];
      assert.deepEqual(clips.paths, paths);
      assert.deepEqual(clips.labels, ["Zebra", "no", "no", "yes", "yes", "yes"]);
      assert.deepEqual(clips.classes, ["Zebra", "no", "yes"]);
      assert.deepEqual(clips.seconds, [0.01, 0.01, 0.01, 0.01, 0.01, 0.02]);
      assert.deepEqual([clips.length, clips.sampleRate], [6, 8000]);
      assert.deepEqual(await first(clips), [6, 4, 5, 1, 2, 3]);
    }
  });

  test("chosen classes only", async () => {
    assert.deepEqual((await readClips(folder, { classes: ["yes", "no"] })).classes, ["no", "yes"]);
    await assert.rejects(readClips(folder, { classes: ["maybe"] }), /no sub-folder "maybe"; there are Zebra, no, yes/);
  });

  test("a table of paths from its own folder, in the order of its rows; labels stay texts", async () => {
    const table = join(folder, "clips.csv");
    writeFileSync(table, "path,label,note\nyes/b.wav,01,x\nno/9.wav,1,y\n");
    const clips = await readClips(table);
    assert.deepEqual(clips.paths, ["yes/b.wav", "no/9.wav"]);
    assert.deepEqual(
      [clips.labels, clips.classes],
      [
        ["01", "1"],
        ["01", "1"],
      ],
    );
    assert.deepEqual(await first(clips), [2, 5]);
    const named = await readClips(table, { label: "note" });
    assert.deepEqual(named.labels, ["x", "y"]);
  });

  test("clips without labels: a folder, a table, a single file", async () => {
    const table = join(folder, "new.csv");
    writeFileSync(table, "path\nyes/b.wav\n");
    const lengths = [];
    for (const source of [folder, table, join(folder, "no/9.wav")]) {
      const clips = await readClips(source, { labelled: false });
      assert.deepEqual([clips.labels, clips.classes], [[], []]);
      lengths.push(clips.length);
    }
    assert.deepEqual(lengths, [6, 1, 1]);
  });

  test("at the rate that most clips have, or at the one that is asked for", async () => {
    const mixed = folderOf({ "a/1.wav": clip(9, 16000), "a/2.wav": clip(9), "a/3.wav": clip(9) });
    const clips = await readClips(mixed);
    assert.deepEqual([clips.sampleRate, clips.sampleRates], [8000, [16000, 8000, 8000]]);
    assert.equal((await clips.read(0)).samples.length, 40);
    const asked = await readClips(mixed, { sampleRate: 4000 });
    assert.deepEqual((await asked.read(1)).samples.length, 40);
    const even = folderOf({ "a/1.wav": clip(9, 16000), "a/2.wav": clip(9) });
    assert.equal((await readClips(even)).sampleRate, 8000);
  });

  test("links to files within the folder", async () => {
    const linked = folderOf({ "a/1.wav": clip(7), "b/1.wav": clip(8) });
    symlinkSync(join(linked, "a/1.wav"), join(linked, "b/2.wav"));
    assert.deepEqual(await first(await readClips(linked)), [7, 8, 7]);
  });
});

describe("readClips refuses", () => {
  const refuses = (source: string, message: RegExp, options = {}) =>
    assert.rejects(readClips(source, options), (error: Error) => {
      assert.match(error.message, message);
      return error.name === "SluiceError";
    });

  test("what is not there", async () => {
    await refuses(join(root, "none"), /cannot read .*none: there is no such folder or file/);
    await refuses(folderOf({ "readme.txt": "" }), /has no sub-folders; expected one per class/);
    await refuses(folderOf({ "a/x.txt": "" }), /the class "a" has no WAV files/);
    await refuses(folderOf({ "a/x.wav": clip(1), "b/x.txt": "" }), /the class "b" has no WAV files/);
    await refuses(folderOf({ "x.txt": "" }), /there are no WAV files in/, { labelled: false });
  });

  test("clips whose class cannot be known", async () => {
    const folder = folderOf({ "a/x.wav": clip(1), "y.wav": clip(1) });
    await refuses(folder, /y\.wav lies in no class's folder/);
    await refuses(join(folder, "y.wav"), /is a single clip/);
  });

  test("recordings that are not read", async () => {
    await refuses(folderOf({ "a/x.wav": clip(1), "a/y.mp3": "" }), /y\.mp3 is no WAV file; convert it/);
    await refuses(
      folderOf({ "a/x.wav": clip(1), "a/y.wav": "hello, I am no WAV" }),
      /readClips: a\/y\.wav, byte 0: .*no WAV/,
    );
    await refuses(folderOf({ "a/x.wav": clip(1).subarray(0, 100) }), /a\/x\.wav, byte 36: the file is truncated/);
    await refuses(folderOf({ "a/x.wav.gz": gzipSync(clip(1)).subarray(0, 40) }), /a\/x\.wav\.gz.*gzip/);
  });

  test("tables that do not fit, with line and column", async () => {
    const table = (text: string) => join(folderOf({ "a.wav": clip(1), "t.csv": text }), "t.csv");
    await refuses(table("path,label\na.wav,x\nb.wav,y\n"), /cannot read t\.csv, line 3: b\.wav: there is no such file/);
    await refuses(table("path,label\na.wav,\n"), /t\.csv, line 2: the column "label" is empty/);
    await refuses(table("file,label\na.wav,x\n"), /"?path"?/);
    await refuses(table("path,label\na.wav,x\n"), /classes are chosen from the sub-folders/, { classes: ["x"] });
  });

  test("links that lead out of the folder, to folders, or nowhere", async () => {
    for (const target of [join(root, "0/yes/b.wav"), "../a", "nowhere"]) {
      const folder = folderOf({ "a/1.wav": clip(7), "b/1.wav": clip(8) });
      symlinkSync(target, join(folder, "b/2.wav"));
      await refuses(folder, /the link .*2\.wav leads .*links are followed to files within/);
    }
  });
});
