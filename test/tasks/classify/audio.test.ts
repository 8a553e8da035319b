import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadModel } from "../../../src/index.js";
import { logMel } from "../../../src/data/index.js";
import { openServed } from "../../../src/server/index.js";
import { fitSoundFeatures, soundConfigOf, SoundFeatures, soundStream } from "../../../src/streaming/index.js";
import { bandScaleOf, heard } from "../../../src/tasks/classify/listening.js";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import { Random } from "../../../src/util/random.js";
import { fit, prepare, SMALL } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "sluice-classify-"));
after(() => rmSync(root, { recursive: true, force: true }));

const RATE = 4000;
const random = new Random(2);

/** A tone in noise as a WAV file of 16 bits; low ones rise and high ones fall, so that the clip's own mean does not hide them. */
function wav(kind: "rise" | "fall" | "quiet"): Buffer {
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
    file.writeInt16LE(
      Math.round((kind === "quiet" ? 0 : 8000) * Math.sin(phase) + 400 * (random.uniform() - 0.5)),
      44 + 2 * i,
    );
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

const LISTEN = { ...AUDIO, listen: true };
const samplesOf = (path: string) => {
  const file = readFileSync(path);
  return Float32Array.from({ length: (file.length - 44) / 2 }, (_, i) => file.readInt16LE(44 + 2 * i) / 32768);
};
/** The probability of each frame by itself, as a stream gives it. */
const each = { decision: { smooth: 0.01 } };

test("one that listens hears in a stream what it answers to the clip, also from its file", async () => {
  const prepared = await prepare(clips, LISTEN);
  await fit(prepared, 25);
  const { model, pipeline } = prepared;
  assert.ok((await prepared.test(model)).entries[0]!.values["accuracy"]! >= 0.85);
  const path = join(clips, "rise", "3.wav");
  const [answer] = await pipeline.predict(model, [path]);
  const loaded = await loadModel(model.toBytes());
  let last: readonly number[] = [];
  const ears = soundStream(loaded, { ...each, onFrame: (smoothed) => (last = [...smoothed]) });
  const samples = samplesOf(path);
  for (let at = 0; at < samples.length; at += 37) ears.push(samples.subarray(at, at + 37));
  assert.deepEqual(soundConfigOf(loaded)!.labels, ["fall", "rise"]);
  for (const [k, name] of ["fall", "rise"].entries())
    assert.ok(Math.abs(last[k]! - (answer![`p_${name}`] as number)) < 1e-6, `${last.join()} ${JSON.stringify(answer)}`);
  const again = classifyTask.revive(JSON.parse(JSON.stringify(pipeline)));
  assert.deepEqual(await again.predict(loaded, [path]), [answer]);
  assert.match(pipeline.signature(model).notSteppable!, /soundStream/);
  const served = await openServed({ name: "ears", bytes: model.toBytes() });
  assert.deepEqual([served.notSteppable, served.stepper], [null, null]);
});

test("with a class for nothing a sound that is over is over", async () => {
  const folder = join(root, "with-nothing");
  cpSync(clips, folder, { recursive: true });
  mkdirSync(join(folder, "quiet"));
  for (let i = 0; i < 20; i++) writeFileSync(join(folder, "quiet", `${i}.wav`), wav("quiet"));
  const prepared = await prepare(folder, { ...LISTEN, background: "quiet" });
  await fit(prepared, 25);
  const { model } = prepared;
  assert.equal(soundConfigOf(model)!.background, "quiet");
  const quiet = samplesOf(join(folder, "quiet", "3.wav"));
  const decided: string[] = [];
  const ears = soundStream(model, { onDecision: ({ kind, label }) => decided.push(`${kind} ${label}`) });
  for (const part of [quiet, samplesOf(join(folder, "rise", "3.wav")), quiet, quiet, samplesOf(join(folder, "fall", "4.wav")), quiet, quiet]) ears.push(part); // prettier-ignore
  const changes = decided.filter((one, i) => one !== decided[i - 2]); // one tone may be told twice
  assert.deepEqual(changes, ["on rise", "off rise", "on fall", "off fall"]);
});

test("what does not go with listening is said", async () => {
  await assert.rejects(prepare(clips, { ...LISTEN, audio: false, id: "id" }), /listen goes with audio/);
  await assert.rejects(prepare(clips, { ...AUDIO, background: "fall" }), /background goes with listen/);
  await assert.rejects(prepare(clips, { ...LISTEN, background: "silence" }), /background must be one of the classes "fall", "rise", got "silence"/); // prettier-ignore
  await assert.rejects(prepare(clips, { ...LISTEN, pooling: "mean" }), /listen goes with pooling "last"/);
});

test("clips are scaled as a stream scales them, bit for bit", () => {
  const logMelOptions = { sampleRate: RATE, bands: 12, hop: 0.01 };
  const files = ["rise/1.wav", "fall/2.wav"].map((name) => samplesOf(join(clips, name)));
  const items = files.map((samples) => {
    const { data, shape } = logMel(logMelOptions).transform(samples);
    return { values: data, length: shape[0]!, D: 12 };
  });
  const scale = bandScaleOf(items);
  const features = new SoundFeatures({ logMel: logMelOptions, ...scale });
  for (const [i, item] of items.entries())
    assert.deepEqual(heard(item, scale, 0.01).values, features.transform(files[i]!).data);
  const { mean, deviation } = fitSoundFeatures(files, logMelOptions);
  for (const [b, m] of mean.entries()) {
    assert.ok(Math.abs(m - scale.mean[b]!) < 1e-9);
    assert.ok(Math.abs(deviation[b]! - scale.deviation[b]!) < 1e-9);
  }
});
