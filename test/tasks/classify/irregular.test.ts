/** Sequences that were observed now and then, from long and from wide tables. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import { summary } from "../../../src/tasks/classify/irregular-rivals.js";
import { Random } from "../../../src/util/random.js";
import { prepare, SMALL, trained, type Row } from "./support.js";

const pipelineOf = (saved: object) => classifyTask.revive(JSON.parse(JSON.stringify(saved)));
const WIDE = { irregular: true, id: "id", time: "t" };
const LONG = { ...WIDE, variable: "variable", value: "value" };

/** At uneven times a rises or falls, b is noise; about half of the cells are missing. */
function patients(count: number, seed = 1): Row[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const up = i % 2 === 0;
    let t = 10 * random.uniform();
    return Array.from({ length: 5 + random.below(6) }, (): Row => {
      t += 0.1 + 2 * random.uniform();
      const a = (up ? t : -t) + random.uniform();
      const cells = { a: random.uniform() < 0.5 ? null : a, b: random.uniform() < 0.5 ? null : random.uniform() };
      return { id: `p${i}`, t, ...cells, label: up ? "up" : "down" };
    });
  }).flat();
}

const longOf = (rows: readonly Row[]): Row[] =>
  rows.flatMap((row) => ["a", "b"].map((variable) => ({ id: row["id"]!, t: row["t"]!, variable, value: row[variable]!, label: row["label"] ?? null }))); // prettier-ignore

test("sequences with gaps are learnt, measured beside a baseline, saved and read again", async () => {
  const { model, pipeline, test: measure, facts } = await trained(patients(160), WIDE, 20);
  const { entries, of } = await measure(model);
  assert.equal(of, "sequences");
  assert.ok(entries[0]!.values["accuracy"]! >= 0.85, JSON.stringify(entries));
  assert.equal(entries.at(-1)!.kind, "simple");
  assert.match(entries.at(-1)!.name, /means, last values and shares observed/);
  assert.ok(
    facts.some(([name, text]) => name === "variables" && /^2, \d+ % to \d+ % of the steps observed/.test(text)),
  );
  const again = pipelineOf(pipeline.toJSON());
  const rows = patients(6, 9);
  assert.deepEqual((await again.evaluate(model, rows)).entries, (await pipeline.evaluate(model, rows)).entries);
  const unlabelled = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== "label")));
  const answers = await again.predict(model, unlabelled);
  assert.deepEqual(answers, await pipeline.predict(model, unlabelled));
  assert.deepEqual(answers.map(({ id }) => id), ["p0", "p1", "p2", "p3", "p4", "p5"]); // prettier-ignore
});

test("a long table gives the predictions of the wide one, also with several layers and the other poolings", async () => {
  const rows = patients(40);
  for (const pooling of ["last", "max", "mean"]) {
    const more = { pooling, units: [4, 4, 4], bidirectional: pooling === "mean", dropout: 0.1 };
    const wide = await trained(rows, { ...WIDE, ...more }, 1);
    const long = await trained(longOf(rows), { ...LONG, ...more }, 1);
    const answers = await wide.pipeline.predict(wide.model, rows);
    assert.deepEqual(await long.pipeline.predict(long.model, longOf(rows)), answers, pooling);
  }
});

test("what stands in the other parts changes no scale and no unit", async () => {
  const rows = patients(40);
  const first = JSON.stringify((await prepare(rows, { ...WIDE, ...SMALL })).pipeline);
  const ids = [...new Set(rows.map(({ id }) => id))];
  let same = 0;
  for (const id of ids) {
    const a = (row: Row) => (row["a"] === null ? null : (row["a"] as number) * 1000);
    const changed = rows.map((row) => (row["id"] === id ? { ...row, a: a(row) } : row));
    if (JSON.stringify((await prepare(changed, { ...WIDE, ...SMALL })).pipeline) === first) same++;
  }
  assert.equal(same, 8, "a fifth of the sequences is kept from training");
});

test("the baseline sees means, last values and shares", () => {
  const values = Float64Array.of(1, NaN, NaN, NaN, 3, NaN, NaN, NaN);
  const times = Float64Array.of(0, 1, 2, 3);
  assert.deepEqual([...summary({ values, times, D: 2 })], [2, 0, 3, 0, 0.5, 0]);
});

const bad: [what: string, source: () => Row[], options: object, message: RegExp][] = [
  ["no time", () => patients(20), { irregular: true, id: "id" }, /irregular needs time: the column/],
  ["neither id nor time", () => patients(20), { irregular: true }, /irregular needs id and time/],
  ["variable alone", () => longOf(patients(20)), { ...WIDE, variable: "variable" }, /variable is given without value/],
  ["variable without irregular", () => longOf(patients(20)), { id: "id", variable: "variable" }, /variable goes with irregular/],
  ["wide too", () => patients(20), { irregular: true, wide: true }, /wide does not go with irregular/],
  ["labels that change", () => patients(20).map((row, i) => (i === 50 ? { ...row, label: "sideways" } : row)), WIDE, /sequence "p\d+" has the labels "(up|down)" and "(sideways|up|down)" \(rows, row \d+\)/],
  ["one variable twice", () => [...longOf(patients(20)).filter(({ value }) => value !== null), ...longOf(patients(1)).filter(({ value }) => value !== null)], LONG, /"(a|b)" of series "p0" is observed twice at one time/],
  ["a variable never observed", () => patients(20).map((row) => ({ ...row, b: null })), { ...WIDE, features: ["a", "b"], types: { b: "number" } }, /no observation of "b"; leave it out with features/],
]; // prettier-ignore

for (const [what, source, options, message] of bad) {
  test(`${what}: refused by name`, async () => {
    await assert.rejects(prepare(source(), { ...SMALL, ...options }), message);
  });
}

test("a variable that training did not know is refused at prediction", async () => {
  const { pipeline, model } = await trained(longOf(patients(40)), LONG, 1);
  const rows = [{ id: "p0", t: 1, variable: "pressure", value: 1 }];
  await assert.rejects(
    pipeline.predict(model, rows),
    /the variable "pressure" is not known \(rows, row 1\); known are a, b/,
  );
});
