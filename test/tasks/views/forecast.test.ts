import assert from "node:assert/strict";
import { test } from "node:test";
import { tensor, type Tensor } from "sluice";
import { families } from "../../../src/distributions/index.js";
import { anyForecastTask } from "../../../src/tasks/forecast/any-task.js";
import { forecastTask } from "../../../src/tasks/forecast/forecast-task.js";
import type { IrregularPipeline } from "../../../src/tasks/forecast/irregular/pipeline.js";
import { readOptions } from "../../../src/tasks/options.js";
import { Random } from "../../../src/util/random.js";
import { dates, fit, prepare, tableOf, wave } from "../forecast/support.js";
import { checkedOutput, near, stepThrough } from "./support.js";

const PLAIN = { horizon: 3, scaler: "none", residual: false, level: true, linear: false, calendar: "none" };
const table = (n: number) => tableOf({ date: dates(n), y: wave(n), z: wave(n, 2, 5) });
const quiet = { warn: () => undefined };

/** Rows of a table as objects, dates as texts. */
function rowsOf({ columns, length }: ReturnType<typeof tableOf>): Record<string, string | number>[] {
  const cell = (type: string, value: unknown) => (type === "date" ? new Date(value as number).toISOString() : value);
  return Array.from({ length }, (_, i) => {
    return Object.fromEntries(columns.map(({ name, type, values }) => [name, cell(type, values[i]) as number]));
  });
}

test("the last window of each series: dates, columns, steps of the horizon", async () => {
  const made = await prepare(table(80), { ...PLAIN, past: ["z"] });
  await fit(made);
  const { model, pipeline } = made;
  const view = await pipeline.view(model, table(30));
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0], {
    name: "x",
    kind: "series",
    steps: [["2024-01-26", "2024-01-27", "2024-01-28", "2024-01-29", "2024-01-30"]],
    starts: [0],
    features: ["y", "z"],
  });
  assert.deepEqual(view.outputs, [{ name: "y +1" }, { name: "y +2" }, { name: "y +3" }]);
  assert.deepEqual(view.references, [{ date: "2024-01-30" }]);
  near(output.data, (await pipeline.predict(model, table(30))).map(({ y }) => y)); // prettier-ignore
  const { inputs, rows, outputs } = pipeline.signature(model);
  assert.deepEqual(inputs.map(({ name, type }) => [name, type]), [["date", "date"], ["y", "number"], ["z", "number"]]); // prettier-ignore
  assert.deepEqual(rows, { least: 5, most: 5 });
  assert.deepEqual(outputs.map(({ name }) => name), ["date", "y"]); // prettier-ignore
});

test("windows of the past, evenly spread, are those that end there", async () => {
  const made = await prepare(table(80), { ...PLAIN, past: ["z"] });
  const { model, pipeline } = made;
  const view = await pipeline.view(model, table(40), { windows: 4 });
  const output = await checkedOutput(model, view);
  assert.equal(view.count, 4);
  for (const [i, { date }] of view.references.entries()) {
    const until = dates(40).findIndex((time) => new Date(time).toISOString().startsWith(String(date))) + 1;
    const answers = await pipeline.predict(model, table(until));
    near(output.data.subarray(3 * i, 3 * i + 3), answers.map(({ y }) => y)); // prettier-ignore
  }
  assert.equal((await pipeline.view(model, table(40), { windows: 1000 })).count, 33);
  await assert.rejects(
    pipeline.view(model, table(40), { window: 3 }),
    /unknown option "window"; did you mean "windows"/,
  );
});

const STEPPED: readonly Record<string, unknown>[] = [
  { ...PLAIN, past: ["z"] },
  { horizon: 2, residual: true, level: true, linear: false, transform: "log", calendar: ["weekday"] },
  { horizon: 1, residual: true, level: true, linear: false, quantiles: [0.1, 0.9], calendar: "none" },
  { horizon: 2, residual: true, level: true, linear: false, distribution: "normal", calendar: "none", cell: "lstm" },
];

for (const options of STEPPED)
  test(`row by row: ${JSON.stringify(options)}`, async () => {
    const made = await prepare(table(90), options);
    await fit(made);
    const { model } = made;
    const pipeline = forecastTask.revive(JSON.parse(JSON.stringify(made.pipeline)));
    const needed = pipeline.signature(model).rows!.least;
    assert.equal(pipeline.signature(model).notSteppable, null);
    const { fields } = pipeline.stepper(model);
    const dated = Array.isArray(options["calendar"]) && options["calendar"].length > 0;
    assert.deepEqual(fields.map(({ name }) => name), [...(dated ? ["date"] : []), "y", ...("past" in options ? ["z"] : [])]); // prettier-ignore
    const answers = stepThrough(model, pipeline.stepper(model), rowsOf(table(needed)));
    const whole = await pipeline.predict(model, table(needed));
    const horizon = options["horizon"] as number;
    for (const [h, { date: _, ...values }] of whole.entries())
      for (const [name, value] of Object.entries(values))
        near([answers.at(-1)![horizon === 1 ? name : `${name} +${h + 1}`]], [value]);
  });

test("several series, each by its own scale; one that training did not have is refused", async () => {
  const shops = tableOf({ y: [...wave(40), ...wave(40, 3, 50)], shop: [..."ab"].flatMap((s) => new Array<string>(40).fill(s)) }); // prettier-ignore
  const made = await prepare(shops, { id: "shop", horizon: 2, linear: false, residual: true, level: true });
  const { model, pipeline } = made;
  const view = await pipeline.view(model, shops);
  await checkedOutput(model, view);
  assert.deepEqual(view.references, [{ shop: "a", after: "row 40" }, { shop: "b", after: "row 80" }]); // prettier-ignore
  const field = pipeline.signature(model).inputs[0]!;
  assert.deepEqual([field.name, field.type, field.values], ["shop", "category", ["a", "b"]]);
  const stepper = pipeline.stepper(model);
  const b = rowsOf(shops).slice(75);
  const answer = stepThrough(model, stepper, b).at(-1)!;
  const whole = await pipeline.predict(model, shops);
  near([answer["y +1"], answer["y +2"]], whole.slice(2).map(({ y }) => y)); // prettier-ignore
  assert.throws(
    () => stepper.encode({ shop: "c", y: 1 }, new Float32Array(1)),
    /shop "c" is no series of the training/,
  );
});

const REFUSED: readonly (readonly [object, RegExp])[] = [
  [{ linear: true, residual: false }, /linear model of the whole window/],
  [{ linear: false, level: false, residual: true }, /less its last value/],
  [{ linear: false, level: true, transform: "difference" }, /differences between rows/],
  [{ linear: false, level: true, residual: true, intervals: "conformal" }, /as wide as the last rows moved/],
  [{ linear: false, level: true, residual: true, bidirectional: true }, /cannot be run step by step/],
  [{ model: "segrnn", lookback: 6, horizon: 2 }, /cannot be run step by step/],
  [{ linear: false, level: true, residual: true, future: ["z"] }, /reads z of the whole horizon/],
];

for (const [options, reason] of REFUSED)
  test(`no steps with ${JSON.stringify(options)}`, async () => {
    const { model, pipeline } = await prepare(table(90), { horizon: 2, calendar: "none", ...options });
    assert.match(pipeline.signature(model).notSteppable!, reason);
    assert.throws(() => pipeline.stepper(model), reason);
  });

test("covariates that are known ahead are an input of their own, over the dates of the horizon", async () => {
  const made = await prepare(table(80), { ...PLAIN, future: ["z"] });
  const { model, pipeline } = made;
  const open = tableOf({ date: dates(33), y: [...wave(30), null, null, null], z: wave(33, 2, 5) });
  const view = await pipeline.view(model, open);
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.inputs.map(({ name, features }) => [name, features]), [["x", ["y", "z"]], ["future", ["z"]]]); // prettier-ignore
  assert.deepEqual(view.inputs[1]!.steps, [["2024-01-31", "2024-02-01", "2024-02-02"]]);
  near(output.data, (await pipeline.predict(model, open)).map(({ y }) => y)); // prettier-ignore
});

test("DeepAR: lags of the lookback and of the first step ahead, whose distribution comes last", async () => {
  const random = new Random(2);
  const sold = Array.from({ length: 80 }, (_, t) => Math.round(40 + 20 * Math.sin((2 * Math.PI * t) / 7) + 4 * random.uniform())); // prettier-ignore
  const data = (n: number) => tableOf({ date: dates(n), y: sold.slice(0, n) });
  const made = await prepare(data(80), { model: "deepar", distribution: "negativeBinomial", horizon: 3, lookback: 14, samples: 400 }); // prettier-ignore
  await fit(made, 3).catch(() => undefined);
  const { model, pipeline } = made;
  const view = await pipeline.view(model, data(60));
  const output = await checkedOutput(model, view);
  assert.equal(view.inputs[0]!.steps[0]!.length, 15);
  assert.equal(view.inputs[0]!.steps[0]!.at(-1), "2024-03-01");
  assert.equal(view.inputs[0]!.features[0], "y −1");
  const [first] = await pipeline.predict(model, data(60));
  const middle = families.negativeBinomial.at(output.data, output.size - 2).quantile(0.5);
  const quarter = families.negativeBinomial.at(output.data, output.size - 2).quantile(0.75) - middle;
  assert.ok(Math.abs((first!["y"] as number) - middle) < quarter / 2, `${first!["y"]}, ${middle} ± ${quarter}`);
  const past = await pipeline.view(model, data(60), { windows: 200 });
  const each = await checkedOutput(model, past);
  assert.equal(past.count, 44);
  // The window that ends a step earlier in the data, seen as the last one of shorter data.
  const shorter = (await model.predict((await pipeline.view(model, data(57))).x)) as Tensor;
  const size = each.size / past.count;
  near(each.data.slice(-size), shorter.data);
  assert.match(pipeline.signature(model).notSteppable!, /draws paths/);
});

test("observations at uneven times lie on steps of equal length", async () => {
  const random = new Random(1);
  const rows = Array.from({ length: 120 }, (_, t) => ({
    time: new Date(Date.UTC(2024, 0, 1) + t * 3_600_000).toISOString(),
    y: random.uniform() < 0.5 ? null : 5 + Math.sin(t / 5),
    z: random.uniform() < 0.5 ? null : 4 + Math.cos(t / 5),
  }));
  const given = {
    irregular: true,
    time: "time",
    target: "y",
    past: "all",
    lookback: 6,
    horizon: 2,
    units: 4,
    epochs: 1,
  };
  const options = readOptions("forecast", anyForecastTask.options, { ...given, residual: false });
  const { model, pipeline } = await anyForecastTask.prepare(rows as never, options, quiet);
  const view = await pipeline.view(model, rows as never);
  const output = await checkedOutput(model, view);
  assert.deepEqual(view.inputs[0]!.features, ["y", "z", "y observed", "z observed", "y gap", "z gap"]);
  assert.equal(view.inputs[0]!.steps[0]!.at(-1), "2024-01-05T23:00:00Z");
  const answers = await pipeline.predict(model, rows as never);
  const { scaler } = pipeline as IrregularPipeline;
  const scaled = tensor(Float64Array.from(output.data), [2, 1], "float64");
  near(scaler.select([0]).inverse(scaled).data, answers.map(({ y }) => y)); // prettier-ignore
  assert.equal((await pipeline.view(model, rows as never, { windows: 5 })).count, 5);
  assert.match(pipeline.signature(model).notSteppable!, /steps of equal length/);
});
