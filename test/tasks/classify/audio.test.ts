import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import { Random } from "../../../src/util/random.js";
import { fit, prepare, SMALL } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "sluice-classify-"));
after(() => rmSync(root, { recursive: true, force: true }));

const RATE = 4000;
const random = new Random(2);

/** A tone in noise as a WAV file of 16 bits; low ones rise and high ones fall, so that the clip's own mean does not hide them. */
function wav(kind: "rise" | "fall"): Buffer {
  const length = Math.round(RATE * (0.25 + 0.15 * random.uniform()));
  const file = Buffer.alloc(44 + 2 * length);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + 2 * length, 4);
  file.write("WAVEfmt ", 8);
  for (const [at, value] of [[16, 16], [24, RATE], [28, 2 * RATE], [40, 2 * length]] as const) file.writeUInt32LE(value, at); // prettier-ignore
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) file.writeUInt16LE(value, at); // prettier-ignore
  file.write("data", 36);
  let phase = 0;
  for (let i = 0; i < length; i++) {
    const share = kind === "rise" ? i / length : 1 - i / length;
    phase += (2 * Math.PI * (300 + 1200 * share)) / RATE;
    file.writeInt16LE(Math.round(8000 * Math.sin(phase) + 400 * (random.uniform() - 0.5)), 44 + 2 * i);
  }
  return file;
}

const clips = join(root, "clips");
for (const kind of ["rise", "fall"] as const) {
  mkdirSync(join(clips, kind), { recursive: true });
  for (let i = 0; i < 20; i++) writeFileSync(join(clips, kind, `${i}.wav`), wav(kind));
}
const AUDIO = { audio: true, mels: 12, ...SMALL, validation: 0.2, test: 0.2 };

test("a folder of clips with one folder a class: learnt, saved, and asked in several ways", async () => {
  const prepared = await prepare(clips, AUDIO);
  await fit(prepared, 25);
  const { model, pipeline } = prepared;
  const { entries, of } = await prepared.test(model);
  assert.equal(of, "clips");
  assert.ok(entries[0]!.values["accuracy"]! >= 0.85, JSON.stringify(entries));
  assert.ok(prepared.facts.some(([name, value]) => name === "samples a second" && value === String(RATE)));

  const again = classifyTask.revive(JSON.parse(JSON.stringify(pipeline)));
  const paths = [join(clips, "rise", "3.wav"), join(clips, "fall", "4.wav")];
  const byPath = await again.predict(model, paths);
  assert.deepEqual(byPath, await pipeline.predict(model, paths));
  assert.deepEqual(byPath.map(({ path }) => path), paths); // prettier-ignore
  assert.equal((await again.predict(model, join(clips, "rise"))).length, 20);
  assert.equal((await again.predict(model, paths[0]!))[0]!["p_rise"], byPath[0]!["p_rise"]);
  const evaluated = await again.evaluate(model, clips);
  assert.equal(evaluated.count, 40);
  assert.equal(evaluated.entries.at(-1)!.kind, "simple");
  assert.deepEqual(evaluated.entries, (await pipeline.evaluate(model, clips)).entries);

  const table = join(root, "clips.csv");
  writeFileSync(table, `path,label\nclips/rise/3.wav,rise\nclips/fall/4.wav,fall\n`);
  assert.equal((await again.evaluate(model, table)).count, 2);
});

test("a folder without clips, a broken clip and a clip of no length are named", async () => {
  const empty = join(root, "empty");
  mkdirSync(empty);
  await assert.rejects(prepare(empty, AUDIO), /has no sub-folders; expected one per class/);
  await assert.rejects(prepare(join(root, "nowhere"), AUDIO), /there is no such folder or file/);
  const broken = join(root, "broken");
  for (const kind of ["rise", "fall"] as const) {
    mkdirSync(join(broken, kind), { recursive: true });
    for (let i = 0; i < 4; i++) writeFileSync(join(broken, kind, `${i}.wav`), wav(kind));
  }
  writeFileSync(join(broken, "fall", "2.wav"), wav("fall").subarray(0, 100));
  await assert.rejects(prepare(broken, AUDIO), /2\.wav/);
  writeFileSync(join(broken, "fall", "2.wav"), "this is a text");
  await assert.rejects(prepare(broken, AUDIO), /2\.wav/);
  await assert.rejects(prepare([{ path: "a.wav", label: "x" }], AUDIO), /expected the path of a folder with one folder a class/); // prettier-ignore
});
