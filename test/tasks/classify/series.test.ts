import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import { resampled, segmentMeans } from "../../../src/tasks/classify/sequence.js";
import { withinLength } from "../../../src/tasks/classify/series-encoder.js";
import { Random } from "../../../src/util/random.js";
import { prepare, SMALL, trained, type Row } from "./support.js";

const pipelineOf = (saved: object) => classifyTask.revive(JSON.parse(JSON.stringify(saved)));
const LONG = { id: "id", time: "t" };

/** Sequences of 4 to 9 steps that rise or fall; `b` is noise. Rows of all sequences are mixed. */
function slopes(count: number, seed = 1): Row[] {
  const random = new Random(seed);
  const rows = Array.from({ length: count }, (_, i) => {
    const up = i % 2 === 0;
    const start = 20 * random.uniform();
    const length = 4 + random.below(6);
    return Array.from({ length }, (__, t): Row => {
      const a = start + (up ? t : -t) + random.uniform();
      return { id: `s${i}`, t, a, b: random.uniform(), label: up ? "up" : "down" };
    });
  }).flat();
  const order = rows.map((_, i) => i);
  random.shuffle(order);
  return order.map((i) => rows[i]!);
}

test("a long table: sequences of unequal length by id, in order of time, are learnt", async () => {
  const { model, pipeline, test: measure, facts } = await trained(slopes(120), LONG, 30);
  const { entries, of } = await measure(model);
  assert.equal(of, "sequences");
  assert.ok(entries[0]!.values["accuracy"]! >= 0.9, JSON.stringify(entries));
  assert.ok(facts.some(([name, value]) => name === "features of a step" && value === "2"));
  const [one, again] = await Promise.all(
    [pipeline, pipelineOf(pipeline.toJSON())].map((p) => p.evaluate(model, slopes(6, 9))),
  );
  assert.deepEqual(again!.entries, one!.entries);
  assert.equal(one!.entries.at(-1)!.kind, "simple");
  const given = slopes(6, 9).map(({ id, t, a, b }) => ({ id, t, a, b }));
  const answers = await pipelineOf(pipeline.toJSON()).predict(model, given);
  assert.deepEqual(await pipeline.predict(model, given), answers);
  assert.equal(answers.length, 6);
  assert.equal(new Set(answers.map(({ id }) => id)).size, 6);
});

test("padding does not change a prediction", async () => {
  for (const pooling of ["mean", "max", "last"]) {
    const { model, pipeline } = await trained(slopes(40), { ...LONG, pooling, bidirectional: true }, 2);
    const short = [[3, 0.5], [4, 0.1]]; // prettier-ignore
    const long = Array.from({ length: 9 }, (_, t) => [t, 0.3]);
    const [alone] = await pipeline.predict(model, [short]);
    const [beside] = await pipeline.predict(model, [short, long]);
    assert.ok(Math.abs((alone!["p_up"] as number) - (beside!["p_up"] as number)) < 1e-6, pooling);
  }
});

test("what stands in the other parts changes no scale", async () => {
  const rows = slopes(40);
  const first = JSON.stringify((await prepare(rows, { ...LONG, ...SMALL })).pipeline);
  const ids = [...new Set(rows.map(({ id }) => id))];
  let same = 0;
  for (const id of ids) {
    const changed = rows.map((row) => (row["id"] === id ? { ...row, a: (row["a"] as number) * 1000 } : row));
    if (JSON.stringify((await prepare(changed, { ...LONG, ...SMALL })).pipeline) === first) same++;
  }
  assert.equal(same, 8, "a fifth of the sequences is kept from training");
});

test("a wide table: a row is a sequence, which ends with its last number", async () => {
  const random = new Random(4);
  const rows = Array.from({ length: 80 }, (_, i): Row => {
    const values = Array.from({ length: 3 + random.below(4) }, (__, t) => (i % 2 ? t : -t) + random.uniform());
    return { ...Object.fromEntries(Array.from({ length: 6 }, (__, t) => [`t${t}`, values[t] ?? null])), label: i % 2 };
  });
  const { model, pipeline, test: measure } = await trained(rows, { wide: true }, 30);
  assert.ok((await measure(model)).entries[0]!.values["accuracy"]! >= 0.9);
  const answers = await pipeline.predict(model, [{ t0: 0, t1: 1, t2: 2, t3: 3, t4: null, t5: null }]);
  assert.deepEqual([answers[0]!["row"], answers[0]!["label"]], [1, 1]);
});

test("gaps are refused, or filled in where the user says so", async () => {
  const rows = slopes(40);
  const gap = rows.findIndex(({ t }) => t === 2);
  const given = rows.with(gap, { ...rows[gap]!, a: null });
  await assert.rejects(prepare(given, { ...LONG, ...SMALL }), (error: Error) => {
    assert.match(error.message, /a number is missing at step 3, feature 1 \(rows, id "s\d+", row \d+\)/);
    return true;
  });
  for (const missing of ["interpolate", "forwardFill"]) {
    const { pipeline, model } = await trained(given, { ...LONG, missing }, 1);
    const answers = await pipeline.predict(model, given);
    assert.ok(answers.every(({ p_up }) => Number.isFinite(p_up)));
  }
});

test("sequences brought to one length lie on the line between their steps; means of parts by hand", () => {
  const sequence = { values: [0, 10, 1, 20, 2, 60], length: 3, D: 2 };
  assert.deepEqual([...resampled(sequence, 5)], [0, 10, 0.5, 15, 1, 20, 1.5, 40, 2, 60]);
  assert.deepEqual([...resampled({ values: [7], length: 1, D: 1 }, 3)], [7, 7, 7]);
  assert.deepEqual([...resampled(sequence, 1)], [0, 10]);
  assert.deepEqual([...segmentMeans({ values: [1, 3, 5, 7], length: 4, D: 1 }, 2)], [2, 6]);
  assert.deepEqual([...segmentMeans({ values: [1, 3], length: 2, D: 1 }, 4)], [1, 1, 3, 3]);
});

const bad: [what: string, source: () => Row[], options: object, message: RegExp][] = [
  ["labels that change", () => slopes(20).map((row, i) => (i === 50 ? { ...row, label: "sideways" } : row)), LONG, /sequence "s\d+" has the labels "(up|down|sideways)" and "(up|down|sideways)" \(rows, row \d+\)/],
  ["two rows of one time", () => slopes(20).map((row) => ({ ...row, t: 1 })), LONG, /sequence "s\d+" has two rows with one "t" \(rows, row \d+\)/],
  ["no id", () => slopes(20).map((row, i) => (i === 3 ? { ...row, id: null } : row)), LONG, /there is no "id" \(rows, row 4\)/],
  ["an unknown feature", () => slopes(20), { ...LONG, features: ["c"] }, /has no column "c"/],
  ["no numbers", () => slopes(20).map(({ id, label }) => ({ id: id!, label: label! })), { id: "id" }, /has no columns of numbers beside label, id and time/],
]; // prettier-ignore

for (const [what, source, options, message] of bad) {
  test(`${what}: refused by name`, async () => {
    await assert.rejects(prepare(source(), { ...SMALL, ...options }), message);
  });
}

test("new sequences must have the features of the old ones", async () => {
  const { pipeline, model } = await prepare(slopes(40), { ...LONG, ...SMALL });
  await assert.rejects(pipeline.predict(model, [[[1], [2]]]), /trained on 2 features a step, got 1/);
  await assert.rejects(pipeline.predict(model, [[[1, 2], [2]]]), /sequence 1 must be numbers \[steps\]\[features\]/); // prettier-ignore
});

test("more sequences than a call has room for arguments", () => {
  const sequences = Array.from({ length: 200_000 }, (_, i) => ({ values: [1, 2], length: 1 + (i % 2), D: 1 }));
  assert.deepEqual(withinLength(sequences, { maxLength: 9, keep: "end", D: 1 }).shape, [200_000, 2, 1]);
});
