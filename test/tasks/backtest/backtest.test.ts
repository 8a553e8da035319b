import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { BacktestStopped } from "../../../src/tasks/backtest/finish.js";
import { backtestRun, resumeBacktest } from "../../../src/tasks/backtest/resume.js";
import { openRun } from "../../../src/tasks/open-run.js";
import { absoluteErrors, naiveScale } from "../../../src/tasks/forecast/scores/point.js";
import { dates, tableOf, wave } from "../forecast/support.js";
import { QUIET, run, runs, savedOf } from "./support.js";

const N = 90;

test("what happens from an origin on cannot change its forecast", async () => {
  const options = fc.record({
    scaler: fc.constantFrom("minMax", "standard", "robust", "mean"),
    transform: fc.constantFrom("none", "log1p", "difference"),
    missing: fc.constantFrom("forwardFill", "interpolate"),
    window: fc.constantFrom("expanding", "sliding"),
    intervals: fc.constantFrom("none", "conformal"),
    refit: fc.constantFrom(0, 1, 2),
    id: fc.boolean(),
    factor: fc.double({ min: 0.1, max: 50, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(options, fc.integer({ min: 0, max: 2 }), async ({ factor, id, ...settings }, changed) => {
      const half = id ? N / 2 : N;
      const initial = half - 8;
      const step = (row: number) => row % half;
      const late = (row: number) => step(row) >= initial + 2 * changed;
      const table = (change: number) =>
        tableOf({
          y: wave(N).map((v, row) => (row % 13 === 4 ? null : late(row) ? v * change : v)),
          z: wave(N, 2).map((v, row) => (late(row) ? v + change : v)),
          date: Array.from({ length: N }, (_, row) => dates(half)[step(row)]!),
          shop: Array.from({ length: N }, (_, row) => (row < half ? "a" : "b")),
        });
      const intervals = settings.transform === "difference" ? "none" : settings.intervals; // sums have no quantiles
      const doubt = intervals === "none" ? {} : { intervals, quantiles: [0.3, 0.7] };
      const given = { ...settings, intervals, ...doubt, initial, period: 2, past: "z", ...(id && { id: "shop" }) };
      const [one, other] = [savedOf(await run(table(1), given)), savedOf(await run(table(factor), given))];
      const said = ({ origins }: typeof one) =>
        origins
          .filter(
            ({ at }) => (at as string) <= new Date(dates(half)[initial + 2 * changed]!).toISOString().slice(0, 10),
          )
          .map(({ at, forecasts }) =>
            forecasts.map(({ series, targets }) => [at, series, targets[0]!.forecasts, targets[0]!.quantiles]),
          );
      assert.ok(said(one).length > changed - 1);
      assert.deepEqual(said(other), said(one));
    }),
    { numRuns: 6 },
  );
});

for (const model of ["segrnn", "deepar"])
  test(`nor that of ${model}`, async () => {
    const table = (change: number) => tableOf({ y: wave(N).map((v, row) => (row < 84 ? v : v * change)) });
    const given = { model, initial: 80, period: 2, samples: 5 };
    const [one, other] = [savedOf(await run(table(1), given)), savedOf(await run(table(7), given))];
    const said = ({ origins }: typeof one) => origins.slice(0, 3).map(({ at, forecasts }) => [at, forecasts[0]!.targets[0]!.forecasts]); // prettier-ignore
    assert.equal(said(one)[2]![0], 84);
    assert.deepEqual(said(other), said(one));
    const later = ({ origins }: typeof one) => origins[3]!.forecasts[0]!.targets[0]!.forecasts;
    assert.notDeepEqual(later(other), later(one), "but it is seen from the next origin");
  });

test("scores are those of the forecasts that are written, in units of what each origin knew", async () => {
  const y = wave(60);
  const backtest = await run(tableOf({ y }), { initial: 50, period: 3, season: 1 });
  const { origins } = savedOf(backtest);
  assert.deepEqual(origins.map(({ at }) => at), [50, 53, 56]); // prettier-ignore
  const losses = origins.map(({ at, forecasts, entries }) => {
    const [{ x, targets }] = forecasts as [(typeof forecasts)[0]];
    const [{ truth, forecasts: all }] = targets as [(typeof targets)[0]];
    const start = at as number;
    assert.deepEqual([x, truth], [[start, start + 1], y.slice(start, start + 2)]);
    assert.deepEqual(all["last value"], [y[start - 1], y[start - 1]]);
    const errors = Array.from(absoluteErrors(truth, all["network"]!));
    const mae = (errors[0]! + errors[1]!) / 2;
    const scale = naiveScale(y.slice(0, start));
    assert.ok(Math.abs(entries[0]!.values["MAE"]! - mae) < 1e-12);
    assert.ok(Math.abs(entries[0]!.values["MASE"]! - mae / scale) < 1e-12);
    return errors;
  });
  const { values } = backtest.evaluation.entries[0]!;
  assert.ok(Math.abs(values["RMSE"]! - Math.sqrt(losses.flat().reduce((sum, e) => sum + e * e, 0) / 6)) < 1e-12);
  for (const [h, { entries }] of backtest.byStep.entries())
    assert.ok(Math.abs(entries[0]!.values["MAE"]! - losses.reduce((sum, e) => sum + e[h]!, 0) / 3) < 1e-12);
});

test("refit trains anew at every so manieth origin, each time on more, and keeps lookback and season", async () => {
  const said: (string | number)[] = [];
  const hooks = { onFit: (at: string | number, number: number, of: number) => void said.push(at, number, of) };
  const backtest = await run(tableOf({ y: wave(80) }), { initial: 60, period: 4, refit: 2, lookback: undefined }, hooks); // prettier-ignore
  assert.deepEqual(said, [60, 1, 3, 68, 2, 3, 76, 3, 3]);
  assert.deepEqual(backtest.byOrigin.map(({ at, fit }) => [at, fit]), [[60, 0], [64, 0], [68, 1], [72, 1], [76, 2]]); // prettier-ignore
  const lookbacks = backtest.fits.map(({ run }) => (JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as { lookback: number }).lookback); // prettier-ignore
  assert.deepEqual(new Set(lookbacks).size, 1);
  const { pipeline } = await openRun(backtest.folder);
  assert.equal(pipeline.task, "forecast", "the folder predicts with the newest network");
});

test("several series and targets: each by itself in the tables, together by MASE; what cannot be judged is said", async () => {
  const shop = Array.from({ length: 160 }, (_, row) => (row < 80 ? "a" : "b"));
  const y = wave(160).map((v, row) => (row === 75 ? null : v));
  const table = tableOf({ date: [...dates(80), ...dates(80)], shop, y, z: wave(160, 2) });
  const warnings: string[] = [];
  const options = { id: "shop", target: ["y", "z"], initial: 70, missing: "forwardFill" };
  const backtest = await run(table, options, { warn: (message) => warnings.push(message) });
  assert.equal(backtest.evaluation.judge.name, "MASE");
  assert.deepEqual(backtest.bySeries.map(({ series, target }) => [series, target]), [["a", "y"], ["a", "z"], ["b", "y"], ["b", "z"]]); // prettier-ignore
  assert.equal(backtest.evaluation.count, 9, "of 5 origins and 2 series all but the one whose truth is missing");
  assert.match(warnings.join("\n"), /backtest: 1 of 10 forecasts are left out: .*a value of its horizon is missing/);
  assert.deepEqual(backtest.byOrigin.map(({ windows }) => windows), [2, 2, 1, 2, 2]); // prettier-ignore
});

test("zeros are counted where sMAPE and MASE have no denominator", async () => {
  const shop = Array.from({ length: 120 }, (_, row) => (row < 60 ? "a" : "b"));
  const y = [...wave(60), ...wave(60).map((v, t) => (t < 20 ? v : 0))];
  const options = { id: "shop", initial: 50, period: 5, season: 1, window: "sliding", linear: false };
  const { notes } = await run(tableOf({ shop, y }), { ...options, initial: 30 });
  assert.ok(notes.some((note) => /^MASE leaves out \d+ of the network's \d+ values: the series never changed/.test(note)), notes.join("\n")); // prettier-ignore
});

test("quantiles are scored too", async () => {
  const { evaluation, byStep } = await run(tableOf({ y: wave(90) }), { initial: 70, quantiles: [0.1, 0.9] });
  const names = Object.keys(evaluation.entries[0]!.values);
  for (const name of ["pinball", "coverage 80 %", "width 80 %", "interval score 80 %"]) assert.ok(names.includes(name), name); // prettier-ignore
  assert.ok(!Object.keys(evaluation.entries[1]!.values).includes("pinball"), "baselines have none");
  assert.ok(byStep.every(({ entries }) => entries[0]!.values["coverage 80 %"]! >= 0));
  const normal = await run(tableOf({ y: wave(90) }), { initial: 70, distribution: "normal" });
  assert.ok(normal.evaluation.entries[0]!.values["CRPS"]! > 0);
});

test("a backtest that was stopped goes on, and ends as one that was not", async () => {
  const options = { initial: 60, period: 6, refit: 1, epochs: 3 };
  const whole = await run(tableOf({ y: wave(80) }), options);
  const controller = new AbortController();
  const stop = { onEpochEnd: (epoch: number) => (epoch === 1 ? controller.abort() : undefined) };
  const hooks = { signal: controller.signal, onFit: (_: unknown, number: number) => (number === 2 ? [stop] : []) };
  const stopped = await run(tableOf({ y: wave(80) }), options, hooks).catch((error: unknown) => error);
  assert.ok(stopped instanceof BacktestStopped, String(stopped));
  assert.deepEqual([stopped.done, stopped.of], [1, 4]);
  assert.ok(!existsSync(join(stopped.folder, "backtest.json")));
  await assert.rejects(resumeBacktest(stopped.folder, { ...QUIET, data: tableOf({ y: wave(81) }) }), /has changed since/);
  const resumed = await resumeBacktest(stopped.folder, { ...QUIET, data: tableOf({ y: wave(80) }) });
  assert.deepEqual(savedOf(resumed).origins, savedOf(whole).origins);
  await assert.rejects(resumeBacktest(stopped.folder, { ...QUIET, data: tableOf({ y: wave(80) }) }), /it has ended; .*backtest\.json holds its result/); // prettier-ignore
}); // prettier-ignore

test("a network that is trained foresees other data as it is", async () => {
  const first = await run(tableOf({ y: wave(80) }), { initial: 70, period: 5 });
  const more = tableOf({ y: wave(40, 5) });
  const replayed = await backtestRun(first.folder, more, { runs, period: 3 }, QUIET);
  const { origins } = savedOf(replayed);
  assert.deepEqual(origins.map(({ at, fit }) => [at, fit]).slice(0, 2), [[4, null], [7, null]]); // prettier-ignore
  const { model, pipeline } = await openRun(first.folder);
  const answers = await pipeline.predict(model, tableOf({ y: wave(40, 5).slice(0, 7) }));
  const foreseen = origins[1]!.forecasts[0]!.targets[0]!.forecasts["network"]!;
  for (const [h, { y }] of answers.entries()) assert.ok(Math.abs((y as number) - foreseen[h]!) < 1e-5);
  const warnings: string[] = [];
  const said = { ...QUIET, warn: (message: string) => void warnings.push(message) };
  await backtestRun(first.folder, tableOf({ y: wave(80) }), { runs }, said);
  assert.match(warnings[0]!, /is what the network was trained on; only origins after/);
});

test("wrong options end before anything is written", async () => {
  await assert.rejects(run(tableOf({ y: wave(60) }), { initial: 59 }), /has 60 steps; initial 59 and horizon 2 leave no origin/); // prettier-ignore
  await assert.rejects(run(tableOf({ y: wave(60) }), { test: 0.2 }), /backtest: unknown option "test"/);
  await assert.rejects(run(tableOf({ y: wave(60) }), { initial: 5 }), /lookback 4 and horizon 2/);
});
