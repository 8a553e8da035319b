import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModel } from "../../../src/index.js";
import { segmentsOf } from "../../../src/tasks/forecast/segrnn/settings.js";
import type { ForecastOptions } from "../../../src/tasks/forecast/options.js";
import { dates, fit, prepare, tableOf, wave } from "./support.js";

const OF_SEGRNN = { model: "segrnn", units: [8], lookback: 24, horizon: 6 };

test("a SegRNN learns a wave, keeps its settings, and forecasts from a file as before", async () => {
  const y = wave(400);
  const made = await prepare(tableOf({ date: dates(400), y }), { ...OF_SEGRNN, epochs: 40, learningRate: 0.01 });
  assert.equal(made.settings["segment"], 6);
  assert.deepEqual(made.pipeline.plan.cycles, [], "it looks at the targets alone");
  await fit(made, 40);
  const { entries } = await made.test(made.model);
  const [network, last] = entries;
  assert.ok(network!.values["RMSE"]! < 0.5 * last!.values["RMSE"]!, JSON.stringify(entries));
  const table = tableOf({ date: dates(400), y });
  const answers = await made.pipeline.predict(made.model, table);
  assert.equal(answers.length, 6);
  const loaded = await loadModel(made.model.toBytes());
  assert.deepEqual(await made.pipeline.predict(loaded, table), answers);
});

test("targets are channels: several in one network, in raw units", async () => {
  const columns = { y: wave(200), z: wave(200, 2, 1000) };
  const made = await prepare(tableOf(columns), { ...OF_SEGRNN, target: ["y", "z"] });
  const [first] = await made.pipeline.predict(made.model, tableOf(columns));
  assert.ok(Math.abs((first!["y"] as number) - 10) < 10 && Math.abs((first!["z"] as number) - 1000) < 10);
});

test("segments are found from lookback and horizon", () => {
  const of = (options: Partial<ForecastOptions>, usual = 120) => segmentsOf("forecast", options as ForecastOptions, usual); // prettier-ignore
  assert.deepEqual(
    of({ lookback: 96, horizon: 96 }),
    { segment: 24, lookback: 96 },
    "as the paper's repository has it",
  );
  assert.deepEqual(of({ lookback: 720, horizon: 96 }), { segment: 48, lookback: 720 });
  assert.deepEqual(of({ horizon: 7 }), { segment: 7, lookback: 119 });
  assert.deepEqual(of({ horizon: 1 }), { segment: 1, lookback: 120 });
  assert.deepEqual(of({ lookback: 25, horizon: 6 }), { segment: 1, lookback: 25 });
  assert.deepEqual(of({ horizon: 12, segment: 4 }, 30), { segment: 4, lookback: 28 });
  assert.throws(() => of({ lookback: 10, horizon: 8, segment: 4 }), /must be whole numbers of segments of 4 steps, got 10 and 8/); // prettier-ignore
});

test("options that a SegRNN has no use for are refused", async () => {
  const refused = (options: object, why: RegExp) => assert.rejects(prepare(tableOf({ y: wave(200), z: wave(200) }), { ...OF_SEGRNN, ...options }), why); // prettier-ignore
  await refused({ cell: "lstm" }, /forecast: model segrnn is one GRU that reads forwards, got "lstm"/);
  await refused({ units: [8, 8] }, /units must be one number, got \[8, 8\]/);
  await refused({ past: ["z"] }, /looks at the targets alone: leave out past and future/);
  await refused({ calendar: ["hour"] }, /calendar must be none/);
  await refused({ residual: true }, /goes on from the last value by itself/);
});
