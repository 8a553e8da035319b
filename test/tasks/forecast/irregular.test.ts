/** Forecasts of series that were observed at uneven times or in part, from long and from wide tables. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "../../../src/index.js";
import { standardScaler } from "../../../src/data/index.js";
import { anyForecastTask } from "../../../src/tasks/forecast/any-task.js";
import { gridOf } from "../../../src/tasks/forecast/irregular/grid.js";
import type { IrregularPipeline } from "../../../src/tasks/forecast/irregular/pipeline.js";
import { IrregularSamples } from "../../../src/tasks/forecast/irregular/samples.js";
import { readOptions } from "../../../src/tasks/options.js";
import type { Prepared } from "../../../src/tasks/task.js";
import { Random } from "../../../src/util/random.js";

type Row = Record<string, string | number | null>;
const HOUR = 3_600_000;
const WIDE = { irregular: true, time: "time", target: "y", past: "all", lookback: 12, horizon: 2, units: 6, epochs: 1 };
const LONG = { ...WIDE, variable: "variable", value: "value" };

/** A wave and a second one that runs ahead of it, hourly; a share of the cells is missing. */
function waves(count: number, missing = 0.5, seed = 1): Row[] {
  const random = new Random(seed);
  const cell = (value: number) => (random.uniform() < missing ? null : value + 0.1 * random.uniform());
  return Array.from({ length: count }, (_, t) => ({
    time: new Date(Date.UTC(2024, 0, 1) + t * HOUR).toISOString(),
    y: cell(5 + Math.sin(t / 5)),
    z: cell(40 + 10 * Math.sin((t + 3) / 5)),
  }));
}

const longOf = (rows: readonly Row[]): Row[] =>
  rows.flatMap((row) => ["y", "z"].map((variable) => ({ time: row["time"]!, variable, value: row[variable]! })));

async function prepare(
  rows: readonly Row[],
  given: object,
): Promise<Prepared<IrregularPipeline> & { warnings: string[] }> {
  const warnings: string[] = [];
  const options = readOptions("forecast", anyForecastTask.options, given);
  const prepared = await anyForecastTask.prepare(rows as never, options, { warn: (text) => void warnings.push(text) });
  return { ...(prepared as Prepared<IrregularPipeline>), warnings };
}

async function trained(rows: readonly Row[], given: object, epochs: number) {
  const prepared = await prepare(rows, given);
  const [x, y] = prepared.train as readonly [Tensor[], Tensor];
  await prepared.model.fit(x, y, { epochs, batchSize: 32, verbose: 0 });
  return prepared;
}

test("a wave of which half is missing is learnt better than by the last observation", async () => {
  const { model, test: measure, pipeline, facts } = await trained(waves(600), { ...WIDE, learningRate: 0.01 }, 12);
  const { entries, verdict, judge } = await measure(model);
  assert.deepEqual(entries.map(({ name }) => name), ["network", "last observation", "mean of the training part", "linear model, filled forward"]); // prettier-ignore
  assert.equal(judge.name, "RMSE");
  assert.ok(entries[0]!.values["RMSE"]! < 0.7 * entries[1]!.values["RMSE"]!, verdict);
  assert.ok(facts.some(([name, text]) => name === "steps observed" && /^y \d+ %, z \d+ %$/.test(text)));
  const again = anyForecastTask.revive(JSON.parse(JSON.stringify(pipeline.toJSON())));
  const other = waves(80, 0.5, 7);
  assert.deepEqual(
    (await again.evaluate(model, other as never)).entries,
    (await pipeline.evaluate(model, other as never)).entries,
  );
  const answers = await again.predict(model, other as never);
  assert.deepEqual(answers.map(({ time }) => time), ["2024-01-04T08:00:00Z", "2024-01-04T09:00:00Z"]); // prettier-ignore
  assert.ok(answers.every(({ y }) => Number.isFinite(y)));
});

test("a long table gives the forecasts of the wide one", async () => {
  const rows = waves(200);
  const wide = await trained(rows, WIDE, 1);
  const long = await trained(longOf(rows), { ...LONG, past: ["z"] }, 1);
  const answers = await wide.pipeline.predict(wide.model, rows as never);
  assert.deepEqual(await long.pipeline.predict(long.model, longOf(rows) as never), answers);
});

test("several series, without residuals, by absolute error, in two layers that read both ways", async () => {
  const rows = [1, 2].flatMap((seed) => waves(150, 0.3, seed).map((row) => ({ ...row, shop: seed })));
  const more = {
    id: "shop",
    residual: false,
    loss: "meanAbsoluteError",
    units: [4, 4],
    bidirectional: true,
    dropout: 0.1,
  };
  const {
    model,
    pipeline,
    test: measure,
  } = await trained(rows, { ...WIDE, ...more, target: ["y", "z"], past: undefined }, 1);
  const { judge, entries } = await measure(model);
  assert.equal(judge.name, "sMAPE", "targets of several units");
  assert.ok(Number.isFinite(entries[0]!.values["RMSE z"]));
  const answers = await pipeline.predict(model, rows as never);
  assert.deepEqual(answers.map(({ shop }) => shop), [1, 1, 2, 2]); // prettier-ignore
});

test("what was not observed teaches nothing: its output has no gradient", async () => {
  const { model, train } = await prepare(waves(120), WIDE);
  const [[x, asked], y] = train as readonly [[Tensor, Tensor], Tensor];
  assert.ok(asked.data.some((v) => v === 0) && asked.data.every((v, i) => v === 1 || y.data[i] === 0));
  const output = (await model.predict([x, asked])) as Tensor;
  assert.ok(output.data.every((v, i) => asked.data[i] === 1 || v === 0));
});

test("the test part changes no scale", async () => {
  const rows = waves(200);
  const saved = async (given: Row[]) => JSON.stringify((await prepare(given, WIDE)).pipeline.scaler);
  const changed = rows.map((row, t) => (t < 175 ? row : { ...row, z: 1000 }));
  assert.equal(await saved(changed), await saved(rows));
});

test("observations are laid on steps at whose end they are known; the last of a step counts", () => {
  const series = [
    {
      id: null,
      times: Float64Array.of(0, 0.4, 0.9, 1, 3.2),
      values: Float64Array.of(1, 2, 3, NaN, 5),
      rows: new Int32Array(5),
    },
  ];
  const { grids, lost } = gridOf({ source: "", variables: ["y"], series, dates: false, placeOf: String }, { every: 1 });
  assert.deepEqual([...grids[0]!.values], [1, 3, NaN, NaN, 5]);
  assert.equal(lost, 1);
});

test("windows hold a truth ahead and an observation behind; steps before the first are unobserved", () => {
  const values = Float64Array.of(1, NaN, NaN, 4, NaN, 6, NaN, NaN);
  const sizes = { variables: ["y"], targets: ["y"], lookback: 2, horizon: 1, stride: 1, residual: true };
  const scaler = standardScaler().fit([[-1], [1]]);
  const samples = IrregularSamples.within([{ id: null, start: 0, T: 8, values }], sizes, scaler, { from: 0, to: 1 });
  assert.deepEqual(samples.places.map(({ origin }) => origin), [5]); // prettier-ignore
  assert.deepEqual([...samples.window(0)], [4, NaN]);
  assert.deepEqual([...samples.target(0)], [2]);
  assert.deepEqual([...samples.decode(0, [2])], [6]);
  const short = new IrregularSamples(
    [{ id: null, start: 0, T: 1, values: values.slice(0, 1) }],
    sizes,
    scaler,
    [],
  ).atEnds();
  assert.deepEqual([...short.window(0)], [NaN, 1]);
});

const bad: [what: string, rows: () => Row[], options: object, message: RegExp][] = [
  ["no time", () => waves(60), { irregular: true, target: "y" }, /irregular needs time/],
  ["an unknown target", () => waves(60), { ...WIDE, target: "pressure" }, /has no observation of "pressure"; there are y, z/],
  ["an unknown variable", () => longOf(waves(60)), { ...LONG, target: "yy", past: undefined }, /has no observation of "yy"; did you mean "y"\?/],
  ["variable without value", () => longOf(waves(60)), { ...WIDE, variable: "variable" }, /variable and value belong together/],
  ["a target that is learnt from too", () => waves(60), { ...WIDE, past: ["y"] }, /"y" has two parts/],
  ["an option of regular series", () => waves(60), { ...WIDE, missing: "interpolate" }, /missing "interpolate" does not go with irregular/],
  ["quantiles", () => waves(60), { ...WIDE, quantiles: [0.1] }, /quantiles .* does not go with irregular/],
  ["every without irregular", () => waves(60), { time: "time", target: "y", every: "1h" }, /every goes with irregular/],
  ["a length without a unit", () => waves(60), { ...WIDE, every: "2" }, /every "2": the times are dates, so it needs a unit such as 1h/],
  ["no length", () => waves(60), { ...WIDE, every: "often" }, /expected a length such as 1h/],
  ["too few steps", () => waves(20), WIDE, /the training part of rows holds no window; lookback 12 and horizon 2 need 14 steps/],
  ["a target that is never observed", () => waves(60).map((row) => ({ ...row, y: null })), { ...WIDE, types: { y: "number" } }, /holds no window|no observation of "y"/],
  ["two rows of one time", () => [...waves(60, 0), ...waves(1, 0)], WIDE, /"y" is observed twice at one time \(rows, row 1 and rows, row 61\)/],
]; // prettier-ignore

for (const [what, rows, options, message] of bad) {
  test(`${what}: refused by name`, async () => {
    await assert.rejects(prepare(rows(), options), message);
  });
}

test("a series without an observation in its last steps is not foreseen", async () => {
  const { pipeline, model } = await prepare(waves(120), WIDE);
  const silent = waves(60).map((row, t) => (t < 30 ? row : { ...row, y: null, z: null }));
  await assert.rejects(pipeline.predict(model, silent as never), /rows has no observation in its last 12 steps/);
});
