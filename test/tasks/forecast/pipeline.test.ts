import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { forecastTask } from "../../../src/tasks/forecast/forecast-task.js";
import type { Model, Tensor } from "../../../src/index.js";
import { Random } from "../../../src/util/random.js";
import { DAY, dates, fit, prepare, tableOf, wave, zeroWeights } from "./support.js";

/** Answers with whatever it is told, so that what lies around the network can be computed by hand. */
function answering(values: number[]): Model {
  const model = { predict: () => Promise.resolve({ data: Float32Array.from(values) }) };
  return model as unknown as Model;
}

const HAND = { lookback: 2, horizon: 2, validation: 0.2, test: 0.2, linear: false, level: true };

test("windows of a tiny series, by hand", async () => {
  const y = [0, 1, 2, 4, 3, 5, 6, 8, 7, 10];
  const { train, validation, pipeline } = await prepare(tableOf({ y }), { ...HAND, scaler: "none" });
  const [x, target] = train as unknown as [{ toArray(): unknown }, { toArray(): unknown }];
  // Rows 0 to 5 train: horizons end there. Targets are the changes from the last value.
  assert.deepEqual(x.toArray(), [
    [[0], [1]],
    [[1], [2]],
    [[2], [4]],
  ]);
  assert.deepEqual(target.toArray(), [[1, 3], [2, 1], [-1, 1]]); // prettier-ignore
  const [vx, vy] = validation as unknown as [{ toArray(): unknown }, { toArray(): unknown }];
  assert.deepEqual(vx.toArray(), [[[3], [5]]], "the lookback reaches back over the border");
  assert.deepEqual(vy.toArray(), [[1, 3]]);
  const answers = await pipeline.predict(answering([1, -1]), tableOf({ y }));
  assert.deepEqual(answers, [{ step: 1, y: 11 }, { step: 2, y: 9 }]); // prettier-ignore
});

test("scale, differences and logarithm are undone, by hand", async () => {
  const y = [0, 1, 2, 4, 3, 5, 6, 8, 7, 10];
  const minMax = await prepare(tableOf({ y }), { ...HAND, scaler: "minMax" });
  // The training rows 0 to 5 reach from 0 to 5: an output of 0.2 is a change of 1.
  const scaled = await minMax.pipeline.predict(answering([0.2, -0.4]), tableOf({ y }));
  for (const [i, expected] of [11, 8].entries()) assert.ok(Math.abs((scaled[i]!["y"] as number) - expected) < 1e-6);
  const changes = await prepare(tableOf({ y: [...y, 12, 11] }), { ...HAND, scaler: "none", transform: "difference" });
  const summed = await changes.pipeline.predict(answering([2, -5]), tableOf({ y }));
  assert.deepEqual(summed.map((row) => row["y"]), [12, 7]); // prettier-ignore
  const log = await prepare(tableOf({ y: y.map((v) => v + 1) }), { ...HAND, scaler: "none", transform: "log" });
  const powers = await log.pipeline.predict(answering([Math.log(2), 0]), tableOf({ y: y.map((v) => v + 1) }));
  for (const [i, expected] of [22, 11].entries()) assert.ok(Math.abs((powers[i]!["y"] as number) - expected) < 1e-5);
});

test("with all weights zero the network is the last value, in any scale and transform", async () => {
  const y = wave(80);
  for (const options of [{}, { scaler: "robust" }, { scaler: "mean", transform: "log1p" }, { transform: "log" }]) {
    const made = await prepare(tableOf({ y }), { ...options, horizon: 3 });
    zeroWeights(made.model);
    const { entries } = await made.test(made.model);
    const [network, last] = entries;
    assert.equal(last!.name, "last value");
    assert.ok(Math.abs(network!.values["RMSE"]! - last!.values["RMSE"]!) < 1e-6 * last!.values["RMSE"]!);
    const answers = await made.pipeline.predict(made.model, tableOf({ y }));
    for (const answer of answers) assert.ok(Math.abs((answer["y"] as number) - y.at(-1)!) < 1e-6);
  }
});

test("the network begins as the linear autoregression", async () => {
  const made = await prepare(tableOf({ y: wave(200), z: wave(200, 2) }), { past: "all", horizon: 2 });
  const { entries } = await made.validate(made.model);
  const linear = entries.find((entry) => entry.kind === "simple")!;
  assert.ok(Math.abs(entries[0]!.values["RMSE"]! - linear.values["RMSE"]!) < 1e-5 * linear.values["RMSE"]!);
});

test("what the network sees without the level does not depend on how high the series stands", async () => {
  const y = wave(100);
  const options = { scaler: "none", level: false, horizon: 2 };
  const [low, high] = [
    await prepare(tableOf({ y }), options),
    await prepare(tableOf({ y: y.map((v) => v + 64) }), options),
  ];
  const [a, b] = [low, high].map(({ train }) => (train as unknown as [Tensor])[0].data);
  for (const [i, v] of a!.entries()) assert.ok(Math.abs(v - b![i]!) < 1e-5);
  const ahead = async (made: typeof low, add: number) =>
    (await made.pipeline.predict(low.model, tableOf({ y: y.map((v) => v + add) }))).map((row) => row["y"] as number);
  const [one, other] = [await ahead(low, 0), await ahead(high, 64)];
  for (const [i, v] of one.entries()) assert.ok(Math.abs(v + 64 - other[i]!) < 1e-4);
});

test("answers are the same after JSON", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        scaler: fc.constantFrom("minMax", "standard", "robust", "mean", "none"),
        transform: fc.constantFrom("none", "log", "log1p", "difference"),
        residual: fc.boolean(),
        horizon: fc.integer({ min: 1, max: 3 }),
        linear: fc.boolean(),
        two: fc.boolean(),
        calendar: fc.constantFrom("none", "auto", "weekday"),
      }),
      async ({ two, ...options }) => {
        const one = dates(70);
        const table = tableOf({
          y: [...wave(70), ...wave(70, 3, 50)],
          z: [...wave(70, 2), ...wave(70, 4)],
          date: [...one, ...one],
          shop: Array.from({ length: 140 }, (_, i) => (i < 70 ? "a" : "b")),
        });
        const made = await prepare(table, {
          ...options,
          target: two ? ["y", "z"] : "y",
          ...(!two && { past: "z" }),
          id: "shop",
        });
        const revived = forecastTask.revive(JSON.parse(JSON.stringify(made.pipeline)));
        const before = await made.pipeline.predict(made.model, table);
        assert.deepEqual(await revived.predict(made.model, table), before);
        assert.equal(before.length, 2 * options.horizon);
        const own = await made.pipeline.evaluate(made.model, table, "x");
        assert.deepEqual(await revived.evaluate(made.model, table, "x"), own);
      },
    ),
    { numRuns: 12 },
  );
});

test("rows in any order, with their dates, give the same forecasts", async () => {
  const y = wave(60);
  const date = dates(60);
  const order = Array.from({ length: 60 }, (_, i) => (i * 7) % 60);
  const options = { calendar: "none" };
  const straight = await prepare(tableOf({ y, date }), options);
  const mixed = await prepare(tableOf({ y: order.map((i) => y[i]!), date: order.map((i) => date[i]!) }), options);
  assert.deepEqual(mixed.pipeline.toJSON(), straight.pipeline.toJSON());
  const expected = await straight.pipeline.predict(straight.model, tableOf({ y, date }));
  assert.deepEqual(await mixed.pipeline.predict(mixed.model, tableOf({ y, date })), expected);
  assert.deepEqual(expected.map((row) => row["date"]), ["2024-03-01"]); // prettier-ignore
});

test("each series has its own scale; one that training never saw gets that of its own rows", async () => {
  const shops = { a: wave(80), b: wave(80).map((v) => 1000 * v) };
  const table = (which: Record<string, number[]>) =>
    tableOf({
      y: Object.values(which).flat(),
      shop: Object.entries(which).flatMap(([id, values]) => values.map(() => id)),
    });
  const made = await prepare(table(shops), { id: "shop", horizon: 2, residual: false });
  const model = await fit(made);
  const answers = await made.pipeline.predict(model, table({ ...shops, c: shops.a.map((v) => 5 * v - 7) }));
  const of = (id: string) => answers.filter((row) => row["shop"] === id).map((row) => row["y"] as number);
  for (const [i, v] of of("a").entries()) {
    assert.ok(Math.abs(of("b")[i]! - 1000 * v) < 1e-3 * v * 1000, "the network sees the same shape in another unit");
    assert.ok(Math.abs(of("c")[i]! - (5 * v - 7)) < 0.1 * 5 * v);
  }
  const before = JSON.stringify(made.pipeline);
  await made.pipeline.predict(model, table({ c: shops.a }));
  assert.equal(JSON.stringify(made.pipeline), before, "predicting teaches the pipeline nothing");
});

test("a series that training never saw is measured with differences and a single step of lookback too", async () => {
  const table = (id: string) => tableOf({ y: wave(40), shop: wave(40).map(() => id) });
  const made = await prepare(table("a"), { id: "shop", transform: "difference", lookback: 1 });
  const { count, entries } = await made.pipeline.evaluate(made.model, table("b"));
  assert.ok(count === 38 && Number.isFinite(entries[0]!.values["RMSE"]), `${count} windows`);
});

test("covariates known in the future come with rows whose target is empty, and so do their dates", async () => {
  const n = 90;
  const random = new Random(4);
  const promo = Array.from({ length: n + 2 }, () => (random.uniform() < 0.3 ? 1 : 0));
  const y = promo.slice(0, n).map((p, t) => 10 + 4 * p + wave(n)[t]! / 10);
  const when = [...dates(n), Date.UTC(2024, 5, 1), Date.UTC(2024, 5, 9)];
  const options = { future: "promo", horizon: 2, calendar: "none" };
  const made = await prepare(tableOf({ y, promo: promo.slice(0, n), date: dates(n) }), options);
  const model = await fit(made);
  const rows = (at: (number | null)[]) =>
    tableOf({ y: [...y, null, null], promo: [...promo.slice(0, n), ...at], date: when });
  const calm = await made.pipeline.predict(model, rows([0, 0]));
  const busy = await made.pipeline.predict(model, rows([0, 1]));
  assert.deepEqual(calm.map((row) => row["date"]), ["2024-06-01", "2024-06-09"]); // prettier-ignore
  assert.ok(Math.abs((busy[1]!["y"] as number) - (calm[1]!["y"] as number) - 4) < 1);
  assert.ok(Math.abs((busy[0]!["y"] as number) - (calm[0]!["y"] as number)) < 1);
  await assert.rejects(
    made.pipeline.predict(model, tableOf({ y, promo: promo.slice(0, n), date: dates(n) })),
    /test\.csv must have 2 rows after the last target, with promo and the target empty; it has 0/,
  );
  await assert.rejects(
    made.pipeline.predict(model, rows([0, null])),
    /column "promo" has no value \(test\.csv, line 93\)/,
  );
});

test("pictures, judge and verdict", async () => {
  const made = await prepare(tableOf({ y: wave(100), date: dates(100, DAY / 24) }), { horizon: 3, season: 24 });
  const { pictures, judge, entries, verdict, count, of, part } = await made.test(made.model);
  assert.deepEqual([judge, count, of, part], [{ name: "RMSE", mode: "min" }, 13, "windows", "test"]); // prettier-ignore
  const names = ["network", "last value", "seasonal naive (24 steps)", "linear autoregression"];
  for (const [i, name] of names.entries()) assert.ok(entries[i]!.name.startsWith(name));
  assert.match(
    verdict,
    /The network is (better|WORSE) than last value \(RMSE \S+ against [^ ,]+, /,
    "no unit is known",
  );
  const [forecast, horizon] = pictures;
  assert.ok(forecast!.kind === "forecast" && forecast.x[0] === "2024-01-04T13:00:00Z" && forecast.truth.length === 13);
  assert.ok(horizon!.kind === "horizon" && horizon.lines.every(({ values }) => values.length === 3));
  const absolute = await prepare(tableOf({ y: wave(100) }), { loss: "meanAbsoluteError" });
  assert.equal((await absolute.test(absolute.model)).judge.name, "MAE");
});
