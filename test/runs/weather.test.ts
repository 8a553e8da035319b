import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDays, readDays } from "../../src/runs/weather/days.js";
import { fitScaler, makeExamples, toTemperatures } from "../../src/runs/weather/examples.js";
import { summaryOf, findings, verdicts } from "../../src/runs/weather/findings.js";
import { bestLinear, SETTINGS, splitDays } from "../../src/runs/weather/forecaster.js";
import { fitLinear, predictLinear, solve } from "../../src/runs/weather/linear.js";
import { compare, score } from "../../src/runs/weather/scores.js";
import { Random } from "../../src/util/random.js";

const days = readDays();
const split = splitDays(days, 912, 1096);

test("the data is four whole years, day by day; a damaged file is an error that names the line", () => {
  assert.deepEqual([days.length, days[0]!.date, days.at(-1)!.date], [1461, "2012-01-01", "2015-12-31"]);
  assert.deepEqual(days[1], { date: "2012-01-02", rain: 10.9, high: 10.6, low: 2.8, wind: 4.5 });
  const header = "date,precipitation,temp_max,temp_min,wind,weather";
  assert.throws(() => parseDays(`${header}\n2012-01-01,0,1,,2,sun`), /weather data: line 2 is not a day/);
  assert.throws(() => parseDays(`${header}\n2012-01-01,0,1,2,3,sun\n2012-01-03,0,1,2,3,sun`), /line 3: 2012-01-03 does not follow/);
  assert.throws(() => parseDays("a,b"), /expected the columns date,precipitation/);
});

test("no example knows of its own day or of a later one, and no part sees another's answers", () => {
  const { train, validation, test: held, scaler } = split;
  assert.deepEqual([train.first, train.first + train.count], [30, validation.first]);
  assert.deepEqual([held.first, held.first + held.count], [validation.first + validation.count, days.length]);
  // Changing day d and all after it changes nothing that is used to foresee day d, and nothing of the scaler.
  const d = held.first + 100;
  const changed = days.map((day, i) => (i < d ? day : { ...day, high: 99, low: 99, rain: 99, wind: 99 }));
  assert.deepEqual(splitDays(changed, 912, 1096).scaler, scaler);
  const size = held.x.size / held.count;
  const after = makeExamples(changed, scaler, SETTINGS.T, held.first, days.length);
  assert.deepEqual(after.x.data.subarray(0, 101 * size), held.x.data.subarray(0, 101 * size));
  assert.notDeepEqual(after.x.data.subarray(101 * size, 102 * size), held.x.data.subarray(101 * size, 102 * size));
});

test("the answers are the temperatures again when they are turned back", () => {
  const { test: held, scaler } = split;
  const temperatures = toTemperatures(held.y.data, days, held.first, scaler);
  const errors = temperatures.map((value, i) => Math.abs(value - days[held.first + i]!.high));
  assert.ok(Math.max(...errors) < 1e-5);
});

test("scaled features have mean 0 and deviation 1 over the training days", () => {
  const scaler = fitScaler(days.slice(0, 912));
  const { x } = makeExamples(days, scaler, 1, 1, 913);
  for (let j = 0; j < 6; j++) {
    const values = Array.from({ length: 912 }, (_, i) => x.data[i * 6 + j]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / 912;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 912;
    assert.ok(Math.abs(mean) < 1e-6 && Math.abs(variance - 1) < 1e-5, `feature ${j}: ${mean}, ${variance}`);
  }
});

test("solve inverts symmetric positive definite systems", () => {
  const random = new Random(1);
  const n = 12;
  const B = Array.from({ length: n }, () => Float64Array.from({ length: n }, () => random.uniform() - 0.5));
  const A = B.map((row, i) => Float64Array.from(B, (other, j) => row.reduce((sum, v, k) => sum + v * other[k]!, 0) + (i === j ? 1 : 0)));
  const w = Float64Array.from({ length: n }, () => random.uniform() - 0.5);
  const b = Float64Array.from(A, (row) => row.reduce((sum, value, j) => sum + value * w[j]!, 0));
  const found = solve(A, b);
  assert.ok(found.every((value, i) => Math.abs(value - w[i]!) < 1e-9));
});

test("the linear model is where the gradient of its penalised squared error is zero", () => {
  const { train } = split;
  const model = fitLinear(train, 3, 10);
  const predicted = predictLinear(model, train);
  const size = train.x.size / train.count;
  for (let j = 0; j < 19; j++) {
    let gradient = j < 18 ? 10 * model.weights[j]! : 0;
    for (let i = 0; i < train.count; i++) {
      const value = j < 18 ? train.x.data[(i + 1) * size - 18 + j]! : 1;
      gradient += (predicted[i]! - train.y.data[i]!) * value;
    }
    assert.ok(Math.abs(gradient) < 1e-8, `weight ${j}: ${gradient}`);
  }
  assert.ok(bestLinear(split).T > 1);
});

test("scores and their difference", () => {
  assert.deepEqual(score([0, 0], [3, -4]), { mae: 3.5, rmse: Math.sqrt(12.5) });
  const { mean, low, high } = compare([0, 0, 0, 0], [1, 1, 1, 1], [2, 4, 2, 4]); // differences 1 3 1 3
  assert.deepEqual([mean, low, high], [2, 2 - 1.96 / 2, 2 + 1.96 / 2]);
});

test("the words follow the numbers: ahead, behind, or not to be told apart", () => {
  const truth = Array.from({ length: 100 }, () => 0);
  const off = (size: number) => truth.map((_, i) => (i % 2 ? size : -size));
  const wavering = truth.map((_, i) => (i % 4 < 2 ? 0 : 2.1)); // mean error 1.05, but it changes from day to day
  const ahead = findings(truth, new Map([["GRU", off(1)], ["naive", off(2)]])); // prettier-ignore
  assert.equal(summaryOf(ahead), "The GRU makes smaller errors than every other forecast here.");
  assert.match(verdicts(ahead)[0]!, /50 % smaller than that of "naive" .* more than chance would explain/);
  const tied = findings(truth, new Map([["GRU", off(1)], ["wavering", wavering]])); // prettier-ignore
  assert.match(summaryOf(tied), /though against wavering chance may explain the difference/);
  const behind = findings(truth, new Map([["GRU", off(2)], ["naive", off(1)], ["worse", off(3)]])); // prettier-ignore
  assert.equal(summaryOf(behind), "The GRU does not beat: naive.");
  assert.match(verdicts(behind)[0]!, /100 % larger than that of "naive"/);
});
