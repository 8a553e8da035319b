import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { meanOf, rootScoresOf, scoresOf } from "../../../../src/tasks/forecast/scores/averages.js";
import { crpsOfNormal, crpsOfSamples, normalCdf } from "../../../../src/tasks/forecast/scores/crps.js";
import { covered, intervalScores, widths } from "../../../../src/tasks/forecast/scores/intervals.js";
import {
  absoluteErrors,
  naiveScale,
  scaledBy,
  squaredErrors,
  symmetricErrors,
} from "../../../../src/tasks/forecast/scores/point.js";
import {
  crpsOfQuantiles,
  pinballLosses,
  weightedQuantileLoss,
} from "../../../../src/tasks/forecast/scores/quantiles.js";
import { assertClose } from "../../baselines/oracle.js";
import { oracle } from "./oracle.js";

const { past, truth, forecast } = oracle;
const layout = { horizon: truth.length, series: [null] };
const every = (value: number) => truth.map(() => value);

test("MASE and RMSSE are sktime's, sMAPE is M4's, and the scale of M5 begins at the first demand", () => {
  for (const season of [1, 7] as const) {
    const mase = scaledBy(absoluteErrors(truth, forecast), every(naiveScale(past, { season })));
    const rmsse = scaledBy(squaredErrors(truth, forecast), every(naiveScale(past, { season, power: 2 })));
    assertClose([scoresOf(mase, layout).overall.value], [oracle.mase[season]], 1e-13);
    assertClose([rootScoresOf(rmsse, layout).overall.value], [oracle.rmsse[season]], 1e-13);
  }
  assertClose([meanOf(symmetricErrors(truth, forecast)).value], [oracle.smape], 1e-11);
  assertClose([naiveScale(oracle.intermittent, { power: 2, fromFirstDemand: true })], [oracle.m5Scale], 1e-13);
});

test("quantile losses are GluonTS's, CRPS from quantiles is scoringrules's", () => {
  const quantiles = oracle.levels.map((level, i) => ({ level, values: oracle.quantiles[i]! }));
  const { byLevel, mean } = weightedQuantileLoss(truth, quantiles);
  const expected = oracle.quantileLoss.map((loss) => loss / oracle.absoluteTargetSum);
  assertClose(byLevel.map(({ value }) => value), expected, 1e-13); // prettier-ignore
  assertClose([mean], [expected.reduce((a, b) => a + b) / expected.length], 1e-13);
  assertClose(crpsOfQuantiles(truth, quantiles), oracle.crpsQuantiles, 1e-13);
  const median = pinballLosses(truth, forecast, 0.5);
  assertClose(median, absoluteErrors(truth, forecast).map((e) => e / 2), 1e-15); // prettier-ignore
});

test("CRPS of samples is properscoring's, fair scoringrules's; of a normal distribution in closed form properscoring's", () => {
  assertClose(crpsOfSamples(truth, oracle.samples), oracle.crpsSamples, 1e-13);
  assertClose(crpsOfSamples(truth, oracle.samples, { fair: true }), oracle.crpsFair, 1e-13);
  assertClose(crpsOfNormal(truth, oracle.mean, oracle.deviation), oracle.crpsNormal, 1e-13);
  assertClose(oracle.cdf.map(([z]) => normalCdf(z)), oracle.cdf.map(([, p]) => p), 2e-15); // prettier-ignore
  assertClose(crpsOfNormal([3], [1], [0]), [2], 0);
  assert.throws(() => crpsOfSamples([1, 2], [1, 2, 3]), /same number of samples for each of 2 values, got 3/);
  assert.throws(() => crpsOfSamples([1], [1], { fair: true }), /at least two samples/);
});

test("intervals: coverage and MSIS are GluonTS's, the interval score is scoringrules's", () => {
  const intervals = { lower: oracle.quantiles[0]!, upper: oracle.quantiles.at(-1)! };
  assertClose([meanOf(covered(truth, intervals)).value], [oracle.interval.coverage], 1e-15);
  assertClose(intervalScores(truth, intervals, 0.9), oracle.interval.score90, 1e-11);
  assertClose(intervalScores(truth, intervals, 0.5), oracle.interval.score50, 1e-11);
  const msis = scaledBy(intervalScores(truth, intervals, 0.95), every(naiveScale(past, { season: 7 })));
  assertClose([meanOf(msis).value], [oracle.interval.msis95], 1e-11);
  assertClose(widths(intervals), intervals.upper.map((u, i) => u - intervals.lower[i]!), 0); // prettier-ignore
  assert.deepEqual([...covered([1, 2, 3], { lower: [1, 3, NaN], upper: [1, 4, 9] })], [1, 0, NaN]);
  assert.ok(Number.isNaN(intervalScores([1], { lower: [NaN], upper: [2] }, 0.9)[0]));
  assert.throws(() => intervalScores([1], intervals, 95), /coverage must be a number/);
});

test("zero denominators are counted, and not averaged away", () => {
  const smape = symmetricErrors([0, 0, 2], [0, 1, 2]);
  assert.deepEqual([...smape], [NaN, 200, 0]);
  assert.deepEqual(meanOf(smape), { value: 100, count: 2, undefined: 1 });
  assert.equal(naiveScale([3, 3, 3]), 0, "a series that never changes");
  assert.ok(Number.isNaN(naiveScale([3, 4], { season: 2 })), "a series that is shorter than its season");
  assert.equal(naiveScale([1, NaN, 4, 6]), 2, "missing values are left out");
  assert.deepEqual([...scaledBy([1, 1, 1], [2, 0, NaN])], [0.5, NaN, NaN]);
  assert.ok(Number.isNaN(weightedQuantileLoss([0], [{ level: 0.5, values: [1] }]).mean));
  assert.deepEqual(meanOf([]), { value: NaN, count: 0, undefined: 0 });
});

test("scores are given by step, by series, and averaged over series", () => {
  const scores = scoresOf([1, 3, 5, 7, NaN, 11], { horizon: 2, series: ["a", "a", "b"] });
  assert.deepEqual(scores.overall, { value: 27 / 5, count: 5, undefined: 1 });
  assert.deepEqual(scores.byStep.map(({ value }) => value), [3, 7]); // prettier-ignore
  assert.deepEqual(scores.bySeries, [
    { series: "a", value: 4, count: 4, undefined: 0 },
    { series: "b", value: 11, count: 1, undefined: 1 },
  ]);
  assert.equal(scores.overSeries.value, 7.5);
  const roots = rootScoresOf([1, 7, 9, 9], { horizon: 2, series: ["a", "a"] });
  assert.equal(roots.overall.value, 2.5, "the mean of the windows' roots");
  assertClose(roots.byStep.map(({ value }) => value), [Math.sqrt(5), Math.sqrt(8)], 1e-15); // prettier-ignore
});

test("the plain CRPS of samples is the integral of the squared distance of the distribution functions", () => {
  const number = fc.integer({ min: -20, max: 20 });
  fc.assert(
    fc.property(number, fc.array(number, { minLength: 1, maxLength: 8 }), (y, samples) => {
      let integral = 0; // both are steps at whole numbers
      for (let x = -21; x < 21; x++) {
        const F = samples.filter((s) => s <= x).length / samples.length;
        integral += (F - (y <= x ? 1 : 0)) ** 2;
      }
      assertClose(crpsOfSamples([y], samples), [integral], 1e-12);
    }),
  );
});
