// Against scipy, mpmath and scoringrules; random numbers against the distribution function that was checked so.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { families, negativeBinomial, normal, studentT, type FamilyName } from "../../src/distributions/index.js";
import { Random } from "../../src/util/random.js";
import { fixture } from "../losses/cases.js";

interface Case {
  name: FamilyName;
  parameters: number[];
  y: number[];
  logProbability: number[];
  slopes: number[][];
  cdf: number[];
  levels: number[];
  quantiles: number[];
  mean: number;
  variance: number;
  crps: number[];
}

/** Relative, or absolute beside 1e-300. */
function near(actual: number, expected: number, relative: number, what: string, absolute = 0): void {
  const bound = Math.max(absolute, relative * Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= bound || actual === expected, `${what}: ${actual}, expected ${expected}`);
}

for (const c of fixture<{ cases: Case[] }>("distributions").cases) {
  const family = families[c.name];
  const d = family.at(c.parameters, 0);
  test(`${c.name} ${c.parameters.join(", ")} equals scipy's, tails included`, () => {
    for (const [i, y] of c.y.entries()) {
      near(d.logProbability(y), c.logProbability[i]!, 1e-11, `ln p(${y})`);
      near(d.cdf(y), c.cdf[i]!, 1e-9, `F(${y})`, 1e-280);
      near(d.crps(y), c.crps[i]!, 1e-8, `crps(${y})`);
    }
    for (const [i, p] of c.levels.entries()) near(d.quantile(p), c.quantiles[i]!, 1e-9, `quantile(${p})`, 1e-9);
    near(d.mean, c.mean, 1e-10, "mean");
    near(d.variance, c.variance, 1e-10, "variance");
  });

  test(`${c.name} ${c.parameters.join(", ")}: slopes of the likelihood equal mpmath's`, () => {
    for (const [i, y] of c.y.entries()) {
      const dp: number[] = [];
      near(family.negativeLogLikelihood(y, c.parameters, 0, dp), -c.logProbability[i]!, 1e-11, `loss(${y})`);
      // where r = 1/α is a million, its square multiplies a difference of digammas
      const least = c.name === "negativeBinomial" && c.parameters[1]! < 1e-3 ? 1e-2 : 1e-9;
      for (const [k, slope] of c.slopes[i]!.entries()) near(dp[k]!, slope, 1e-7, `slope ${k} at ${y}`, least);
    }
  });
}

const DRAWN = {
  normal: normal({ mean: 3, deviation: 2 }),
  "t with 3 degrees of freedom": studentT({ location: -1, scale: 0.5, degreesOfFreedom: 3 }),
  "few counts": negativeBinomial({ mean: 2, dispersion: 0.7 }),
  "many counts": negativeBinomial({ mean: 80, dispersion: 0.05 }),
  "rare counts": negativeBinomial({ mean: 0.2, dispersion: 3 }),
};
for (const [name, d] of Object.entries(DRAWN)) {
  test(`random numbers follow the distribution function: ${name}`, () => {
    const n = 20_000;
    const random = new Random(7);
    const drawn = Float64Array.from({ length: n }, () => d.sample(random)).sort();
    let largest = 0;
    for (let i = 0; i < n; i++) {
      // of equal counts the last one: F is a staircase, and so is the share
      if (drawn[i] !== drawn[i + 1]) largest = Math.max(largest, Math.abs((i + 1) / n - d.cdf(drawn[i]!)));
    }
    // Kolmogorov and Smirnov: more than 1.95 / √n has probability 0.001
    assert.ok(largest < 1.95 / Math.sqrt(n), `largest distance ${largest}`);
  });
}

const parameters = fc.oneof(
  fc.record({ name: fc.constant("normal" as const), p: fc.tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 1e-3, max: 50, noNaN: true })) }),
  fc.record({ name: fc.constant("studentT" as const), p: fc.tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 1e-3, max: 50, noNaN: true }), fc.double({ min: 2.01, max: 200, noNaN: true })) }),
  fc.record({ name: fc.constant("negativeBinomial" as const), p: fc.tuple(fc.double({ min: 0.01, max: 500, noNaN: true }), fc.double({ min: 1e-4, max: 5, noNaN: true })) }),
); // prettier-ignore

test("quantiles rise with their level and are where the distribution function says", () => {
  fc.assert(
    fc.property(parameters, fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), ({ name, p }, a, b) => {
      const d = families[name].at(p, 0);
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const q = d.quantile(low);
      assert.ok(q <= d.quantile(high) + 1e-12 * Math.abs(q));
      if (families[name].counts) {
        assert.ok(d.cdf(q) >= low * (1 - 1e-12));
        assert.ok(q === 0 || d.cdf(q - 1) < low * (1 + 1e-12));
      } else near(d.cdf(q), low, 1e-9, `F(quantile(${low}))`);
      assert.ok(d.crps(q) >= 0);
    }),
    { numRuns: 300 },
  ); // prettier-ignore
});

test("one seed, one sample; another, another", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => DRAWN["few counts"].sample(random));
  };
  assert.deepEqual(draw(3), draw(3));
  assert.notDeepEqual(draw(3), draw(4));
});

const refused: [string, () => unknown, RegExp][] = [
  ["a deviation of 0", () => normal({ deviation: 0 }), /normal: deviation must be a number of at least/],
  ["no degrees of freedom", () => studentT({} as never), /studentT: degreesOfFreedom must be a number of at least .*, got undefined/],
  ["a negative mean of counts", () => negativeBinomial({ mean: -1, dispersion: 1 }), /negativeBinomial: mean must be/],
  ["a level above 1", () => normal().quantile(1.5), /normal\.quantile: p must be a number from 0 to 1, got 1\.5/],
]; // prettier-ignore
for (const [what, f, message] of refused) test(`refused: ${what}`, () => assert.throws(f, message));

test("a count that is none has no probability, and limits are as they should be", () => {
  const d = negativeBinomial({ mean: 3, dispersion: 0.5 });
  assert.equal(d.logProbability(2.5), -Infinity);
  assert.equal(d.logProbability(-1), -Infinity);
  assert.equal(d.cdf(-0.5), 0);
  assert.equal(d.cdf(2.7), d.cdf(2));
  assert.equal(normal().quantile(0), -Infinity);
  assert.equal(studentT({ degreesOfFreedom: 1 }).crps(0), Infinity);
  assert.ok(Number.isNaN(studentT({ degreesOfFreedom: 1 }).mean));
});
