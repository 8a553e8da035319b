import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "sluice";
import { Sampler, type SamplerOptions } from "../../../src/tasks/generate/sampler.js";

const PROBABILITIES = [0.05, 0.4, 0.15, 0.1, 0.3];
const LOGITS = Float32Array.from(PROBABILITIES, (p) => Math.log(p) + 7);

const distribution = (options: SamplerOptions, logits: ArrayLike<number> = LOGITS, banned?: number) =>
  Array.from(new Sampler(logits.length, options, banned).distribution(logits));

function assertNear(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, p] of expected.entries()) assert.ok(Math.abs(actual[i]! - p) < 1e-6, `${i}: ${actual[i]} for ${p}`);
}

test("temperature", () => {
  assertNear(distribution({ temperature: 1 }), PROBABILITIES);
  const squares = PROBABILITIES.map((p) => p * p);
  const sum = squares.reduce((a, b) => a + b);
  assertNear(distribution({ temperature: 0.5 }), squares.map((p) => p / sum)); // prettier-ignore
  assert.deepEqual(distribution({ temperature: 0 }), [0, 1, 0, 0, 0]);
  assert.deepEqual(distribution({ temperature: 0 }, [2, 3, 3]), [0, 1, 0], "the first of equal ones");
});

test("top-k keeps k, top-p the fewest that reach p", () => {
  assertNear(distribution({ temperature: 1, topK: 2 }), [0, 0.4 / 0.7, 0, 0, 0.3 / 0.7]);
  assertNear(distribution({ temperature: 1, topP: 0.69 }), [0, 0.4 / 0.7, 0, 0, 0.3 / 0.7]);
  assertNear(distribution({ temperature: 1, topP: 0.71 }), [0, 0.4 / 0.85, 0.15 / 0.85, 0, 0.3 / 0.85]);
  assertNear(distribution({ temperature: 1, topP: 1e-9 }), [0, 1, 0, 0, 0]);
  assertNear(distribution({ temperature: 1, topK: 2, topP: 0.5 }), [0, 1, 0, 0, 0]); // 0.4 / 0.7 > 0.5
  assertNear(distribution({ temperature: 1, topK: 99 }), PROBABILITIES);
  assertNear(distribution({ temperature: 1, topK: 2 }, [1, 1, 1]), [0.5, 0.5, 0]);
});

test("what is banned is never drawn", () => {
  assertNear(distribution({ temperature: 1 }, LOGITS, 1), PROBABILITIES.map((p, i) => (i === 1 ? 0 : p / 0.6))); // prettier-ignore
  assert.deepEqual(distribution({ temperature: 0 }, LOGITS, 1), [0, 0, 0, 0, 1]);
  assert.deepEqual(distribution({ temperature: 0 }, [9, 1, 2], 0), [0, 0, 1]);
});

test("any logits give probabilities", () => {
  const options = fc.record({
    temperature: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 100, noNaN: true })),
    topK: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    topP: fc.double({ min: 0.001, max: 1, noNaN: true }),
  });
  const logits = fc.array(fc.float({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 2, maxLength: 10 });
  fc.assert(
    fc.property(logits, options, (x, o) => {
      const p = distribution(o, x);
      assert.ok(p.every((value) => value >= 0 && value <= 1));
      assert.ok(Math.abs(p.reduce((a, b) => a + b) - 1) < 1e-9);
      assert.ok(p.filter((value) => value > 0).length <= (o.topK ?? Infinity));
    }),
  );
});

test("frequencies are the probabilities", () => {
  const N = 20_000;
  const sampler = new Sampler(LOGITS.length, { temperature: 1 });
  const random = new Random(4);
  const counts = PROBABILITIES.map(() => 0);
  for (let i = 0; i < N; i++) counts[sampler.draw(LOGITS, random)]!++;
  const chi2 = counts.reduce((sum, n, i) => sum + (n - N * PROBABILITIES[i]!) ** 2 / (N * PROBABILITIES[i]!), 0);
  assert.ok(chi2 < 18.47, `χ² with 4 degrees of freedom is above ${chi2} once in a thousand`);
});
