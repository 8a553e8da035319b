/** Many results as one: what the errors of all points come to, and how series are counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EVERY, pool, quantileOf, type PartEntry } from "../../src/distributed/series/pool.js";
import { errorsOf } from "../../src/tasks/forecast/metrics.js";

const entry = (name: string, kind: PartEntry["kind"], values: PartEntry["values"]): PartEntry => ({
  name,
  kind,
  values,
});
const near = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)), `${a} against ${b}`);

/** Errors of windows, each of a few steps; a scale of the series. */
const series = fc.record({
  scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
  truth: fc.array(fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
}); // prettier-ignore

test("pooled errors are those of all points at once", () => {
  fc.assert(
    fc.property(fc.array(series, { minLength: 1, maxLength: 6 }), (all) => {
      const forecast = (truth: readonly number[], by: number) => truth.map((y, i) => y + by * (i + 1));
      const own = (k: number, by: number) => {
        const truth = all[k]!.truth.flat();
        const scales = all[k]!.truth.map(() => all[k]!.scale);
        return errorsOf(truth, forecast(truth, by), scales, { horizon: 3, K: 1 });
      };
      const parts = all.map(({ truth }, k) => ({
        windows: truth.length,
        entries: [
          entry("network", "network", { ...own(k, 0.5) }),
          entry("last value", "trivial", { ...own(k, 1) }),
        ],
      })); // prettier-ignore
      const { evaluation } = pool(parts, "test");
      const shape = { horizon: 3, K: 1 };
      for (const [i, by] of [0.5, 1].entries()) {
        const truths = all.map(({ truth }) => truth.flat());
        const together = errorsOf(
          truths.flat(),
          truths.flatMap((truth) => forecast(truth, by)),
          all.flatMap(({ truth, scale }) => truth.map(() => scale)),
          shape,
        );
        for (const name of ["RMSE", "MAE", "sMAPE", "MASE"] as const)
          near(evaluation.entries[i]!.values[name]!, together[name]);
      }
      assert.equal(evaluation.count, all.reduce((sum, { truth }) => sum + truth.length, 0)); // prettier-ignore
    }),
  );
});

const part = (windows: number, scores: Readonly<Record<string, number | null>>) => ({
  windows,
  entries: Object.entries(scores).map(([name, MASE]) => {
    const kind = name === "network" ? "network" : name.startsWith("linear") ? "simple" : "trivial";
    return entry(name, kind, { MASE });
  }),
});

test("seasons and orders of their own do not part the same baseline; without a season it is the last value", () => {
  const { evaluation, better, spread } = pool(
    [
      part(1, { network: 0.5, "last value": 1, "seasonal naive (7 steps)": 0.4, "linear autoregression (8 steps)": 0.6 }),
      part(3, { network: 0.7, "last value": 2, "seasonal naive (12 steps)": 1, "linear autoregression (3 steps)": 0.6 }),
      part(4, { network: 0.9, "last value": 1, "linear autoregression (3 steps)": 2 }),
    ],
    "test",
  ); // prettier-ignore
  assert.deepEqual(
    evaluation.entries.map(({ name, kind }) => [name, kind]),
    [["network", "network"], ["last value", "trivial"], ["seasonal naive", "trivial"], ["linear autoregression", "simple"]], // prettier-ignore
  );
  const [network, last, seasonal] = evaluation.entries.map(({ values }) => values["MASE"]!);
  near(network!, (0.5 + 3 * 0.7 + 4 * 0.9) / 8);
  near(last!, (1 + 3 * 2 + 4) / 8);
  near(seasonal!, (0.4 + 3 * 1 + 4 * 1) / 8);
  near(better["last value"]!, 1);
  near(better["seasonal naive"]!, 2 / 3);
  near(better[EVERY]!, 2 / 3);
  near(better["linear autoregression"]!, 2 / 3);
  assert.equal(spread["network"]!["0.5"], 0.7);
  assert.match(evaluation.verdict, /better than every naive baseline in 67 % of 3 series\./);
});

test("a baseline that one series lacks is held against nobody, and a forecaster without a number has none in all", () => {
  const { evaluation } = pool(
    [part(2, { network: 1, "last value": 2, "linear autoregression (3 steps)": 1 }), part(2, { network: 1, "last value": 2 })], // prettier-ignore
    "test",
  );
  assert.deepEqual(evaluation.entries.map(({ name }) => name), ["network", "last value"]); // prettier-ignore
  const lost = pool([part(2, { network: null, "last value": 2 }), part(2, { network: 1, "last value": 2 })], "test");
  assert.ok(Number.isNaN(lost.evaluation.entries[0]!.values["MASE"]));
  assert.match(lost.evaluation.verdict, /is not a number/);
  // A series that never changed in training says nothing of anyone.
  const flat = pool([part(2, { network: null, "last value": null }), part(2, { network: 1, "last value": 2 })], "test");
  assert.deepEqual(flat.evaluation.entries.map(({ values }) => values["MASE"]), [1, 2]); // prettier-ignore
});

test("quantiles are those of numpy", () => {
  // numpy.quantile([1, 2, 4, 8], [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1])
  const known = [1, 1.3, 1.75, 3, 5, 6.8, 8];
  for (const [i, p] of [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].entries()) near(quantileOf([1, 2, 4, 8], p), known[i]!);
  assert.equal(quantileOf([3], 0.9), 3);
});
