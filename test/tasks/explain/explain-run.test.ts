/** Explanations of runs: on data whose answer hangs on one known step, and on every task. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { decodeSequences, Random, tensor, type DecodeOptions, type Model, type Tensor } from "sluice";
import type { DataSource } from "../../../src/data/index.js";
import { trace } from "../../../src/explain/index.js";
import { explainRun } from "../../../src/tasks/explain/explain-run.js";
import type { Explanation } from "../../../src/tasks/explain/explanation.js";
import { explanationPage, leadOf } from "../../../src/tasks/explain/report.js";
import { featureScores, horizonWords, stepScores, toldBy } from "../../../src/tasks/explain/summary.js";
import { readOptions } from "../../../src/tasks/options.js";
import { taskNamed } from "../../../src/tasks/registry.js";
import { Run } from "../../../src/tasks/run.js";
import type { Pipeline } from "../../../src/tasks/task.js";
import { fit, prepare, SMALL, type Row } from "../classify/support.js";
import { dates, tableOf, wave } from "../forecast/support.js";
import { linearRows, sumRows } from "../regress/support.js";
import { writeBeeps } from "../transcribe/support.js";

const root = mkdtempSync(join(tmpdir(), "sluice-explain-run-"));
after(() => rmSync(root, { recursive: true, force: true }));
const quiet = { warn: () => undefined };

const runOf = ({ model, pipeline }: { model: Model; pipeline: Pipeline }) =>
  new Run({ model, pipeline, folder: null, evaluation: null, history: { epoch: [], history: {}, stopReason: null } });

/** Eight steps of noise in two columns; the label is the sign of `a` at the fourth. */
function fourth(count: number): Row[] {
  const random = new Random(7);
  const noise = () => random.uniform() - 0.5;
  return Array.from({ length: count }, (_, i) => {
    const steps = Array.from({ length: 8 }, (__, t): Row => ({ id: `s${i}`, t, a: noise(), b: noise() }));
    const up = i % 2 === 0;
    steps[3]!["a"] = (up ? 1 : -1) * (0.3 + Math.abs(noise()));
    return steps.map((row) => ({ ...row, label: up ? "up" : "down" }));
  }).flat();
}

const prepared = await prepare(fourth(240), { ...SMALL, id: "id", time: "t", units: 12, pooling: "maxLast" });
await fit(prepared, 30);
const run = runOf(prepared);
const ROWS = fourth(40) as unknown as DataSource;

test("every method ranks the step and the column first on which the answer hangs", async () => {
  const all: Explanation[] = [];
  for (let sample = 0; sample < 6; sample++) all.push(await explainRun(run, ROWS, { method: "all", sample }));
  for (const [m, { method }] of all[0]!.attributions.entries()) {
    const inputs = all.map(({ attributions }) => attributions[m]!.inputs[0]!);
    const sizes = (scored: readonly (readonly { value: number }[])[]) =>
      scored[0]!.map((_, i) => scored.reduce((sum, own) => sum + Math.abs(own[i]!.value), 0));
    const steps = sizes(inputs.map(stepScores));
    assert.equal(steps.indexOf(Math.max(...steps)), 3, `${method}: ${steps.join()}`);
    const [a, b] = sizes(inputs.map(featureScores));
    assert.ok(a! > b!, method);
    assert.deepEqual(inputs[0]!.steps, ["0", "1", "2", "3", "4", "5", "6", "7"]);
  }
  const explanation = all[4]!;
  const [integrated] = explanation.attributions;
  assert.ok(integrated!.incompleteness! < 0.01, `${integrated!.incompleteness}`);
  const { horizon } = explanation;
  assert.equal(horizon!.occlusion.indexOf(Math.max(...horizon!.occlusion)), 4, "the fourth of eight is four back");
  assert.equal(horizon!.samples, 40);
  assert.match(horizonWords(explanation)[1]!, /the last [5-8] of 8 steps/);
});

test("it is plain data: the sample, the answer, and what went on inside, as trace gives it", async () => {
  const explanation = await explainRun(run, ROWS, { sample: 4 });
  assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation);
  const { reference, answers, outputs, output, layers, saturation, effects, count, inputs } = explanation;
  assert.deepEqual([count, reference, answers.length], [40, { id: "s4" }, 1]);
  assert.equal(answers[0]!["label"], "up");
  assert.ok(Math.abs(outputs[0]!.value - (answers[0]!["p_up"] as number)) < 1e-6);
  assert.deepEqual(output, { name: "up", index: 0, step: null, scale: "logit" });
  assert.deepEqual(inputs[0]!.features, ["a", "b"]);
  const view = await run.view(ROWS);
  const own = (await trace(run.model, view.x))[4]!.layers[0]!;
  for (const [name, values] of Object.entries(layers[0]!.signals)) {
    assert.equal(values.length, 8 * 12);
    for (const [i, value] of values.entries()) assert.ok(Math.abs(value - own.signals[name]![i]!) < 1e-5, name);
  }
  assert.equal(saturation.samples, 40);
  assert.equal(saturation.gates[0]!.steps, 320);
  assert.equal(effects.length, 12);
  for (const [i, { effect }] of effects.entries()) assert.ok(i === 0 || effect <= effects[i - 1]!.effect);
});

test("the other of two classes is explained by its name: what speaks against the one speaks for it", async () => {
  const up = await explainRun(run, ROWS, { sample: 5, method: "all" });
  const down = await explainRun(run, ROWS, { sample: 5, method: "all", output: "down" });
  assert.deepEqual(down.output, { ...up.output, name: "down" });
  assert.deepEqual(down.outputs, up.outputs);
  assert.deepEqual(down.outputs.map(({ name }) => name), ["up", "down"]); // prettier-ignore
  assert.ok(Math.abs(down.outputs[1]!.value - (down.answers[0]!["p_down"] as number)) < 1e-6);
  for (const [m, { value, baseline, sum, inputs, incompleteness }] of down.attributions.entries()) {
    const own = up.attributions[m]!;
    // ln((1 − p) / p)
    const logit = Math.log(down.outputs[1]!.value / down.outputs[0]!.value);
    assert.ok(Math.abs(value - logit) < 1e-4, `${value} ${logit}`);
    if (incompleteness !== null) assert.ok(Math.abs(sum - (value - baseline)) <= 0.01 * Math.abs(value - baseline));
    for (const [i, score] of inputs[0]!.scores.entries()) assert.equal(score, 0 - own.inputs[0]!.scores[i]!);
  }
  for (const [i, { change, effect, unit }] of down.effects.entries()) {
    assert.equal(change, 0 - up.effects[i]!.change);
    assert.deepEqual([unit, effect], [up.effects[i]!.unit, up.effects[i]!.effect]);
  }
  assert.deepEqual(down.horizon, up.horizon);
  assert.match(leadOf(down), /^“down” is (?:0\.9\d+|1\.000)\. By integrated gradients most speaks for it: 3 /);
  assert.match(leadOf(up), /^“up” is (?:0\.0\d+|\d\.\d+e−\d+); the answer is “down”\. By .* against it: 3 /);
});

test("of the row of a table the features speak: there is one step", async () => {
  const task = taskNamed("test", "regress");
  const options = readOptions("regress", task.options, { target: "y", units: 4, epochs: 3 });
  const explanation = await explainRun(
    runOf(await task.prepare(linearRows(60, 0.1) as unknown as DataSource, options, quiet)),
    linearRows(6, 0.1) as unknown as DataSource,
    { samples: 4 },
  );
  const [input] = explanation.attributions[0]!.inputs;
  assert.deepEqual([toldBy(input!), input!.steps.length], ["feature", 1]);
  assert.equal(explanation.horizon, null);
  const lead = leadOf(explanation);
  assert.ok(input!.features.some((name) => lead.includes(`${name} (`)) && !lead.includes("row 1"), lead);
  const page = await explanationPage(explanation, "command");
  assert.ok(page.includes("By feature") && !page.includes("By step"));
});

test("units of a selection are found elsewhere, never in the sample's own passage", async () => {
  const { matches } = await explainRun(run, ROWS, { sample: 4, select: { from: 3, to: 4 } });
  assert.ok(matches!.units.length > 0 && matches!.passages.length > 0);
  for (const { sample, from, to, shared, steps } of matches!.passages) {
    assert.ok(sample !== 0 || from >= 4 || to <= 3);
    assert.equal(steps.length, to - from);
    assert.ok(shared.every((unit) => matches!.units.includes(unit)));
  }
  const page = await explanationPage(await explainRun(run, ROWS, { select: { from: 3, to: 4 } }), "explain <b>");
  for (const text of [
    "Where the same units are on",
    "Saturation of gru",
    "Dependence on the input",
    "explain &lt;b&gt;",
  ])
    assert.ok(page.includes(text), text);
  assert.ok(!page.includes("<script") && !/NaN|undefined/.test(page));
});

test("what is not there is said", async () => {
  const fails = (options: object, message: RegExp) => assert.rejects(explainRun(run, ROWS, options), message);
  await fails({ sample: 40 }, /there are 40 samples, got sample number 41/);
  await fails({ output: "upp" }, /no output "upp"; did you mean "up"\? There are "up", "down"/);
  await fails({ output: "sideways" }, /no output "sideways"\. There are "up", "down"/);
  await fails({ output: 2 }, /no output "2"\. There are "up", "down"/);
  await fails({ step: 2 }, /answers once, not at every step/);
  await fails({ layer: "gruu" }, /gruu/);
  await fails({ select: { from: 3, to: 30 } }, /steps 1 to 8, the selection goes from 4 to 30/);
  await fails({ methods: "all" }, /unknown option "methods"; did you mean "method"/);
  await fails({ method: "lime" }, /method must be one of/);
});

const prose = new TextEncoder().encode("the old cat sleeps.\nthe small dog swims.\n".repeat(30));
const series = tableOf({ date: dates(90), y: wave(90), z: wave(90, 2, 5) });
const uneven = Array.from({ length: 120 }, (_, t) => ({ t, y: t % 2 === 0 ? Math.sin(t / 5) : null, z: t % 3 === 0 ? null : Math.cos(t / 5) })); // prettier-ignore
const kinds = Array.from({ length: 40 }, (_, i) => ({ note: i % 2 === 0 ? "large one" : "small one", size: i, y: i + (i % 2) })); // prettier-ignore
const pairs = Array.from({ length: 60 }, (_, i) => ({ en: `one ${i % 7} two`, zh: `一${i % 7}二` }));
const { table: clips } = writeBeeps(root, 20);

/** What a task is trained on, with what options, what is then explained, and the name of the output. */
const TASKS: readonly (readonly [name: string, data: unknown, options: object, asked: unknown, output: string])[] = [
  ["forecast", series, { target: "y", past: ["z"], horizon: 3, lookback: 8, units: [4] }, series, "y +1"],
  [
    "forecast",
    series,
    { target: "y", horizon: 2, lookback: 8, units: [4], quantiles: [0.1, 0.9] },
    series,
    "y +1 q0.5",
  ],
  ["forecast", series, { target: "y", model: "segrnn", horizon: 2, lookback: 8, units: [4] }, series, "y +1"],
  ["forecast", series, { target: "y", model: "deepar", horizon: 2, lookback: 8, units: [4], samples: 5 }, series, "y +1 location"], // prettier-ignore
  ["forecast", uneven, { target: "y", irregular: true, time: "t", past: "all", lookback: 6, horizon: 2, units: 4 }, uneven, "y +1"], // prettier-ignore
  ["generate", prose, { units: [6], embedding: 4, sequenceLength: 12 }, [{ prompt: "the old" }], ""],
  ["regress", linearRows(60, 0.1), { target: "y", units: 4 }, linearRows(6, 0.1), "y"],
  ["regress", sumRows(40), { target: "sum", id: "series", time: "t", units: 4 }, sumRows(4), "sum"],
  ["regress", kinds, { target: "y", inputs: { note: "text", size: "number" }, units: 4, minCount: 1 }, kinds.slice(0, 4), "y"], // prettier-ignore
  ["transcribe", clips, { audio: "path", text: "sentence", mels: 6, units: 4, validation: 0.2, test: 0.2 }, clips, ""],
  ["translate", pairs, { source: "en", target: "zh", units: 6, embedding: 4, minCount: 1 }, [{ en: "one 3 two" }], ""],
];

for (const [name, data, options, asked, output] of TASKS)
  test(`${name}, ${JSON.stringify(options)}: an explanation and its page`, async () => {
    const task = taskNamed("test", name);
    const made = await task.prepare(data as DataSource, readOptions(name, task.options, { ...options, epochs: 1 }), quiet); // prettier-ignore
    const explanation = await explainRun(runOf(made), asked as DataSource, { samples: 4 });
    const { output: explained, attributions, layers, inputs, saturation, effects } = explanation;
    if (output !== "") assert.equal(explained.name, output);
    const everyStep = ["generate", "transcribe", "translate"].includes(name) || "samples" in options;
    assert.equal(explained.step !== null, everyStep);
    assert.ok(attributions[0]!.inputs.length > 0);
    for (const { name: input, steps, features, scores, kind } of attributions[0]!.inputs) {
      assert.equal(scores.length, (kind === "vector" ? 1 : steps.length) * features.length, input);
      assert.ok(inputs.some((own) => own.name === input));
    }
    if (name !== "translate") assert.ok(layers.length > 0 && effects.length > 0 && saturation.gates.length > 0);
    assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation);
    const page = await explanationPage(explanation, "command");
    assert.ok(!/NaN|undefined/.test(page.replaceAll(/<style>.*?<\/style>/gs, "")));
  });

test("a translation tells what each of its tokens looked at, as the search found it", async () => {
  const task = taskNamed("test", "translate");
  const options = { source: "en", target: "zh", units: 6, embedding: 4, minCount: 1, epochs: 2 };
  const made = await task.prepare(
    pairs as unknown as DataSource,
    readOptions("translate", task.options, options),
    quiet,
  );
  const run = runOf(made);
  const asked = [{ en: "one 3 two" }, { en: "two one 4 one" }] as unknown as DataSource;
  const explanation = await explainRun(run, asked, { sample: 1, samples: 2 });
  const { source, target, weights } = explanation.attention!;
  assert.deepEqual(source, ["two", "one", "4", "one"]);
  const { x } = await run.view(asked);
  const [read] = x as readonly Tensor[];
  const own = read!.data.subarray(read!.shape[1]!, 2 * read!.shape[1]!); // the longest: no padding
  const { beamWidth, lengthPenalty, coveragePenalty } = made.settings as unknown as Required<DecodeOptions>;
  // Tokens 1, 2 and 3 begin, end and are unknown.
  const search = { beamWidth, lengthPenalty, coveragePenalty, start: 1, end: 2, banned: [3] };
  const [found] = await decodeSequences(made.model, tensor([...own], [1, own.length], "int32"), search);
  const { attention, ids, finished } = found![0]!;
  assert.equal(target.length, ids.length + Number(finished));
  assert.equal(weights.length, attention.length);
  for (const [t, row] of weights.entries()) {
    assert.ok(Math.abs(row.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-4);
    for (const [s, weight] of row.entries()) assert.ok(Math.abs(weight - attention[t]![s]!) < 1e-5);
  }
  const page = await explanationPage(explanation, "command");
  assert.ok(page.includes("What it looked at while it wrote"));
  assert.equal((await explainRun(runOf(prepared), ROWS)).attention, null);
});

test("what the network does not read of a long text is told, and texts that are too long are refused", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ text: i % 2 ? "a good film" : "a bad film", label: i % 2 ? "good" : "bad" })); // prettier-ignore
  const task = taskNamed("test", "classify");
  const reading = async (maxLength: number) => {
    const options = { text: "text", label: "label", epochs: 1, units: 4, minCount: 1, maxLength };
    return runOf(await task.prepare(rows as unknown as DataSource, readOptions("test", task.options, options), quiet));
  };
  const text = (words: string) => [{ text: words }] as unknown as DataSource;
  const { inputs } = await explainRun(await reading(3), text("a film that is long and good"));
  assert.deepEqual([inputs[0]!.steps, inputs[0]!.leftOut], [["long", "and", "good"], 4]);
  const long = explainRun(await reading(9000), text("good ".repeat(5001)));
  await assert.rejects(long, /the sample has 5001 steps, more than 5000; give a part of it/);
});
