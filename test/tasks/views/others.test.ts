import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { tensor, type Ragged } from "sluice";
import type { Scaler } from "../../../src/data/index.js";
import { generateTask } from "../../../src/tasks/generate/task.js";
import { readOptions } from "../../../src/tasks/options.js";
import { regressTask } from "../../../src/tasks/regress/task.js";
import { transcribeTask } from "../../../src/tasks/transcribe/task.js";
import { translateTask } from "../../../src/tasks/translate/task.js";
import { unitOf } from "../../../src/tasks/views/unit.js";
import { linearRows, prepare, sumRows, train } from "../regress/support.js";
import { writeBeeps } from "../transcribe/support.js";
import { checkedOutput, near, stepThrough } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "sluice-views-others-"));
after(() => rmSync(root, { recursive: true, force: true }));
const quiet = { warn: () => undefined };

/** What the scaler of the target makes of outputs. */
function raw(
  { parts }: { readonly parts: { readonly scaler: Scaler } },
  outputs: ArrayLike<number>,
): ArrayLike<number> {
  return parts.scaler.inverse(tensor(Float64Array.from(outputs), [outputs.length, 1], "float64")).data;
}

test("generate: pieces of the prompt, and the likeliest next one after each", async () => {
  const text = "the old cat sleeps.\nthe small dog swims.\n".repeat(40);
  const bytes = new TextEncoder().encode(text);
  const small = { units: [12], embedding: 6, sequenceLength: 20, batchSize: 4, stepsPerEpoch: 40, learningRate: 0.02 };
  const { model, pipeline, train: data } = await generateTask.prepare(bytes, readOptions("generate", generateTask.options, small), quiet); // prettier-ignore
  await model.fit(data as never, { epochs: 2, verbose: 0 });
  const prompts = [{ prompt: "the old " }, { prompt: "dog\n" }];
  const view = await pipeline.view(model, prompts as never);
  const output = (await checkedOutput(model, view)) as Ragged;
  assert.deepEqual(view.inputs[0]!.steps[1], ["d", "o", "g", "\n"]);
  assert.equal(view.outputs.length, pipeline.vocabulary.size);
  const rows = [..."the old "].map((character) => ({ character }));
  const stepped = stepThrough(model, pipeline.stepper(model), rows);
  for (const [t, { next }] of stepped.entries()) {
    const given = [{ prompt: "the old ".slice(0, t + 1) }];
    const [answer] = await pipeline.predict(model, given as never, { temperature: 0, length: 1 });
    assert.equal(next, answer!["continuation"]);
  }
  const logits = output.sequence(0).data.slice(-view.outputs.length);
  const best = view.outputs.filter((_, k) => k !== pipeline.vocabulary.unknown).reduce((a, b) => (at(logits, b) > at(logits, a) ? b : a)); // prettier-ignore
  assert.equal(best.name, stepped.at(-1)!["next"]);
  function at(values: ArrayLike<number>, one: (typeof view.outputs)[number]): number {
    return values[view.outputs.indexOf(one)]!;
  }
  await assert.rejects(
    pipeline.view(model, [{ prompt: "é" }] as never),
    /the character "é" .* at line 1, column 1 is not in the training text/,
  );
  assert.equal((await pipeline.view(model, [{ prompt: "éo" }] as never, { unknown: "skip" })).inputs[0]!.steps[0]!.length, 1); // prettier-ignore
});

test("regress: columns, categories and the one row of a plain table", async () => {
  const made = await prepare(linearRows(120, 0.1), { target: "y", units: 6, epochs: 1 });
  const { model, pipeline } = made;
  await train(made, 1);
  const rows = linearRows(6, 0.1);
  const view = await pipeline.view(model, rows as never);
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0]!.features, ["a", "b", "d", "c = blue", "c = green", "c = red"]);
  assert.deepEqual(view.outputs, [{ name: "y" }]);
  near(raw(pipeline, output.data), (await pipeline.predict(model, rows as never)).map(({ y }) => y)); // prettier-ignore
  const { sample, inputs, notSteppable } = pipeline.signature(model);
  assert.equal(sample, "row");
  assert.deepEqual(inputs.find(({ name }) => name === "c")!.values, ["blue", "green", "red"]);
  assert.match(notSteppable!, /a sample of its own/);
});

test("regress: sequences, with the summary that a linear model reads, or row by row without", async () => {
  const rows = sumRows(60);
  const options = { target: "sum", id: "series", time: "t", units: 6, epochs: 1 };
  const both = await prepare(rows, { ...options, linear: true });
  const view = await both.pipeline.view(both.model, rows as never);
  const output = await checkedOutput(both.model, view);
  assert.deepEqual(view.inputs[1]!.features, ["v, last", "v, mean"]);
  assert.deepEqual(view.references[2], { series: "s2" });
  near(raw(both.pipeline, output.data), (await both.pipeline.predict(both.model, rows as never)).map(({ sum }) => sum)); // prettier-ignore
  assert.match(both.pipeline.signature(both.model).notSteppable!, /linear: false/);

  const alone = await prepare(rows, { ...options, linear: false, bidirectional: false });
  await train(alone, 1);
  const pipeline = regressTask.revive(JSON.parse(JSON.stringify(alone.pipeline)));
  const own = rows.filter(({ series }) => series === "s1");
  const stepped = stepThrough(alone.model, pipeline.stepper(alone.model), own);
  for (const t of own.keys()) {
    const [whole] = await pipeline.predict(alone.model, own.slice(0, t + 1) as never);
    near([stepped[t]!["sum"]], [whole!["sum"]]);
  }
});

test("regress on several kinds", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ note: i % 2 === 0 ? "large one" : "small one", size: i, y: i + (i % 2) })); // prettier-ignore
  const { model, pipeline } = await prepare(rows, { target: "y", inputs: { note: "text", size: "number" }, units: 4, minCount: 1 }); // prettier-ignore
  const view = await pipeline.view(model, rows.slice(0, 5) as never);
  const output = await checkedOutput(model, view);
  near(raw(pipeline, output.data), (await pipeline.predict(model, rows.slice(0, 5) as never)).map(({ y }) => y)); // prettier-ignore
  assert.match(pipeline.signature(model).notSteppable!, /several kinds/);
});

test("transcribe: frames that stand side by side, symbols and the blank", async () => {
  const { table } = writeBeeps(root, 20);
  const given = { audio: "path", text: "sentence", mels: 6, units: 6, stack: 2, validation: 0.2, test: 0.2, epochs: 1 };
  const options = readOptions("transcribe", transcribeTask.options, given);
  const { model, pipeline } = await transcribeTask.prepare(table, options, quiet);
  const view = await pipeline.view(model, table);
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.outputs.map(({ name }) => name), ["(blank)", "a", "b", "c"]); // prettier-ignore
  assert.deepEqual(view.inputs[0]!.steps[0]!.slice(0, 2), ["0.00 s", "0.02 s"]);
  assert.match(view.inputs[0]!.features[6]!, / Hz, frame 2$/);
  assert.equal(output.shape[2], 4);
  assert.match(pipeline.signature().notSteppable!, /known at its end/);
});

test("translate: tokens of the sentence, and those that were written for it", async () => {
  const pairs = Array.from({ length: 60 }, (_, i) => ({ digits: [...String(100 + i)].join(" "), words: [...String(100 + i)].map((d) => "abcdefghij"[Number(d)]!).join(" ") })); // prettier-ignore
  const given = { source: "digits", target: "words", sourceLevel: "word", targetLevel: "word", units: 8, embedding: 4, minCount: 1, dropout: 0, beamWidth: 1 }; // prettier-ignore
  const options = readOptions("translate", translateTask.options, given);
  const { model, pipeline, train: data } = await translateTask.prepare(pairs as never, options, quiet);
  await model.fit(data as never, { epochs: 4, verbose: 0 });
  const view = await pipeline.view(model, [{ digits: "1 0 5" }, { digits: "1" }] as never);
  const output = await checkedOutput(model, view);
  const [source, target] = view.inputs;
  assert.deepEqual(source!.steps, [["1", "0", "5"], ["1"]]); // prettier-ignore
  assert.equal(target!.steps[0]![0], "(start)");
  // A search of width 1 writes at each step the likeliest piece that may be written.
  const V = view.outputs.length;
  for (let t = 0; t + 1 < target!.steps[0]!.length; t++) {
    const logits = Array.from(output.data.subarray(t * V, (t + 1) * V), (v, k) => (k === 0 || k === 1 || k === 3 ? -Infinity : v));
    assert.equal(view.outputs[logits.indexOf(Math.max(...logits))]!.name, target!.steps[0]![t + 1]);
  }
  assert.match(pipeline.signature().notSteppable!, /whole sentence/);
}); // prettier-ignore

test("units in the names of columns", () => {
  const names = { "T (degC)": "degC", "temperature (°C)": "°C", "load [kWh]": "kWh", "rho (g/m**3)": "g/m**3", "p (mbar)": "mbar", "wv (m/s)": "m/s", "VPact (mbar)": "mbar", "H2OC (mmol/mol)": "mmol/mol", "rh (%)": "%", "price (USD)": "USD" }; // prettier-ignore
  for (const [name, unit] of Object.entries(names)) assert.equal(unitOf(name), unit, name);
  for (const name of ["close", "close (adjusted)", "x (1)", "score (0-10)", "(m) mass"]) assert.equal(unitOf(name), undefined, name); // prettier-ignore
});
