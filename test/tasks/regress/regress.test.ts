import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { errorsOf } from "../../../src/tasks/regress/measure.js";
import type { RegressPipeline } from "../../../src/tasks/regress/pipeline.js";
import { regressTask } from "../../../src/tasks/regress/task.js";
import { linearRows, prepare, sumRows, train, warnings, type Row } from "./support.js";

const near = (actual: number, expected: number, tolerance: number, what = "") =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: got ${actual}, expected ${expected}`);

test("errors by hand", () => {
  // Errors 1, -1, 2, 0; truths about their mean 2.5: -1.5, -0.5, 0.5, 1.5.
  const { RMSE, MAE, R2 } = errorsOf([1, 2, 3, 4], [2, 1, 5, 4]);
  near(RMSE!, Math.sqrt(6 / 4), 1e-12);
  near(MAE!, 1, 1e-12);
  near(R2!, 1 - 6 / 5, 1e-12);
  assert.ok(Number.isNaN(errorsOf([2, 2], [1, 3])["R2"]));
  const same = new Array<number>(6).fill(0.1); // their mean is not quite 0.1
  assert.ok(Number.isNaN(errorsOf(same, [1, 2, 3, 4, 5, 6])["R2"]));
});

test("what is linear is found by the linear regression, and the network begins there", async () => {
  const prepared = await prepare(linearRows(300, 0.2), { target: "y", units: [8] });
  const before = await prepared.test(prepared.model);
  const [network, mean, linear] = before.entries;
  near(linear!.values["RMSE"]!, 0.2 / Math.sqrt(12), 0.02, "the noise's deviation");
  near(network!.values["RMSE"]!, linear!.values["RMSE"]!, 1e-5, "before training");
  assert.ok(mean!.values["RMSE"]! > 5 && network!.values["R2"]! > 0.99);
  await train(prepared, 5);
  const { entries, count, of, pictures, part } = await prepared.test(prepared.model);
  assert.ok(entries[0]!.values["RMSE"]! < 0.15, JSON.stringify(entries));
  assert.deepEqual([count, of, part], [45, "rows", "test"]);
  const picture = pictures[0]!;
  assert.ok(picture.kind === "scatter" && picture.actual.length === 45 && picture.label === "y");
});

test("what is not linear is learnt by the recurrent layers", async () => {
  const rows = linearRows(400, 0).map((row) => ({ ...row, y: Math.abs((row["a"] as number) - 5) }));
  for (const linear of [true, false]) {
    const prepared = await prepare(rows, { target: "y", units: [16], learningRate: 0.02, linear });
    await train(prepared, 40);
    const { entries, verdict } = await prepared.test(prepared.model);
    assert.ok(entries[0]!.values["RMSE"]! < 0.3 * entries[2]!.values["RMSE"]!, JSON.stringify(entries));
    assert.match(verdict, /The network is better than linear regression/);
  }
});

test("sequences of unequal length: one answer each, whatever the padding", async () => {
  const rows = sumRows(400);
  for (const linear of [true, false]) {
    const options = { target: "sum", id: "series", time: "t", units: [16], learningRate: 0.02, linear };
    const prepared = await prepare(rows, options);
    assert.deepEqual(prepared.settings["features"], ["v"]);
    await train(prepared, 40);
    const { entries, of } = await prepared.test(prepared.model);
    assert.equal(of, "sequences");
    assert.ok(entries[0]!.values["RMSE"]! < 0.4 * entries[2]!.values["RMSE"]!, JSON.stringify(entries));
    const { pipeline, model } = prepared;
    const some = rows.filter(({ series }) => ["s1", "s2", "s3"].includes(series as string));
    const together = await pipeline.predict(model, [...some].reverse());
    assert.deepEqual(together.map(({ series }) => series), ["s3", "s2", "s1"]); // prettier-ignore
    for (const answer of together) {
      const [alone] = await pipeline.predict(model, rows.filter(({ series }) => series === answer["series"])); // prettier-ignore
      near(alone!["sum"] as number, answer["sum"] as number, 1e-5, "alone and beside longer ones");
    }
  }
});

test("saved as JSON and revived it answers and judges the same", async () => {
  const rows = linearRows(60, 1);
  const { model, pipeline } = await prepare(rows, { target: "y", units: [4] });
  const revived = regressTask.revive(JSON.parse(JSON.stringify(pipeline.toJSON())));
  assert.deepEqual(revived.toJSON(), pipeline.toJSON());
  const questions = rows.slice(0, 5).map(({ a, b, c, d }) => ({ a, b, c, d }));
  const answers = await revived.predict(model, questions);
  assert.deepEqual(answers, await pipeline.predict(model, questions));
  assert.deepEqual(Object.keys(answers[0]!), ["y"]);
  assert.deepEqual(await revived.evaluate(model, rows), await pipeline.evaluate(model, rows));
  assert.throws(() => regressTask.revive({}), /regress: the saved preprocessing is not one of a regression/);
});

test("what is fitted is fitted on the training part", async () => {
  const rows = linearRows(100, 1);
  const options = { target: "y", shuffle: false, units: [4] };
  const other = rows.map((row, i) => (i >= 85 ? { ...row, a: 1e6, c: "purple", y: -1e6 } : row));
  const [a, b] = [await prepare(rows, options), await prepare(other, { ...options, unknown: "other" })];
  const json = (p: typeof a) => {
    const saved = p.pipeline.toJSON() as ReturnType<RegressPipeline["toJSON"]>;
    return { ...saved, encoder: { ...saved.encoder, options: {} } };
  };
  assert.deepEqual(json(a), json(b));
  const drawn = await prepare(rows, { ...options, shuffle: true, seed: 2 });
  assert.deepEqual(json(drawn), json(await prepare(rows, { ...options, shuffle: true, seed: 2 })));
  assert.notDeepEqual(json(drawn), json(await prepare(rows, { ...options, shuffle: true, seed: 3 })));
});

test("missing cells are filled with the mean where that is asked for", async () => {
  const rows = linearRows(100, 1);
  const { model, pipeline } = await prepare(rows, { target: "y", shuffle: false, missing: "mean", units: [4] });
  const mean = rows.slice(0, 75).reduce((sum, { a }) => sum + (a as number) / 75, 0);
  const [empty, filled] = await pipeline.predict(model, [
    { ...rows[0], a: null } as Row,
    { ...rows[0], a: mean } as Row,
  ]);
  near(empty!["y"] as number, filled!["y"] as number, 1e-5);
});

test("a table's columns that cannot be features are left out, and said", async () => {
  const rows = linearRows(80, 1).map((row, i) => ({ ...row, name: `row ${i}`, day: new Date(86_400_000 * i) }));
  const { settings, facts } = await prepare(rows as unknown as Row[], { target: "y" });
  assert.deepEqual(settings["features"], ["a", "b", "c", "d"]);
  assert.match(warnings.join("\n"), /column "name" is left out: it has more than 50 different texts/);
  assert.match(warnings.join("\n"), /column "day" is left out: it holds dates/);
  assert.match(Object.fromEntries(facts)["features"]!, /a, b, c, d \(6 numbers\)/);
});

test("what cannot be used is refused with its place", async () => {
  const rows = linearRows(60, 1);
  const change = (row: number, cell: Row) => rows.map((r, i) => (i === row ? { ...r, ...cell } : r));
  const refused = (source: Parameters<typeof prepare>[0], options: object, message: RegExp) =>
    assert.rejects(prepare(source, { target: "y", shuffle: false, ...options }), message);
  await refused(rows, { target: "Y2" }, /no column "Y2"; did you mean "y"\?/);
  await refused(rows, { target: "c" }, /column "c" must hold numbers, got "/);
  await refused(rows, { features: ["a", "y"] }, /column "y" cannot be a feature and target/);
  await refused(rows, { time: "a" }, /give id too/);
  await refused(rows, { validation: 0.6, test: 0.6 }, /validation 0.6 and test 0.6 leave nothing to train on/);
  const constant = rows.map((row) => ({ ...row, y: 5 }));
  await refused(constant, {}, /target "y" of rows is 5 all through the training part; there is nothing to learn/);
  await refused(change(7, { a: null }), {}, /rows, row 8: column "a" is empty; missing "mean" fills it/);
  await refused(change(7, { c: null }), {}, /row 8: column "c" is empty/);
  await refused(change(7, { y: null }), {}, /row 8: column "y", the target, must hold a number/);
  await refused(
    change(58, { c: "pink" }),
    {},
    /row 59: column "c": "pink" is not in the training part, which has "blue"/,
  );
  await refused(rows.slice(0, 1), {}, /1 rows are too few for validation 0.1 and test 0.15/);
  await refused([], {}, /no rows/);
  const dated = rows.map((row, i) => ({ ...row, day: new Date(86_400_000 * i) })) as unknown as Row[];
  await refused(dated, { features: ["day"] }, /column "day" of rows holds dates, which are no features/);
  const sums = sumRows(30);
  const odd = sums.map((row, i) => (i === 1 ? { ...row, sum: 9 } : row));
  await refused(
    odd,
    { target: "sum", id: "series" },
    /row 2: column "sum" must be the same in all rows of sequence "s0"/,
  );
  await refused("no-such.csv", {}, /no-such.csv: there is no such file/);
});

test("a file above the memory limit is refused, with the limit and its option", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-regress-"));
  try {
    const file = join(folder, "rows.csv");
    writeFileSync(file, `a,y\n${"1,2\n".repeat(100)}`);
    await assert.rejects(prepare(file, { target: "y", memoryLimit: 300 }), /404 bytes, more than memoryLimit 300/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
