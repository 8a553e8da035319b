import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import { Random } from "../../../src/util/random.js";
import { fit, prepare, reviews, SMALL, trained, type Row } from "../classify/support.js";
import { beeps } from "../transcribe/support.js";
import { checkedOutput, near, stepThrough } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "sluice-views-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** Sequences by id, of three classes told by the slope. */
function slopes(count: number, seed = 1): Row[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: 4 + random.below(4) }, (__, t): Row => {
      const date = new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
      const a = [1, -1, 0][i % 3]! * t + random.uniform();
      return { id: `s${i}`, date, "a (°C)": a, b: random.uniform(), label: ["up", "down", "flat"][i % 3]! };
    }),
  ).flat();
}

test("texts: words as the network reads them, unknown ones too; two classes are one output", async () => {
  const { model, pipeline } = await trained(reviews(60), { text: "text", minCount: 1, maxLength: 6 }, 2);
  const texts = ["The superb film!", "a quite unheard-of, dull and long story with awful scenes", "…"];
  const view = await pipeline.view(model, texts);
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0]!.steps, [
    ["the", "superb", "film"],
    ["and", "long", "story", "with", "awful", "scenes"],
    ["[UNK]"],
  ]);
  assert.deepEqual(view.inputs[0]!.unknown, [[], [1], [0]]);
  assert.deepEqual(view.outputs, [{ name: "good", opposite: "bad" }]);
  assert.deepEqual(view.references[0], { text: "The superb film!" });
  const answers = await pipeline.predict(model, texts);
  near(output.data, answers.map(({ p_good }) => p_good)); // prettier-ignore

  const signature = pipeline.signature(model);
  assert.deepEqual(signature.inputs, [{ name: "text", type: "text" }]);
  assert.deepEqual(signature.outputs.map(({ name }) => name), Object.keys(answers[0]!)); // prettier-ignore
  assert.deepEqual(signature.outputs[1]!.values, ["bad", "good"]);
  assert.equal(signature.notSteppable, null);
});

for (const pooling of ["max", "mean", "last", "maxLast"])
  test(`texts word by word, ${pooling}: each answer is that of the words so far`, async () => {
    const { model, pipeline } = await trained(reviews(60), { text: "text", minCount: 1, maxLength: 9, pooling }, 2);
    const words = ["the", "cast", "was", "unheard", "superb", "and", "moving"];
    const answers = stepThrough(model, pipeline.stepper(model), words.map((word) => ({ word }))); // prettier-ignore
    const whole = await pipeline.predict(model, words.map((_, i) => words.slice(0, i + 1).join(" "))); // prettier-ignore
    for (const [i, { label, p_good }] of answers.entries()) {
      assert.equal(label, whole[i]!["label"]);
      near([p_good], [whole[i]!["p_good"]]);
    }
    const { encode } = pipeline.stepper(model);
    assert.throws(() => encode({ word: "two words" }, new Float32Array(1)), /word must hold one word, got "two words"/);
    assert.throws(() => encode({ text: "two" }, new Float32Array(1)), /field "word" is missing; the row has "text"/);
  });

test("both ways and texts by character", async () => {
  const both = await prepare(reviews(40), { ...SMALL, text: "text", bidirectional: true });
  assert.match(both.pipeline.signature(both.model).notSteppable!, /bidirectional.* cannot be run step by step/);
  assert.throws(() => both.pipeline.stepper(both.model), /cannot be run one row at a time: .*bidirectional/);
  const { model, pipeline } = await prepare(reviews(40), { ...SMALL, text: "text", level: "char", minCount: 1 });
  const view = await pipeline.view(model, ["a Plot"]);
  await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0]!.steps, [["a", " ", "p", "l", "o", "t"]]);
  const rows = [..."a Plot"].map((character) => ({ character }));
  near([stepThrough(model, pipeline.stepper(model), rows).at(-1)!["p_good"]], [(await pipeline.predict(model, ["a Plot"]))[0]!["p_good"]]); // prettier-ignore
});

test("series of a long table: names of columns, dates of steps, whatever other columns a later file has", async () => {
  const { model, pipeline } = await trained(slopes(60), { id: "id", time: "date" }, 3);
  const again = classifyTask.revive(JSON.parse(JSON.stringify(pipeline)));
  const rows = slopes(6, 9).map(({ id, date, b, ...rest }) => ({ b, extra: 7, date, id, "a (°C)": rest["a (°C)"]! }));
  const view = await again.view(model, rows);
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0]!.features, ["a (°C)", "b"]);
  assert.deepEqual(view.inputs[0]!.steps[0]!.slice(0, 2), ["2024-01-01", "2024-01-02"]);
  assert.deepEqual(view.outputs.map(({ name }) => name), ["down", "flat", "up"]); // prettier-ignore
  assert.deepEqual(view.references[1], { id: "s1" });
  const answers = await again.predict(model, rows);
  near(output.data, answers.flatMap(({ p_down, p_flat, p_up }) => [p_down, p_flat, p_up])); // prettier-ignore

  const { inputs, rows: needed } = again.signature(model);
  assert.deepEqual(inputs, [
    { name: "id", type: "text" },
    { name: "date", type: "date" },
    { name: "a (°C)", type: "number", unit: "°C", optional: false },
    { name: "b", type: "number", optional: false },
  ]);
  assert.equal(needed!.least, 1);
  const own = rows.filter(({ id }) => id === "s2");
  const stepped = stepThrough(model, again.stepper(model), own);
  for (const i of own.keys()) {
    const [whole] = await again.predict(model, own.slice(0, i + 1));
    near([stepped[i]!["p_flat"], stepped[i]!["p_up"]], [whole!["p_flat"], whole!["p_up"]]);
  }
  const { encode } = again.stepper(model);
  assert.throws(() => encode({ "a (°C)": 1 }, new Float32Array(2)), /field "b" is missing/);
  assert.throws(
    () => encode({ "a (°C)": NaN, b: 1 }, new Float32Array(2)),
    /a \(°C\) must be a number finite, got NaN/,
  );
});

test("wide tables: columns are the steps", async () => {
  const random = new Random(3);
  const wide = Array.from({ length: 40 }, (_, i): Row => {
    const at = (t: number) => (i % 2 === 0 ? t : -t) + random.uniform();
    return { t0: at(0), t1: at(1), t2: i % 4 === 0 ? null : at(2), label: i % 2 === 0 ? "up" : "down" };
  });
  const { model, pipeline } = await trained(wide, { wide: true }, 2);
  const view = await pipeline.view(model, wide.slice(0, 2));
  await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0]!.steps, [["t0", "t1"], ["t0", "t1", "t2"]]); // prettier-ignore
  assert.deepEqual(view.inputs[0]!.features, ["value"]);
});

test("what was observed now and then: values, whether they were, and how long not", async () => {
  const rows = slopes(40).map((row, i) => ({ ...row, b: i % 3 === 0 ? null : row["b"]! }));
  const { model, pipeline } = await trained(rows, { irregular: true, id: "id", time: "date" }, 1);
  const view = await pipeline.view(model, rows.slice(0, 30));
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0]!.features, ["a (°C)", "b", "a (°C) observed", "b observed", "a (°C) gap", "b gap"]);
  assert.equal(view.inputs[0]!.steps[0]![1], "2024-01-02");
  const answers = await pipeline.predict(model, rows.slice(0, 30));
  near(output.data, answers.flatMap(({ p_down, p_flat, p_up }) => [p_down, p_flat, p_up])); // prettier-ignore
  assert.match(pipeline.signature(model).notSteppable!, /the gaps since each variable was last observed/);
});

test("clips: seconds and the middle of each band", async () => {
  const random = new Random(5);
  for (const kind of ["a", "c"]) mkdirSync(join(root, "clips", kind), { recursive: true });
  for (let i = 0; i < 16; i++) {
    const kind = i % 2 === 0 ? "a" : "c";
    writeFileSync(join(root, "clips", kind, `${i}.wav`), beeps(kind, random));
  }
  const prepared = await prepare(join(root, "clips"), { ...SMALL, audio: true, mels: 8 });
  await fit(prepared, 1);
  const { model, pipeline } = prepared;
  const view = await pipeline.view(model, join(root, "clips"));
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0]!.steps[0]!.slice(0, 3), ["0.00 s", "0.01 s", "0.02 s"]);
  // HTK's scale by hand: 2595 log10(1 + 2000/700) = 1521.4 mel in 9 parts; the first middle is 700 (10^(169.0/2595) − 1) = 113.3 Hz.
  assert.equal(view.inputs[0]!.features[0], "113 Hz");
  const answers = await pipeline.predict(model, join(root, "clips"));
  near(output.data, answers.map(({ p_c }) => p_c)); // prettier-ignore
  const { sample, inputs, notSteppable } = pipeline.signature(model);
  assert.deepEqual([sample, inputs[0]!.type], ["audio", "audio"]);
  assert.match(notSteppable!, /mean and deviation, which are known at its end/);
});

test("several kinds: an input for each, by the names of the columns", async () => {
  const random = new Random(4);
  const rows = Array.from({ length: 40 }, (_, i): Row => ({
    note: i % 5 === 4 ? null : `the cat ${i % 2 === 0 ? "purrs" : "hisses"}`,
    trace: i % 2 === 0 ? "[1,2,3]" : "[3,2]",
    size: random.uniform(),
    colour: i % 2 === 0 ? "red" : "blue",
    day: "2024-03-01",
    label: i % 2 === 0 ? "yes" : "no",
  }));
  const inputs = { note: "text", trace: "series", size: "number", colour: "category", day: "date" };
  const prepared = await prepare(rows, { ...SMALL, inputs, minCount: 1, kindDropout: 0 });
  await fit(prepared, 1);
  const { model, pipeline } = prepared;
  const view = await pipeline.view(model, rows.slice(0, 8));
  const output = await checkedOutput(model, view);
  const named = Object.fromEntries(view.inputs.map((one) => [one.name, one]));
  assert.deepEqual(named["present"]!.features, ["note present", "trace present", "table present"]);
  assert.deepEqual(named["note"]!.steps[0], ["the", "cat", "purrs"]);
  assert.deepEqual(named["trace"]!.steps[1], ["1", "2"]);
  assert.deepEqual(named["colour"]!.steps.slice(0, 2), [["red"], ["blue"]]);
  assert.deepEqual(named["table"]!.features.slice(0, 4), ["size", "size present", "day", "day present"]);
  near(output.data, (await pipeline.predict(model, rows.slice(0, 8))).map(({ p_yes }) => p_yes)); // prettier-ignore
  const signature = pipeline.signature(model);
  assert.deepEqual(signature.inputs.find(({ name }) => name === "colour")!.values, ["blue", "red"]);
  assert.match(signature.notSteppable!, /several kinds/);
});
