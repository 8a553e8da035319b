import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Callback, Model } from "../../../src/index.js";
import { families } from "../../../src/distributions/index.js";
import { lagsOf } from "../../../src/tasks/forecast/deepar/settings.js";
import { samplePaths } from "../../../src/tasks/forecast/deepar/sampling.js";
import { scaleOf, trainingBatch, type Shape, type Start } from "../../../src/tasks/forecast/deepar/tracks.js";
import { forecast, resumeRun } from "../../../src/tasks/index.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { normal } from "../../../src/util/normal.js";
import { Random } from "../../../src/util/random.js";
import { dates, prepare, tableOf, wave } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-deepar-"));
after(() => rmSync(folder, { recursive: true }));

/** Counts of weekly rhythm for shops of very unequal size. */
function shops(n: number, means: readonly number[]) {
  const random = new Random(2);
  const sold = means.flatMap((mean) =>
    Array.from({ length: n }, (_, t) => {
      const mu = mean * (1 + 0.6 * Math.sin((2 * Math.PI * t) / 7));
      return Math.max(0, Math.round(mu + Math.sqrt(mu) * normal(random)));
    }),
  );
  const names = sold.map((_, i) => `s${Math.floor(i / n)}`);
  return tableOf({ y: sold, shop: names, kind: names.map((name) => (name < "s2" ? "a" : "b")), date: means.flatMap(() => dates(n)) }); // prettier-ignore
}

async function train(made: Awaited<ReturnType<typeof prepare>>, epochs: number): Promise<Model> {
  await made.model.fit(made.train as never, { epochs, validationData: made.validation, verbose: 0 });
  return made.model;
}

const COUNTS = { model: "deepar", distribution: "negativeBinomial", id: "shop", categories: "kind", horizon: 7, lookback: 14, units: [12], learningRate: 0.01 }; // prettier-ignore

test("windows of training, by hand", () => {
  const level = Float64Array.of(2, 4, 6, 8, 10);
  const usual = { location: 4, scale: 2 };
  const track = { level, covariates: [Float64Array.of(0, 1, 2, 3, 4)], begin: 0, usual, categories: [3] };
  const start: Start = { track, origin: 3 };
  const plan = { lags: [1, 3], categories: [{ name: "id", values: ["a", "b", "c"] }], residual: false, samples: 2, seed: 1 }; // prettier-ignore
  const shape: Shape = { plan, lookback: 2, horizon: 2, counts: false, residual: false, P: 2 };
  const steps = { ...shape, plan: { ...plan, residual: true }, residual: true };
  assert.deepEqual(scaleOf(track, 3, 2, shape), { location: 0, scale: 5 }, "the mean of 4 and 6");
  assert.deepEqual(scaleOf(track, 3, 2, { ...shape, counts: true }), { location: 0, scale: 6 });
  assert.deepEqual(scaleOf(track, 3, 3, steps), { location: 2, scale: 2 }, "the first value, and the mean change");
  assert.equal(scaleOf({ ...track, level: new Float64Array(5) }, 3, 2, shape).scale, 1);
  assert.equal(scaleOf({ ...track, level: new Float64Array(5).fill(7) }, 3, 3, steps).scale, 1);
  const [inputs, y] = trainingBatch([start], shape) as [Tensor[], Tensor];
  const age = (t: number) => Math.fround(Math.log10(2 + t) / 4);
  const f = Math.fround;
  // steps 1 to 4; before the beginning stands the first value
  assert.deepEqual(inputs[0]!.toArray(), [[[f(0.4), f(0.4), 1, age(1)], [f(0.8), f(0.4), 2, age(2)], [f(1.2), f(0.4), 3, age(3)], [f(1.6), f(0.8), 4, age(4)]]]); // prettier-ignore
  assert.deepEqual(inputs[1]!.toArray(), [[3, 3, 3, 3]]);
  assert.deepEqual(y.toArray(), [[f(0.8), f(1.2), f(1.6), 2]]);
  const [counted, raw] = trainingBatch([start], { ...shape, counts: true }) as [Tensor[], Tensor];
  assert.deepEqual(raw.toArray(), [[4, 6, 8, 10]]);
  assert.deepEqual(counted[2]!.shape, [1, 4, 1, 2]);
  assert.deepEqual(Array.from(counted[2]!.data.slice(0, 2)), [6, f(1 / Math.sqrt(6))]);
  const [stepped, changes] = trainingBatch([start], steps) as [Tensor[], Tensor];
  assert.deepEqual((stepped[0]!.toArray() as number[][][])[0]!.map((row) => row.at(-1)), [-1, 0, 1, 2], "in deviations from the usual"); // prettier-ignore
  // from the first value of the lookback, 4, in units of its one change, 2; beside stands the last value, for the location alone
  assert.deepEqual(changes.toArray(), [[0, 1, 2, 3]]);
  assert.deepEqual(stepped[2]!.toArray(), [[[[-1, 0]], [[0, 0]], [[1, 0]], [[2, 0]]]]);
  assert.deepEqual(lagsOf(null), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(lagsOf(24), [1, 2, 3, 23, 24, 25, 48]);
  assert.deepEqual(lagsOf(4), [1, 2, 3, 4, 5, 8]);
});

test("counts of shops of unequal size: the week is learned, intervals hold, a new shop is foreseen too", async () => {
  const table = shops(200, [3, 30, 300, 1500]);
  const made = await prepare(table, COUNTS);
  const model = await train(made, 25);
  const { entries } = await made.test(model);
  const [network, last] = entries;
  assert.ok(network!.values["MASE"]! < 0.5 * last!.values["MASE"]!, `${network!.values["MASE"]}`);
  const coverage = network!.values["coverage 80 %"]!;
  assert.ok(coverage > 0.6 && coverage < 0.95, `${coverage}`);
  assert.ok(network!.values["scaled CRPS"]! > 0);
  const answers = await made.pipeline.predict(model, table);
  assert.equal(answers.length, 28);
  const again = await made.pipeline.predict(model, table);
  assert.deepEqual(again, answers, "the same seed draws the same paths");
  for (const row of answers) {
    const values = ["y_q0.025", "y_q0.1", "y", "y_q0.9", "y_q0.975"].map((name) => row[name] as number);
    assert.ok(
      values.every((v, k) => v >= 0 && (k === 0 || v >= values[k - 1]!)),
      `${values}`,
    );
  }
  const one = shops(60, [80]);
  const fresh = await made.pipeline.predict(model, one);
  const mean = fresh.reduce((sum, row) => sum + (row["y"] as number), 0) / fresh.length;
  assert.ok(Math.abs(mean - 80) < 25, `${mean}`);
});

test("paths depend on their own series and seed alone", async () => {
  const made = await prepare(tableOf({ y: wave(120) }), { model: "deepar", lookback: 6, horizon: 3, samples: 5 });
  const level = Float64Array.from(wave(60));
  const { deepar } = made.pipeline.plan;
  const usual = { location: 10, scale: 2 };
  const track = { level, covariates: [], begin: 0, usual, categories: [] };
  const shape: Shape = { plan: deepar!, lookback: 6, horizon: 3, counts: false, residual: true, P: 3 };
  const starts = [20, 30, 40].map((origin) => ({ track, origin }));
  const all = samplePaths(made.model, starts, shape, "studentT");
  assert.equal(all.length, 3 * 3 * 5);
  assert.deepEqual(samplePaths(made.model, starts.slice(0, 1), shape, "studentT"), all.slice(0, 15));
  const other = { ...shape, plan: { ...deepar!, seed: 9 } };
  assert.notDeepEqual(samplePaths(made.model, starts, other, "studentT"), all);
  // what comes after the origin is not looked at
  const changed = { ...track, level: level.map((y, t) => (t >= 20 ? 1e6 : y)) };
  assert.deepEqual(samplePaths(made.model, [{ track: changed, origin: 20 }], shape, "studentT"), all.slice(0, 15));
});

test("the first step of the paths is drawn from what the network gives when it reads the whole window", async () => {
  const made = await prepare(tableOf({ y: wave(120) }), { model: "deepar", distribution: "normal", lookback: 6, horizon: 1, samples: 4000 }); // prettier-ignore
  const level = Float64Array.from(wave(60));
  const { deepar } = made.pipeline.plan;
  const usual = { location: 10, scale: 2 };
  const start = { track: { level, covariates: [], begin: 0, usual, categories: [] }, origin: 25 };
  const shape: Shape = { plan: deepar!, lookback: 6, horizon: 1, counts: false, residual: true, P: 2 };
  const [x] = trainingBatch([start], shape) as [Tensor[], Tensor];
  const { data } = (await made.model.predict(x)) as Tensor;
  const { location, scale } = scaleOf(start.track, 25, 6, shape);
  const expected = families.normal.at(data, 6 * 2);
  const paths = samplePaths(made.model, [start], shape, "normal");
  const mean = paths.reduce((sum, y) => sum + y, 0) / paths.length;
  const deviation = Math.sqrt(expected.variance) * scale;
  const wanted = location + expected.mean * scale;
  assert.ok(Math.abs(mean - wanted) < (4 * deviation) / Math.sqrt(4000), `${mean} ${wanted}`);
});

test("covariates and the calendar reach over the horizon", async () => {
  const n = 200;
  const random = new Random(8);
  const promo = Array.from({ length: n }, () => (random.uniform() < 0.3 ? 1 : 0));
  const y = promo.slice(0, n).map((p, t) => 10 + 6 * p + wave(n)[t]! / 20);
  const options = { model: "deepar", future: "promo", horizon: 2, lookback: 8, calendar: "weekday", learningRate: 0.02, units: [8] }; // prettier-ignore
  const made = await prepare(tableOf({ y, promo: promo.slice(0, n), date: dates(n) }), options);
  const model = await train(made, 60);
  const rows = (ahead: number[]) => tableOf({ y: [...y, null, null], promo: [...promo.slice(0, n), ...ahead], date: dates(n + 2) }); // prettier-ignore
  const of = async (ahead: number[]) => (await made.pipeline.predict(model, rows(ahead))).map((row) => row["y"] as number); // prettier-ignore
  const [calm, busy] = [await of([0, 0]), await of([0, 1])];
  assert.ok(busy[1]! - calm[1]! > 3, `${calm} ${busy}`);
  assert.equal(busy[0], calm[0], "what comes later changes nothing before");
});

test("interrupted and resumed, a run ends as a whole one does", async () => {
  const data = join(folder, "wave.csv");
  writeFileSync(data, ["y", ...wave(300)].join("\n") + "\n");
  const options = { target: "y", model: "deepar", lookback: 8, horizon: 2, units: 4, epochs: 3, samples: 20, runs: join(folder, "runs") } as const; // prettier-ignore
  const quiet = { verbose: 0, report: false, warn: () => undefined } as const;
  const whole = await forecast.train(data, options, quiet);
  const controller = new AbortController();
  const callback: Callback = { onEpochEnd: (epoch) => (epoch === 1 ? controller.abort() : undefined) };
  const part = await forecast.train(data, options, { ...quiet, signal: controller.signal, callbacks: [callback] });
  const again = await resumeRun(part.folder!, quiet);
  assert.deepEqual(again.history.history, whole.history.history);
  assert.deepEqual(again.metrics, whole.metrics);
});

test("refused, with what to do", async () => {
  const y = wave(100);
  const refused = async (options: Record<string, unknown>, message: RegExp, data: Parameters<typeof tableOf>[0] = { y, z: y }) =>
    assert.rejects(prepare(tableOf(data), { model: "deepar", ...options }), message); // prettier-ignore
  await refused({ target: ["y", "z"] }, /model deepar foresees one target; several are series of one column, told apart by id, got \["y", "z"\]/); // prettier-ignore
  await refused({ past: "z" }, /covariates must be known ahead: use future instead of past/);
  await refused({ transform: "difference" }, /needs no differences/);
  await refused({ level: false }, /sees the level: leave level out/);
  await refused({ bidirectional: true }, /reads forwards/);
  await refused({ distribution: "negativeBinomial" }, /negativeBinomial is a distribution of counts/);
  const kinds = y.map((_, i) => (i === 70 ? "b" : "a"));
  await refused({ id: "shop", categories: "kind" }, /column "kind" must say the same in all rows of series "x", got "a" and "b" \(test\.csv, line 72\)/, { y, shop: y.map(() => "x"), kind: kinds }); // prettier-ignore
});
