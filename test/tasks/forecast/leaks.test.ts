/** What stands in a later part must not change what is learnt from. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Tensor } from "../../../src/index.js";
import { dates, prepare, tableOf, wave, type Made } from "./support.js";

const N = 100;

function trained({ train }: Made): unknown {
  const [x, y] = train as unknown as [Tensor | Tensor[], Tensor];
  return { x: [x].flat().map((t) => [...t.data]), y: [...y.data] };
}

test("other numbers in the test part leave scalers, training data and the linear model as they are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        scaler: fc.constantFrom("minMax", "standard", "robust", "mean"),
        transform: fc.constantFrom("none", "log1p", "difference"),
        horizon: fc.integer({ min: 1, max: 4 }),
        missing: fc.constantFrom("forwardFill", "interpolate"),
        id: fc.boolean(),
        factor: fc.double({ min: 0.1, max: 50, noNaN: true }),
      }),
      async ({ factor, id, ...options }) => {
        const half = id ? N / 2 : N;
        const step = (row: number) => row % half;
        const late = (row: number) => step(row) >= 0.85 * half;
        const table = (change: number) =>
          tableOf({
            y: wave(N).map((v, row) => (row % 13 === 4 ? null : late(row) ? v * change : v)),
            z: wave(N, 2).map((v, row) => (late(row) ? v + change : v)),
            date: Array.from({ length: N }, (_, row) => dates(half)[step(row)]!),
            shop: Array.from({ length: N }, (_, row) => (row < half ? "a" : "b")),
          });
        const settings = { ...options, past: "z", ...(id && { id: "shop" }) };
        const [one, other] = [await prepare(table(1), settings), await prepare(table(factor), settings)];
        assert.deepEqual(other.pipeline.toJSON(), one.pipeline.toJSON());
        assert.deepEqual(trained(other), trained(one));
        const weights = (made: Made) => made.model.getWeights().map((w) => [...w.data]);
        assert.deepEqual(weights(other), weights(one));
      },
    ),
    { numRuns: 15 },
  );
});

test("other numbers in the validation part leave scalers and training data as they are", async () => {
  const settings = { level: true };
  const at = (change: number) => wave(N).map((v, row) => (row >= 70 ? v * change : v));
  const [one, other] = [await prepare(tableOf({ y: at(1) }), settings), await prepare(tableOf({ y: at(3) }), settings)];
  // Of the baseline, the validation part chooses the number of lags and the penalty.
  const { linear: _, ...first } = one.pipeline.toJSON() as Record<string, unknown>;
  const { linear: __, ...second } = other.pipeline.toJSON() as Record<string, unknown>;
  assert.deepEqual(second, first);
  assert.deepEqual(trained(other), trained(one));
});

test("interpolate looks ahead in the training part only", async () => {
  const y: (number | null)[] = wave(N);
  for (const row of [20, 69, 80, 95]) y[row] = null;
  const made = await prepare(tableOf({ y }), { missing: "interpolate", scaler: "none", residual: false });
  const inputs = trained(made) as { x: number[][] };
  const middle = (y[19]! + y[21]!) / 2;
  assert.ok(inputs.x[0]!.some((v) => Math.abs(v - middle) < 1e-6));
  const [x] = made.validation as unknown as [Tensor];
  const filled = Math.fround((y[79]! + y[81]!) / 2);
  assert.ok(!x.data.includes(filled), "a gap of the validation part repeats the value before it");
  assert.ok([...x.data].some((v, i, all) => v === Math.fround(y[79]!) && all[i + 1] === v));
});

test("a filled target is an input and never the truth", async () => {
  const y: (number | null)[] = wave(N);
  const whole = await prepare(tableOf({ y }), {});
  const count = async (made: Made) => (await made.test(made.model)).count;
  const all = await count(whole);
  y[90] = null;
  assert.equal(await count(await prepare(tableOf({ y }), { missing: "forwardFill" })), all - 1);
});
