import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "sluice";
import { regressTask } from "../../../src/tasks/regress/task.js";
import { prepare, train, warnings, type Row } from "./support.js";

const INPUTS = { note: "text", trace: "series", size: "number", colour: "category" };
const OPTIONS = { target: "price", inputs: INPUTS, units: [8], embedding: 8, embeddingDropout: 0, minCount: 1, learningRate: 0.01, kindDropout: 0 }; // prettier-ignore

/** The price is size · (2 with "new", 1 with "old") + the sum of the trace: no column alone tells it. */
function rows(N: number): Row[] {
  const random = new Random(5);
  return Array.from({ length: N }, () => {
    const [size, fresh] = [1 + random.uniform(), random.uniform() < 0.5];
    const steps = Array.from({ length: 3 + random.below(4) }, () => Number(random.uniform().toFixed(3)));
    const colour = random.uniform() < 0.5 ? "red" : "blue";
    const price = size * (fresh ? 2 : 1) + steps.reduce((a, b) => a + b, 0) + Number(colour === "red");
    return { note: `a ${fresh ? "new" : "old"} chair`, trace: steps.join(" "), size, colour, price };
  });
}

test("a number is found out from text, series, number and category together, and the saved model gives the same", async () => {
  const all = rows(500);
  const prepared = await prepare(all, OPTIONS);
  await train(prepared, 60);
  const { model, pipeline } = prepared;
  const evaluation = await prepared.test(model);
  const [network, mean, linear] = evaluation.entries.map(({ values }) => values["RMSE"]!);
  assert.ok(network! < 0.35 * mean! && network! < linear!, JSON.stringify(evaluation.entries));
  const again = regressTask.revive(JSON.parse(JSON.stringify(pipeline)));
  assert.deepEqual(await again.predict(model, all.slice(0, 3)), await pipeline.predict(model, all.slice(0, 3)));
  assert.deepEqual(await again.evaluate(model, all), await pipeline.evaluate(model, all));
});

test("rows that lack kinds are used, those without target or inputs are left out and counted", async () => {
  const all = rows(120).map((row, i) =>
    i % 3 === 0 ? { ...row, note: null } : i % 3 === 1 ? { ...row, trace: null } : row,
  );
  const bare = { note: null, trace: null, size: null, colour: null, price: 3 };
  warnings.length = 0;
  const prepared = await prepare([...all, bare, { ...all[0]!, price: null }], OPTIONS);
  await train(prepared, 2);
  assert.deepEqual(warnings, [
    "rows: left out 1 without a target, first row 122",
    "rows: left out 1 without anything in the inputs, first row 121",
  ]);
  const [answer] = await prepared.pipeline.predict(prepared.model, [{ ...bare, size: 1.5 }]);
  assert.ok(Number.isFinite(answer!["price"] as number));
  await assert.rejects(prepared.pipeline.predict(prepared.model, [bare]), /there is nothing to read \(rows, row 1\)/);
});

test("wrong inputs are told before anything is trained", async () => {
  const all = rows(40);
  const fails = (given: object, message: RegExp) => assert.rejects(prepare(all, { ...OPTIONS, ...given }), message);
  await fails({ inputs: { price: "number" } }, /the target "price" is among the inputs/);
  await fails({ features: ["size"] }, /give inputs, or features and id, not both/);
  await fails({ inputs: { colour: "number" } }, /colour/);
  await assert.rejects(
    prepare(
      all.map((row) => ({ ...row, price: 1 })),
      OPTIONS,
    ),
    /nothing to learn/,
  );
});
