import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { descending, unitActivity, unitClusters } from "../../src/explain/unit-order.js";
import { sharesOf } from "../../src/explain/shares.js";
import { Tensor } from "../../src/index.js";
import { softmax } from "../../src/ops/softmax.js";
import { Random } from "../../src/util/random.js";

/** [steps, units] of one function by unit. */
function signals(steps: number, columns: readonly ((t: number) => number)[]): Float32Array {
  return Float32Array.from({ length: steps * columns.length }, (_, i) => {
    return columns[i % columns.length]!(Math.floor(i / columns.length));
  });
}

describe("orders of units", () => {
  test("activity is the standard deviation over the steps, however far from zero", () => {
    const values = signals(4, [() => 7, (t) => (t % 2 ? 3 : 1), (t) => [0, 0, 0, 4][t]!]);
    assert.deepEqual([...unitActivity(values, 4, 3)], [0, 1, Math.sqrt(3)]);
    assert.deepEqual(descending(unitActivity(values, 4, 3)), [2, 1, 0]);
  });

  test("equal ones stay as they stood", () => assert.deepEqual(descending([1, 2, 1, 2]), [1, 3, 0, 2]));

  test("units that move alike stand together, whatever their level and size, and whichever place they had", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 9 }),
        (seed, places) => {
          const random = new Random(seed);
          const noise = Float64Array.from({ length: 9 * 60 }, () => random.uniform() - 0.5);
          const kinds = [Math.sin, (t: number) => Math.cos(t / 3), (t: number) => Math.sin(t / 5 + 1)];
          const own = Array.from({ length: 9 }, (_, j) => (t: number) => {
            return (1 + j) * kinds[j % 3]!(t) + j + 0.05 * (1 + j) * noise[j * 60 + t]!;
          });
          const order = unitClusters(
            signals(
              60,
              places.map((j) => own[j]!),
            ),
            60,
            9,
          );
          assert.deepEqual(
            [...order].sort((a, b) => a - b),
            [0, 1, 2, 3, 4, 5, 6, 7, 8],
          );
          const groups = order.map((place) => places[place]! % 3);
          assert.equal(groups.filter((group, i) => i > 0 && group !== groups[i - 1]).length, 2, groups.join(" "));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("leaves of a hierarchy of two levels: pairs, and pairs of pairs", () => {
    // Angles of cosines over whole turns: the correlation of two is the cosine of their difference.
    const angles = [0, 1.3, 0.1, 1.45];
    const turn = (angle: number) => (t: number) => Math.cos((2 * Math.PI * t) / 64 - angle);
    assert.deepEqual(
      unitClusters(signals(64, angles.map(turn)), 64, 4).map((j) => angles[j]),
      [0, 0.1, 1.3, 1.45],
    );
  });

  test("no units, one, and units that stand still have an order too", () => {
    assert.deepEqual(unitClusters([], 0, 0), []);
    assert.deepEqual(unitClusters([1, 2], 2, 1), [0]);
    assert.deepEqual(unitClusters(new Float32Array(20), 4, 5).sort(), [0, 1, 2, 3, 4]);
  });
});

describe("logits as probabilities", () => {
  test("agree with the library's softmax, far from zero too", () => {
    const values = Float32Array.from([1, 2, 3, 900, 901, 899, -5, -5, -5]);
    const expected = softmax(Tensor.of(values, [3, 3])).data;
    sharesOf(values, 3).forEach((share, i) => assert.ok(Math.abs(share - expected[i]!) < 1e-6));
  });

  test("probabilities come back as they are", () => {
    assert.deepEqual([...sharesOf([0.25, 0.75, 0.5, 0.5], 2)], [0.25, 0.75, 0.5, 0.5]);
  });
});
