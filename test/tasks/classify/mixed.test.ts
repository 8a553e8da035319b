import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import { seriesOf } from "../../../src/tasks/mixed/read.js";
import { Random } from "../../../src/util/random.js";
import { fit, prepare, SMALL, type Row } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "sluice-mixed-"));
after(() => rmSync(root, { recursive: true, force: true }));

const INPUTS = { note: "text", trace: "series", size: "number", colour: "category", day: "date" };

/**
 * The label is decided by what four columns say, each a vote; one column alone is right three times out of four at most.
 * @param gaps share of the cells that are empty
 */
function rows(count: number, gaps = 0, seed = 4): Row[] {
  const random = new Random(seed);
  const say = <V>(value: V): V | null => (random.uniform() < gaps ? null : value);
  return Array.from({ length: count }, () => {
    const votes = Array.from({ length: 4 }, () => random.uniform() < 0.5);
    const [word, rises, large, red] = votes as [boolean, boolean, boolean, boolean];
    const steps = Array.from({ length: 4 + random.below(5) }, (_, t) => (rises ? t : -t) + random.uniform());
    const sum = Number(word) + Number(rises) + Number(large) + Number(red) / 2;
    return {
      note: say(`the cat ${word ? "purrs" : "hisses"} again`),
      trace: say(steps.map((x) => x.toFixed(2)).join(" ")),
      size: say((large ? 30 : 10) + 3 * random.uniform()),
      colour: say(red ? "red" : "blue"),
      day: say(new Date(Date.UTC(2024, 0, 1 + random.below(300))).toISOString().slice(0, 10)),
      label: sum > 1.75 ? "yes" : "no",
    };
  });
}

const OPTIONS = { ...SMALL, inputs: INPUTS, minCount: 1, kindDropout: 0 };

for (const fusion of ["late", "crossAttention"]) {
  test(`${fusion}: several kinds together say more than each alone, and the saved model gives the same`, async () => {
    const all = rows(500);
    const accuracy = async (inputs: object) => {
      const prepared = await prepare(all, {
        ...OPTIONS,
        inputs,
        fusion: Object.keys(inputs).length > 1 ? fusion : "late",
      });
      await fit(prepared, 20);
      return { prepared, value: (await prepared.test(prepared.model)).entries[0]!.values["accuracy"]! };
    };
    const { prepared, value } = await accuracy(INPUTS);
    const alone = await Promise.all(["note", "trace"].map((name) => accuracy({ [name]: INPUTS[name as "note"] })));
    const best = Math.max(...alone.map((one) => one.value));
    assert.ok(value >= 0.85 && value > best + 0.05, `${value} against ${best} alone`);
    const { model, pipeline } = prepared;
    const again = classifyTask.revive(JSON.parse(JSON.stringify(pipeline)));
    assert.deepEqual(await again.predict(model, all.slice(0, 5)), await pipeline.predict(model, all.slice(0, 5)));
  });
}

test("samples may lack kinds, in training and afterwards; what is nowhere is left out with a warning", async () => {
  const all = [...rows(300, 0.3), { note: null, trace: null, size: null, colour: null, day: null, label: "no" }];
  const prepared = await prepare(all, { ...OPTIONS, kindDropout: 0.2 });
  assert.ok(
    prepared.warnings.some((text) => /left out \d+ without content/.test(text)),
    prepared.warnings.join(),
  );
  await fit(prepared, 15);
  const { model, pipeline } = prepared;
  const only = { note: "the cat purrs again", trace: null, size: null, colour: null, day: null };
  const [answer] = await pipeline.predict(model, [only, { ...only, note: null, size: 31 }]);
  assert.ok((answer!["probability"] as number) <= 1);
  assert.ok((await prepared.test(model)).entries[0]!.values["accuracy"]! > 0.7);
  await assert.rejects(pipeline.predict(model, [{ ...only, note: null }]), /there is nothing to read/);
});

test("a category, a word and a length that training has not seen are no error", async () => {
  const prepared = await prepare(rows(120), OPTIONS);
  await fit(prepared, 1);
  const strange = { note: "ein Hund bellt", trace: "1;2;3;4;5;6;7;8;9;10;11;12;13;14", size: 1e9, colour: "green", day: "2031-05-01" }; // prettier-ignore
  const [answer] = await prepared.pipeline.predict(prepared.model, [strange]);
  assert.ok(Number.isFinite(answer!["p_yes"] as number));
});

test("recordings stand beside numbers, by their paths from the table's folder; a missing one is named with its line", async () => {
  const random = new Random(9);
  const lines = ["clip,weight,label"];
  for (let i = 0; i < 60; i++) {
    const [rises, heavy] = [random.uniform() < 0.5, random.uniform() < 0.5];
    writeFileSync(join(root, `${i}.wav`), chirp(rises ? 300 : 1500));
    lines.push(`${i}.wav,${heavy ? 9 : 1},${rises && heavy ? "both" : "other"}`);
  }
  const table = join(root, "clips.csv");
  writeFileSync(table, lines.join("\n"));
  const given = {
    ...SMALL,
    inputs: { clip: "audio", weight: "number" },
    mels: 12,
    kindDropout: 0,
    validation: 0.2,
    test: 0.2,
  };
  const prepared = await prepare(table, given);
  await fit(prepared, 40);
  const { values } = (await prepared.test(prepared.model)).entries[0]!;
  assert.ok(values["accuracy"]! >= 0.9, JSON.stringify(values));
  writeFileSync(table, [...lines, "gone.wav,1,both"].join("\n"));
  await assert.rejects(prepare(table, given), /clips\.csv, line 62: column "clip": .*gone\.wav/);
});

/** From so many oscillations a second to 1,800 less that many. */
function chirp(hertz: number): Buffer {
  const [rate, length] = [4000, 1600];
  const file = Buffer.alloc(44 + 2 * length);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + 2 * length, 4);
  file.write("WAVEfmt ", 8);
  for (const [at, value] of [[16, 16], [24, rate], [28, 2 * rate], [40, 2 * length]] as const) file.writeUInt32LE(value, at); // prettier-ignore
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) file.writeUInt16LE(value, at); // prettier-ignore
  file.write("data", 36);
  let phase = 0;
  for (let i = 0; i < length; i++) {
    phase += (2 * Math.PI * (hertz + ((1800 - 2 * hertz) * i) / length)) / rate;
    file.writeInt16LE(Math.round(8000 * Math.sin(phase)), 44 + 2 * i);
  }
  return file;
}

test("a series is written with blanks, semicolons or as a list", () => {
  assert.deepEqual(seriesOf("here", "1 2.5;3"), { values: [1, 2.5, 3], length: 3, D: 1 });
  assert.deepEqual(seriesOf("here", "[[1, 2], [3, 4]]"), { values: [1, 2, 3, 4], length: 2, D: 2 });
  for (const bad of ["1 two 3", "[[1, 2], [3]]", "[]", "[1, null]", "[1,", '{"a": 1}'])
    assert.throws(() => seriesOf("data.csv, line 3", bad), /data\.csv, line 3/);
});

test("wrong inputs are told before anything is trained", async () => {
  const all = rows(60);
  const fails = (given: object, message: RegExp) => assert.rejects(prepare(all, { ...OPTIONS, ...given }), message);
  await fails({ inputs: { note: "text", label: "category" } }, /the label "label" is among the inputs/);
  await fails({ inputs: { notes: "text" } }, /notes/);
  await fails({ inputs: { note: "words" } }, /text.*series.*audio/s);
  await fails({ inputs: {} }, /one column at least/);
  await fails({ text: "note" }, /give one of text, id, wide, audio and inputs/);
  await fails({ inputs: { size: "number" }, fusion: "crossAttention" }, /needs two kinds/);
  await fails({ inputs: { note: "series" } }, /column "note": step 1 of the series must be a finite number/);
});
