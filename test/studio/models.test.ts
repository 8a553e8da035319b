// What models hold and do, by their runs: layers, samples, gates, horizon, attribution, units, texts, forecasts.
import assert from "node:assert/strict";
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type * as api from "../../src/studio/api/index.js";
import { fromFloats } from "../../src/studio/floats.js";
import { trace } from "../../src/explain/index.js";
import { openRun } from "../../src/tasks/open-run.js";
import { classify, forecast, generate } from "../../src/tasks/index.js";
import { writeClips, writeNovel, writePrices, writeReviews } from "../cli/samples.js";
import { Listener } from "./events.js";
import { TestStudio, until } from "./studio.js";

const studio = await TestStudio.open(async (folder) => {
  for (const write of [writePrices, writeReviews, writeNovel]) write(folder);
  writeClips(folder, "clips", 4);
  const hooks = { verbose: 0, report: false, warn: () => undefined } as const;
  const common = { runs: join(folder, "runs"), epochs: 1 };
  const prices = {
    ...common,
    target: "close",
    lookback: 10,
    horizon: 3,
    units: [4],
    quantiles: [0.1, 0.5, 0.9],
    linear: false,
  };
  await forecast.train(join(folder, "prices.csv"), { ...prices, name: "prices" }, hooks);
  await classify.train(join(folder, "reviews.tsv"), { ...common, text: "review", units: [4], embedding: 4, name: "reviews" }, hooks); // prettier-ignore
  await classify.train(join(folder, "clips"), { ...common, audio: true, units: [4], name: "clips" }, hooks);
  await generate.train(join(folder, "novel.txt"), { ...common, units: [8], embedding: 4, stepsPerEpoch: 2, name: "novel" }, hooks); // prettier-ignore
  writeFileSync(join(folder, "shops.csv"), shops());
  const future = { ...common, target: "units", id: "shop", future: ["promo"], lookback: 7, horizon: 2, units: [4] };
  await forecast.train(join(folder, "shops.csv"), { ...future, name: "shops" }, hooks);
  const wide = { ...common, wide: true, units: [4], name: "wide" };
  writeFileSync(join(folder, "wide.csv"), wideTable());
  await classify.train(join(folder, "wide.csv"), wide, hooks);
  const past = { ...prices, initial: 0.8, period: 10, name: "past" };
  await forecast.backtest(join(folder, "prices.csv"), past, hooks);
});
/** Two series, with a covariate that is known for the steps to come. */
function shops(): string {
  const rows = ["A", "B"].flatMap((shop, k) =>
    Array.from({ length: 60 }, (_, i) => {
      const date = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
      return `${shop},${date},${20 + k + (i % 7)},${Number(i % 7 === 0)}`;
    }),
  );
  return `shop,date,units,promo\n${rows.join("\n")}\n`;
}

function wideTable(): string {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const sign = i % 2 === 0 ? 1 : -1;
    return [sign > 0 ? "up" : "down", ...Array.from({ length: 6 }, (__, t) => sign * t + i / 100)].join(",");
  });
  return `label,a,b,c,d,e,f\n${rows.join("\n")}\n`;
}

const runs = join(studio.folder, "runs");
const named = (name: string) => readdirSync(runs).find((run) => run.includes(`-${name}`))!;
const at = (name: string, rest: string) => `/api/runs/${named(name)}/${rest}`;
const inside = (name: string, request: object) => studio.post<api.InsideReply>(at(name, "inside"), request);

test("layers, shapes, weights and their histograms", async () => {
  const model = await studio.get<api.ModelReply>(at("prices", "model"));
  const { run } = { run: await openRun(join(runs, named("prices"))) };
  assert.equal(model.parameters, run.model.countParams());
  assert.equal(
    model.layers.reduce((sum, layer) => sum + layer.parameters, 0),
    model.parameters,
  );
  assert.equal(model.bytes, 4 * model.parameters);
  assert.deepEqual(model.recurrent, [{ layer: "gru", cell: "gru", units: 4 }]);
  assert.equal(model.signature!.sample, "rows");
  const weights = model.layers.flatMap((layer) => layer.weights);
  assert.ok(weights.some(({ name }) => name === "gru/cell/kernel"));
  for (const { shape, histogram, least, greatest, mean } of weights) {
    assert.equal(
      histogram.counts.reduce((a, b) => a + b, 0),
      shape.reduce((a, b) => a * b, 1),
    );
    assert.ok(least <= mean && mean <= greatest);
  }
  // x·W and h·U for three gates of 4 units, and 4 numbers to 3 steps of 3 quantiles.
  const D = model.inputs[0]!.shape[2]!;
  assert.equal(model.multiplyAdds, D * 12 + 4 * 12 + 4 * 9);
});

test("samples of the run's data can be asked for, changed and sent back", async () => {
  const { count, samples, source, problem } = await studio.get<api.SamplesReply>(
    at("prices", "samples?from=2&count=3"),
  );
  assert.deepEqual([samples.length, samples[0]!.index, source, problem], [3, 2, "prices.csv", null]);
  assert.ok(count > 50);
  const { rows } = samples[0]!;
  assert.equal(rows!.length, 10);
  const [bySample, byRows] = [
    await inside("prices", { input: { sample: 2 } }),
    await inside("prices", { input: { rows } }),
  ];
  assert.deepEqual(byRows.layers, bySample.layers);
  const drawn = rows!.map((row, i) => ({ ...row, close: 100 + 10 * Math.sin(i) }));
  const changed = await inside("prices", { input: { rows: drawn } });
  assert.notDeepEqual(changed.layers, bySample.layers);
  assert.ok(changed.answers.length === 3 && typeof changed.answers[0]!["close"] === "number");
});

test("gates and states of a typed text are those of the library's own trace", async () => {
  const text = "great fine film & <b>dull</b> plot";
  const reply = await inside("reviews", { input: { text } });
  const { model, pipeline } = await openRun(join(runs, named("reviews")));
  const view = await pipeline.view(model, [{ review: text }]);
  const [own] = await trace(model, view.x);
  assert.deepEqual(
    reply.layers.map(({ layer }) => layer),
    own!.layers.map(({ layer }) => layer),
  );
  for (const [i, { signals, steps, units }] of reply.layers.entries()) {
    assert.deepEqual(Object.keys(signals), ["keep", "write", "reset", "candidate", "state"]);
    for (const [name, floats] of Object.entries(signals)) {
      assert.deepEqual(fromFloats(floats), Float32Array.from(own!.layers[i]!.signals[name]!));
      assert.equal(fromFloats(floats).length, steps * units);
    }
  }
  assert.deepEqual(reply.input.steps, view.inputs[0]!.steps[0]);
  assert.equal(reply.input.kind, "tokens");
  assert.ok(["good", "bad"].includes(String(reply.answers[0]!["label"])));
  assert.ok(reply.saturation.length > 0 && reply.before === null);
});

test("units are held and silenced, and the output before that is told too", async () => {
  const input = { sample: 1 };
  const free = await inside("prices", { input });
  const held = await inside("prices", { input, pins: [{ layer: "gru", unit: 2, value: 0.5 }], ablate: [{ layer: "gru", unit: 0 }] }); // prettier-ignore
  const state = fromFloats(held.layers[0]!.signals["state"]!);
  for (let t = 0; t < 10; t++) assert.deepEqual([state[4 * t], state[4 * t + 2]], [0, 0.5]);
  assert.deepEqual(held.before, free.output);
  assert.notDeepEqual(held.output, free.output);
  const { detail } = await studio.refused(at("prices", "inside"), 422, { method: "POST", body: { input, ablate: [{ layer: "gur", unit: 0 }] } }); // prettier-ignore
  assert.match(detail, /gur.*did you mean "gru"/);
});

test("a recording comes back to be played", async () => {
  const picked = await inside("clips", { input: { sample: 0 } });
  assert.ok(picked.input.audio!.sampleRate === 8000 && picked.input.values !== null);
  const again = await inside("clips", { input: { audio: picked.input.audio } });
  assert.deepEqual(again.layers, picked.layers);
  const body = { input: { audio: { pcm: "not base64!", sampleRate: 8000 } } };
  await studio.refused(at("clips", "inside"), 422, { method: "POST", body });
});

test("horizon and attribution name steps and outputs", async () => {
  const input = { text: "superb lovely story" };
  const { horizon, outputNames } = await studio.post<api.HorizonReply>(at("reviews", "horizon"), { input });
  assert.equal(horizon.gradient.length, 3);
  assert.ok(outputNames.length > 0);
  for (const method of ["integratedGradients", "occlusion", "gradientInput"]) {
    const { attribution } = await studio.post<api.AttributionReply>(at("reviews", "attribution"), { input, method });
    assert.deepEqual(attribution.inputs[0]!.stepNames, ["superb", "lovely", "story"]);
    assert.equal(fromFloats(attribution.inputs[0]!.scores).length, 3);
    if (method === "integratedGradients") assert.ok(attribution.incompleteness! < 0.01);
  }
  await studio.refused(at("reviews", "attribution"), 422, { method: "POST", body: { input, method: "guessing" } });
  await studio.refused(at("reviews", "attribution"), 422, { method: "POST", body: { input, output: 99 } });
});

test("of a text that goes on, outputs of the last step are meant", async () => {
  const input = { text: "the quick brown" };
  const { output, outputNames, outputs } = await inside("novel", { input });
  assert.equal(output.length, outputNames.length);
  assert.deepEqual(fromFloats(outputs!).slice(-output.length), Float32Array.from(output as number[]));
  const { attribution } = await studio.post<api.AttributionReply>(at("novel", "attribution"), { input });
  const largest = output.indexOf(Math.max(...(output as number[])));
  assert.equal(attribution.output, largest);
  assert.ok(Math.abs(attribution.value - output[largest]!) < 1e-4);
});

test("units that are on in a passage, where else they are, and what each is worth", async () => {
  const input = { sample: 0 };
  const { layers } = await inside("novel", { input });
  const { units, steps } = layers[0]!;
  const state = fromFloats(layers[0]!.signals["state"]!);
  const match = await studio.post<api.MatchReply>(at("novel", "match"), {
    input,
    layer: "gru",
    from: 2,
    to: 4,
    threshold: 0.01,
  });
  const on = (unit: number) => [2, 3].every((t) => state[t * units + unit]! >= 0.01);
  assert.deepEqual(match.units.map(({ unit }) => unit).sort((a, b) => a - b), Array.from({ length: units }, (_, unit) => unit).filter(on)); // prettier-ignore
  assert.ok(match.passages.length > 0 && match.passages.every(({ similarity, steps: around, at: begin }) => similarity > 0 && begin <= around.length)); // prettier-ignore
  const none = await studio.post<api.MatchReply>(at("novel", "match"), {
    input,
    layer: "gru",
    from: 0,
    to: steps,
    threshold: 0.99,
  });
  assert.deepEqual(none, { units: [], passages: [] });
  const effects = await studio.post<api.EffectsReply>(at("prices", "effects"), { input, layer: "gru", output: 1 });
  const before = (await inside("prices", { input })).output[1]!;
  for (const [unit, change] of effects.changes.entries()) {
    const { output } = await inside("prices", { input, ablate: [{ layer: "gru", unit }] });
    assert.ok(Math.abs(output[1]! - before - change!) < 1e-5);
  }
});

test("what a request gives must be one thing, and fit the model", async () => {
  const wrong: [string, object, number][] = [
    ["prices", {}, 400],
    ["prices", { input: {} }, 422],
    ["prices", { input: { sample: 0, text: "x" } }, 422],
    ["prices", { input: { text: "x" } }, 422],
    ["prices", { input: { sample: 1e9 } }, 422],
    ["prices", { input: { rows: [{ close: 1 }] } }, 422],
    ["prices", { input: { rows: [{ close: "<b>" }] } }, 422],
    ["prices", { input: { rows: "rubbish" } }, 422],
    ["reviews", { input: { text: "" } }, 422],
    ["reviews", { input: { text: "x".repeat(100_000) } }, 422],
    ["reviews", { input: { text: ["a"] } }, 422],
  ];
  for (const [name, body, status] of wrong) await studio.refused(at(name, "inside"), status, { method: "POST", body });
  await studio.refused("/api/runs/none/inside", 404, { method: "POST", body: { input: {} } });
});

test("a text is written piece by piece, with its temperature changed on the way, and ended", async () => {
  const cold = { prompt: "the quick", length: 40, temperature: 0, seed: 1 };
  const all = new Listener(studio, at("novel", "generate"), cold);
  await all.ended;
  const pieces = all.of<api.GenerateEvents["piece"]>("piece");
  const expected = await (await openRun(join(runs, named("novel")))).predict([{ prompt: "the quick" }], { length: 40, temperature: 0 }); // prettier-ignore
  assert.equal(pieces.map(({ text }) => text).join(""), expected[0]!["continuation"]);
  assert.ok(pieces.every(({ probability }) => probability! > 0 && probability! <= 1));
  assert.deepEqual(
    all.told.map(({ event }) => event).filter((event) => event !== "piece"),
    ["begin", "end"],
  );

  const slow = new Listener(studio, at("novel", "generate"), { ...cold, length: 5000, pace: 100 });
  const { id } = await until(async () => slow.of<api.GenerateEvents["begin"]>("begin")[0]);
  await until(async () => slow.of("piece").length > 5);
  await studio.post(`/api/generations/${id}`, { temperature: 5 }, 204);
  const before = slow.of("piece").length;
  await until(async () => slow.of("piece").length > before + 60);
  const odds = slow.of<api.GenerateEvents["piece"]>("piece").map(({ probability }) => probability!);
  const mean = (list: readonly number[]) => list.reduce((sum, p) => sum + p, 0) / list.length;
  assert.ok(mean(odds.slice(0, before - 2)) > mean(odds.slice(before + 3)), "wilder pieces are less likely");
  await studio.refused(`/api/generations/${id}`, 422, { method: "POST", body: { temperature: -1 } });
  await studio.post(`/api/generations/${id}`, { stop: true }, 204);
  await slow.ended;
  assert.ok(slow.of("piece").length < 5000);
  await studio.refused(`/api/generations/${id}`, 404, { method: "POST", body: { stop: true } });
});

test("whoever vanishes while a text is written ends it, and the studio goes on", async () => {
  const gone = new Listener(studio, at("novel", "generate"), { prompt: "the", length: 20_000, pace: 50 });
  const { id } = await until(async () => gone.of<api.GenerateEvents["begin"]>("begin")[0]);
  gone.vanish();
  await until(async () => (await studio.ask(`/api/generations/${id}`, { method: "POST", body: {} })).status === 404);
  assert.equal((await studio.ask("/api/state")).status, 200);
});

test("a prompt that the model does not know is told in the stream", async () => {
  const told = new Listener(studio, at("novel", "generate"), { prompt: "Ω" });
  await told.ended;
  assert.match(told.of<api.Problem>("error")[0]!.detail, /prompt/);
});

test("a forecast as a fan behind its past, and the forecasts of a backtest", async () => {
  const {
    past,
    forecast: fan,
    series,
    chosen,
    origins,
    problem,
  } = await studio.get<api.ForecastReply>(at("prices", "forecast"));
  assert.deepEqual([series, chosen, origins, problem], [["close"], "close", null, null]);
  const answers = await (await openRun(join(runs, named("prices")))).predict(join(studio.folder, "prices.csv"));
  assert.deepEqual(
    fan!.x,
    answers.map(({ date }) => date),
  );
  assert.deepEqual(
    fan!.y,
    answers.map(({ close }) => close),
  );
  assert.deepEqual(
    fan!.bands[0]!.upper,
    answers.map((answer) => answer["close_q0.9"]),
  );
  assert.ok(Math.abs(fan!.bands[0]!.share - 0.8) < 1e-9 && past.x.length === 120 && past.x.at(-1)! < fan!.x[0]!);
  const backtest = await studio.get<api.ForecastReply>(at("past", "forecast?series=close"));
  assert.ok(backtest.origins!.length >= 2);
  const [first] = backtest.origins!;
  assert.deepEqual([first!.at, first!.x.length, first!.truth.length], [first!.x[0], 3, 3]);
  assert.deepEqual(first!.forecasts.map(({ name, y }) => [name, y.length])[0], ["network", 3]);
  assert.equal(first!.bands[0]!.lower.length, 3);
  await studio.refused(at("prices", "forecast?series=nothing"), 404);
  await studio.refused(at("reviews", "forecast"), 422);
});

test("where covariates of the steps to come are lacking, the end of the data is foreseen", async () => {
  const { samples } = await studio.get<api.SamplesReply>(at("shops", "samples?count=1"));
  const { rows, reference } = samples[0]!;
  assert.deepEqual(rows!.map(({ units }) => units === null), [...Array.from({ length: 7 }, () => false), true, true]); // prettier-ignore
  assert.deepEqual(reference, { shop: "A", date: rows![6]!["date"] });
  assert.equal((await inside("shops", { input: { sample: 0 } })).input.steps.length, 7);
  const reply = await studio.get<api.ForecastReply>(at("shops", `forecast?series=${encodeURIComponent("B: units")}`));
  assert.deepEqual(reply.series, ["A: units", "B: units"]);
  assert.deepEqual(reply.forecast!.x, ["2024-02-28", "2024-02-29"]);
  assert.deepEqual([reply.past.x.at(-1), reply.past.y.at(-1)], ["2024-02-27", 21 + (57 % 7)]);
  assert.match(reply.problem!, /covariates of the steps to come/);
});

test("a row whose columns are the steps can be drawn", async () => {
  const { samples } = await studio.get<api.SamplesReply>(at("wide", "samples?count=1"));
  assert.deepEqual(samples[0]!.rows!.map(({ value }) => value), [0, 1, 2, 3, 4, 5]); // prettier-ignore
  const [bySample, byRows] = [await inside("wide", { input: { sample: 0 } }), await inside("wide", { input: { rows: samples[0]!.rows } })]; // prettier-ignore
  assert.deepEqual(byRows.layers, bySample.layers);
});

test("without its data a run still shows its model, and says what is missing", async () => {
  renameSync(join(studio.folder, "prices.csv"), join(studio.folder, "moved.csv"));
  const { samples, problem } = await studio.get<api.SamplesReply>(at("prices", "samples"));
  assert.ok(samples.length === 0 && /prices\.csv/.test(problem!));
  await studio.refused(at("prices", "inside"), 422, { method: "POST", body: { input: { sample: 0 } } });
  assert.ok((await studio.get<api.ModelReply>(at("prices", "model"))).parameters > 0);
});

test("no fault of the studio's own", () => assert.deepEqual(studio.faults, []));
