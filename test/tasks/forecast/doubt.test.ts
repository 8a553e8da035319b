// Quantiles, distributions and conformal corrections: what they say is right where it can be known, and the same after saving.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { calibrate, corrected, movement } from "../../../src/tasks/forecast/doubt/conformal.js";
import { bandsOf } from "../../../src/tasks/forecast/doubt/doubt.js";
import { outlookOf } from "../../../src/tasks/forecast/doubt/outlook.js";
import { forecastTask } from "../../../src/tasks/forecast/forecast-task.js";
import { crpsOfQuantiles } from "../../../src/tasks/forecast/scores/quantiles.js";
import { compareTask, forecast, openRun, resumeRun } from "../../../src/tasks/index.js";
import type { Callback } from "../../../src/index.js";
import { normal } from "../../../src/util/normal.js";
import { Random } from "../../../src/util/random.js";
import { dates, fit, prepare, tableOf, wave } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-doubt-"));
after(() => rmSync(folder, { recursive: true }));

/** Windows of one series. */
const alone = (N: number) => new Array<null>(N).fill(null);

const LEVELS = [0.025, 0.1, 0.9, 0.975];

/** N windows with exchangeable errors of a skewed kind around forecasts of any kind. */
function exchangeable(N: number, H: number, seed: number) {
  const random = new Random(seed);
  const scales = Float64Array.from({ length: N }, () => 0.1 + 10 * random.uniform());
  const point = Float64Array.from({ length: N * H }, () => 100 * normal(random));
  const truth = point.map((y, k) => {
    const h = k % H;
    return y + scales[Math.floor(k / H)]! * (Math.exp(normal(random)) * (h + 1) - h);
  });
  return { scales, point, truth };
}

test("conformal quantiles cover exchangeable data as they say, at each end and step", () => {
  const [N, H, levels] = [199, 3, LEVELS];
  const layout = { levels, horizon: H, K: 1 };
  const below = levels.map(() => new Float64Array(H));
  const runs = 60;
  const later = 200;
  for (let seed = 1; seed <= runs; seed++) {
    const all = exchangeable(N + later, H, seed);
    const part = (from: number, to: number) => {
      const point = all.point.slice(from * H, to * H);
      return { outlook: { point, quantiles: levels.map(() => point), crps: null }, truth: all.truth.slice(from * H, to * H), scales: all.scales.slice(from, to) }; // prettier-ignore
    };
    const [known, rest] = [part(0, N), part(N, N + later)];
    const corrections = calibrate("test", known.outlook, { ...known, series: alone(N) }, layout);
    const { quantiles } = corrected(rest.outlook, corrections, rest.scales, layout);
    for (const [l, values] of quantiles.entries())
      for (let k = 0; k < values.length; k++) if (rest.truth[k]! <= values[k]!) below[l]![k % H]!++;
  }
  for (const [l, p] of levels.entries()) {
    // the share lies within 1/(N + 1) of p in expectation; 60 calibrations of 199 and 200 judged each
    const deviation = Math.sqrt((p * (1 - p)) / runs) * Math.sqrt(1 / N + 1 / later);
    for (const share of below[l]!.map((count) => count / (runs * later)))
      assert.ok(Math.abs(share - p) < 1 / (N + 1) + 4 * deviation, `level ${p}: ${share}`);
  }
});

test("conformal quantiles never cross, and ½ stays where it is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 90 }), fc.integer({ min: 1, max: 4 }), fc.integer(), (N, H, seed) => {
      const { point, truth, scales } = exchangeable(N, H, seed);
      const random = new Random(seed);
      const levels = [0.05, 0.4, 0.5, 0.6, 0.95];
      const quantiles = levels.map(() => point.map((y) => y + normal(random)));
      for (let k = 0; k < point.length; k++) {
        const sorted = Float64Array.from(quantiles, (q) => q[k]!).sort();
        for (const [l, q] of quantiles.entries()) q[k] = sorted[l]!;
      }
      const layout = { levels, horizon: H, K: 1 };
      const outlook = { point, quantiles, crps: null };
      const corrections = calibrate(
        "test",
        outlook,
        { truth, scales, series: alone(truth.length / layout.horizon) },
        layout,
      );
      assert.ok(corrections[2]!.every((c) => c === 0));
      const { quantiles: after } = corrected(outlook, corrections, scales, layout);
      for (let k = 0; k < point.length; k++)
        for (let l = 1; l < levels.length; l++) assert.ok(after[l]![k]! >= after[l - 1]![k]!);
    }),
    { numRuns: 50 },
  );
});

test("corrections by hand: 39 windows are just enough for 0.025", () => {
  const truth = Float64Array.from({ length: 39 }, (_, i) => 2 * (i + 1));
  const zero = new Float64Array(39);
  const outlook = { point: zero, quantiles: [zero, zero, zero, zero], crps: null };
  const layout = { levels: LEVELS, horizon: 1, K: 1 };
  const scales = zero.map(() => 2);
  // scores are 1 … 39; the 1st, 4th, 36th and 39th
  assert.deepEqual(
    calibrate("test", outlook, { truth, scales, series: alone(truth.length / layout.horizon) }, layout),
    [[1], [4], [36], [39]],
  );
  assert.throws(
    () => calibrate("forecast", outlook, { truth: truth.slice(1), scales, series: alone(38) }, layout),
    /forecast: the quantile 0.025 needs at least 39 held-out windows to be calibrated, and there are 38; take a larger share/,
  );
  assert.equal(movement([1, 2, 4, 3], 0, 4, NaN), (1 + 2 + 1) / 3);
  assert.equal(movement([1, 2, 4, 3], 0, 4, 5), (4 + 50) / 13);
});

test("of several series each counts as much as another, whatever its number of windows", () => {
  // a: 90 windows with scores 0; b: 10 windows with scores 1 … 10
  const truth = Float64Array.from({ length: 100 }, (_, i) => (i < 90 ? 0 : i - 89));
  const zero = new Float64Array(100);
  const series = Array.from({ length: 100 }, (_, i) => (i < 90 ? "a" : "b"));
  const layout = { levels: [0.4, 0.8], horizon: 1, K: 1 };
  const outlook = { point: zero, quantiles: [zero, zero], crps: null };
  const corrections = calibrate("test", outlook, { truth, scales: zero.map(() => 1), series }, layout);
  // half of the weight is at 0, each score of b has 5: 101 · 0.8 = 80.8 is reached with the 7th
  assert.deepEqual(corrections, [[0], [7]]);
});

test("intervals are pairs of levels", () => {
  assert.deepEqual(bandsOf([0.025, 0.1, 0.5, 0.9, 0.975]).map(({ name, lower, upper }) => [name, lower, upper]), [["80 %", 1, 3], ["95 %", 0, 4]]); // prettier-ignore
  assert.deepEqual(bandsOf([0.1, 0.5]), []);
});

test("outputs of a head of quantiles are put in order, those of a distribution are its quantiles", () => {
  const decode = (_: number, output: Float64Array) => output.map((y) => 10 + 2 * y);
  const heads = { levels: [0.1, 0.9], outputs: [0.1, 0.5, 0.9], conformal: false };
  const crossed = outlookOf([3, 1, 2, 0, 0, 5], { doubt: { ...heads, head: "quantiles" }, width: 2, linear: true }, decode); // prettier-ignore
  assert.deepEqual(crossed, { point: Float64Array.of(14, 10), quantiles: [Float64Array.of(12, 10), Float64Array.of(16, 20)], crps: null }); // prettier-ignore
  const bell = outlookOf([0, 1, 1, 0.5], { doubt: { ...heads, head: "normal" }, width: 2, linear: true }, decode);
  const z = 1.2815515655446004;
  const close = (a: ArrayLike<number>, b: number[]) => b.forEach((v, i) => assert.ok(Math.abs(a[i]! - v) < 1e-12));
  close(bell.quantiles[1]!, [10 + 2 * z, 12 + z]);
  close(bell.point, [10, 12]);
  // CRPS of N(10, 2²) and N(12, 1²): in raw units, as from very many quantiles
  const truth = [11, 9];
  const levels = Array.from({ length: 4000 }, (_, k) => (k + 0.5) / 4000);
  const dense = outlookOf([0, 1, 1, 0.5], { doubt: { ...heads, levels, head: "normal" }, width: 2, linear: true }, decode); // prettier-ignore
  const expected = crpsOfQuantiles(truth, levels.map((level, l) => ({ level, values: dense.quantiles[l]! }))); // prettier-ignore
  const got = bell.crps!(truth);
  for (const [i, score] of expected.entries()) assert.ok(Math.abs(got[i]! - score) < 1e-3, `${got[i]} ${score}`);
});

/** y[t] = 20 + 0.6 (y[t−1] − 20) + noise, so that the best one-step quantiles are known. */
function autoregressive(n: number, seed = 1): number[] {
  const random = new Random(seed);
  let y = 20;
  return Array.from({ length: n }, () => (y = 20 + 0.6 * (y - 20) + normal(random)));
}

for (const [what, options] of [
  ["quantiles", { quantiles: [0.1, 0.5, 0.9] }],
  ["a normal distribution", { distribution: "normal", quantiles: [0.1, 0.9] }],
  ["Student's t", { distribution: "studentT", quantiles: [0.1, 0.9] }],
  ["conformal intervals", { intervals: "conformal", quantiles: [0.1, 0.9] }],
] as const) {
  test(`${what} of an autoregressive series are where they should be`, async () => {
    const made = await prepare(tableOf({ y: autoregressive(3000) }), { ...options, lookback: 3, stride: 1 });
    const model = await fit(made, 3);
    await made.calibrate?.(model);
    const { entries } = await made.test(model);
    const { values } = entries[0]!;
    assert.ok(Math.abs(values["coverage 80 %"]! - 0.8) < 0.06, `${values["coverage 80 %"]}`); // 3 deviations of 449 windows
    assert.ok(Math.abs(values["width 80 %"]! - 2.563) < 0.25, `${values["width 80 %"]}`);
    // the pinball loss of the true quantiles of a standard normal distribution, φ(z)
    const best = Math.exp(-0.5 * 1.2816 ** 2) / Math.sqrt(2 * Math.PI);
    assert.ok(values["pinball"]! < (what === "quantiles" ? 0.28 : best * 1.15), `${values["pinball"]}`);
    if (what.startsWith("a normal") || what.startsWith("Student")) assert.ok(Math.abs(values["CRPS"]! - 0.564) < 0.06);
  });
}

test("counts: a negative binomial head finds series of very unequal size", async () => {
  const random = new Random(3);
  const shops = [2, 300];
  const sold = shops.flatMap((mean) => Array.from({ length: 400 }, () => Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random))))); // prettier-ignore
  const table = tableOf({ y: sold, shop: sold.map((_, i) => (i < 400 ? "small" : "large")) });
  const made = await prepare(table, { id: "shop", distribution: "negativeBinomial", lookback: 10, horizon: 2, learningRate: 0.01 }); // prettier-ignore
  const model = await fit(made, 12);
  const answers = await made.pipeline.predict(model, table);
  for (const [i, mean] of shops.entries()) {
    const row = answers[2 * i]!;
    const values = ["y_q0.025", "y_q0.1", "y", "y_q0.9", "y_q0.975"].map((name) => row[name] as number);
    assert.ok(
      values.every((v, k) => Number.isInteger(v) && v >= 0 && (k === 0 || v >= values[k - 1]!)),
      `${values}`,
    );
    assert.ok(Math.abs(values[2]! - mean) < 3 * Math.sqrt(mean), `${values}`);
  }
  const { entries } = await made.test(model);
  assert.ok(entries[0]!.values["coverage 95 %"]! > 0.85);
});

test("answers with doubt are the same after JSON, and quantiles in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        head: fc.constantFrom({ quantiles: [0.9, 0.1] }, { distribution: "normal" }, { distribution: "studentT", quantiles: 0.3 }, {}), // prettier-ignore
        intervals: fc.constantFrom("none", "conformal"),
        transform: fc.constantFrom("none", "log"),
        horizon: fc.integer({ min: 1, max: 3 }),
        two: fc.boolean(),
        model: fc.constantFrom("gru", "deepar"),
      }),
      async ({ head, two, model: name, ...options }) => {
        const shop = Array.from({ length: 400 }, (_, i) => (i < 200 ? "a" : "b"));
        const table = tableOf({ y: [...wave(200), ...wave(200, 3, 50)], z: wave(400, 4), shop, date: [...dates(200), ...dates(200)] }); // prettier-ignore
        const target = two && name === "gru" ? ["y", "z"] : "y";
        const made = await prepare(table, { ...head, ...options, model: name, target, id: "shop", lookback: 4, samples: 7 }); // prettier-ignore
        await made.calibrate?.(made.model);
        const revived = forecastTask.revive(JSON.parse(JSON.stringify(made.pipeline)));
        const before = await made.pipeline.predict(made.model, table);
        assert.deepEqual(await revived.predict(made.model, table), before);
        for (const row of before) {
          const names = Object.keys(row).filter((column) => column.startsWith("y_q"));
          for (const [k, column] of names.entries())
            if (k > 0) assert.ok((row[column] as number) >= (row[names[k - 1]!] as number));
        }
        const own = await made.pipeline.evaluate(made.model, table, "x");
        assert.deepEqual(await revived.evaluate(made.model, table, "x"), own);
        assert.deepEqual(own.pictures.map(({ kind }) => kind).includes("fan"), made.pipeline.plan.doubt !== null);
      },
    ),
    { numRuns: 12 },
  );
});

test("a run with conformal intervals predicts from its folder as before, resumed too", async () => {
  const data = join(folder, "wave.csv");
  writeFileSync(data, ["y", ...wave(500)].join("\n") + "\n");
  const options = { target: "y", lookback: 6, horizon: 2, units: 4, epochs: 3, quantiles: [0.1, 0.5, 0.9], intervals: "conformal" as const, calibration: 0.2, runs: join(folder, "runs") }; // prettier-ignore
  const quiet = { verbose: 0, report: false, warn: () => undefined } as const;
  const whole = await forecast.train(data, options, quiet);
  const answers = await whole.predict(data);
  assert.deepEqual(Object.keys(answers[0]!), ["step", "y", "y_q0.1", "y_q0.5", "y_q0.9"]);
  assert.deepEqual(await (await openRun(whole.folder!)).predict(data), answers);
  const controller = new AbortController();
  const callback: Callback = { onEpochEnd: (epoch) => (epoch === 0 ? controller.abort() : undefined) };
  const part = await forecast.train(data, options, { ...quiet, signal: controller.signal, callbacks: [callback] });
  await assert.rejects((await openRun(part.folder!)).predict(data), /forecast.predict: intervals are calibrated when training ends, and this model is from before; resume its run/); // prettier-ignore
  const again = await resumeRun(part.folder!, quiet);
  assert.deepEqual(again.metrics, whole.metrics);
  assert.deepEqual(await again.predict(data), answers);
  const config = JSON.parse(readFileSync(join(whole.folder!, "data.json"), "utf8")) as { facts: Record<string, string> }; // prettier-ignore
  assert.match(config.facts["calibration part"]!, /^9\d windows/);
});

test("a file that is trained on from disk, and a choice among settings, have their doubt too", async () => {
  const data = join(folder, "long.csv");
  writeFileSync(data, ["y", ...wave(600)].join("\n") + "\n");
  const options = { target: "y", lookback: 6, horizon: 2, units: 4, epochs: 1, runs: join(folder, "more"), quantiles: [0.1, 0.9], intervals: "conformal" as const }; // prettier-ignore
  const quiet = { verbose: 0, report: false, warn: () => undefined } as const;
  const stored = await forecast.train(data, { ...options, memoryLimit: 100 }, quiet);
  assert.ok(stored.metrics["coverage 80 %"]! > 0.6);
  await assert.rejects(
    forecast.train(data, { ...options, memoryLimit: 100, calibration: 0.1 }, quiet),
    /calibration needs the whole file in memory; leave it out \(the validation part calibrates\), or set memoryLimit above the file's size/,
  );
  const { candidates, test: measured } = await compareTask(forecastTask as never, data, options as never, { units: [[2], [4]] }, quiet); // prettier-ignore
  assert.equal(candidates.length, 2);
  assert.ok(measured.part === "test" && "coverage 80 %" in measured.entries[0]!.values);
});

test("refused, with what to do", async () => {
  const y = wave(100);
  const refused = async (options: Record<string, unknown>, message: RegExp, data = { y }) =>
    assert.rejects(prepare(tableOf(data), options), message);
  await refused({ quantiles: [0.1], transform: "difference" }, /forecast: transform difference adds up changes, and quantiles of sums are no sums of quantiles/); // prettier-ignore
  await refused({ distribution: "negativeBinomial" }, /negativeBinomial is a distribution of counts, whole numbers of at least 0; column "y" has 10\.\d+ \(test\.csv, line 2\)/); // prettier-ignore
  await refused({ distribution: "negativeBinomial", transform: "log" }, /it goes with transform none, got log/);
  await refused({ distribution: "negativeBinomial", residual: true }, /foresees counts and no changes of them/);
  await refused({ distribution: "cauchy" }, /distribution/);
  await refused({ quantiles: [0] }, /quantiles/);
  await refused({ calibration: 0.1 }, /calibration 0.1 is a share of the data for intervals conformal, and intervals is none/); // prettier-ignore
  await refused({ intervals: "conformal", calibration: 0.5, validation: 0.3, test: 0.3 }, /validation 0.3 and calibration 0.5 and test 0.3 leave nothing/); // prettier-ignore
  await refused({ quantiles: 0.1, loss: "huber" }, /quantiles are trained on the pinball loss and distributions on their likelihood; leave loss out, got huber/); // prettier-ignore
  await refused({ categories: "y" }, /categories are for model deepar, got model gru/);
  const made = await prepare(tableOf({ y }), { intervals: "conformal", loss: "huber" });
  assert.deepEqual(made.facts.find(([name]) => name === "doubt"), ["doubt", "quantiles 0.025, 0.1, 0.9, 0.975 conformal by the validation part"]); // prettier-ignore
  await assert.rejects(made.calibrate!(made.model), /the quantile 0.025 needs at least 39 held-out windows to be calibrated, and there are 15/); // prettier-ignore
});
