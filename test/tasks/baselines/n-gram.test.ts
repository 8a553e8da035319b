import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CountTable } from "../../../src/tasks/baselines/count-table.js";
import { NGram, unigramOf } from "../../../src/tasks/baselines/n-gram.js";

const near = (actual: number, expected: number, what = "") =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${what}: got ${actual}, expected ${expected}`);

test("probabilities after any context sum to 1", () => {
  const V = 5;
  const piece = fc.integer({ min: 0, max: V - 1 });
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 60 }),
      fc.array(piece, { maxLength: 4 }),
      (text, context) => {
        const model = new NGram(text, V, 4);
        let sum = 0;
        for (let w = 0; w < V; w++) sum += model.probability([...context, w], context.length);
        assert.ok(Math.abs(sum - 1) < 1e-12, String(sum));
      },
    ),
  );
});

test("Witten-Bell by hand", () => {
  // a b a b a c, V = 3: counts a 3, b 2, c 1, so t = 3 and N = 6.
  const model = new NGram([0, 1, 0, 1, 0, 2], 3, 3);
  const unigram = [(3 + 1) / 9, (2 + 1) / 9, (1 + 1) / 9];
  unigram.forEach((p, w) => near(model.probability([w], 0), p, `P(${w})`));
  // After a: b twice, c once; t = 2.
  const afterA = unigram.map((p, w) => ([0, 2, 1][w]! + 2 * p) / (3 + 2));
  afterA.forEach((p, w) => near(model.probability([0, w], 1), p, `P(${w} | a)`));
  // After b a: b once, c once; t = 2.
  afterA.forEach((p, w) => near(model.probability([1, 0, w], 2), ([0, 1, 1][w]! + 2 * p) / (2 + 2), `P(${w} | b a)`));
  // c c never came: c alone is the context, and after c nothing came either.
  near(model.probability([2, 2, 0], 2), unigram[0]!, "P(a | c c)");
  // What stands before `begin` is not looked at.
  near(model.probability([1, 0, 1], 2, 1), afterA[1]!, "P(b | a)");
});

test("without context it is the unigram of the counts", () => {
  const p = unigramOf([3, 2, 1, 0]);
  [3.75, 2.75, 1.75, 0.75].forEach((n, w) => near(p[w]!, n / 9));
});

test("the order is lowered where contexts would no longer be exact numbers", () => {
  assert.equal(new NGram([0, 1], 10_000, 5).order, 3); // 10,000⁴ > 2⁵³
  assert.equal(new NGram([0, 1], 100, 5).order, 5);
  assert.equal(new NGram([0, 1], 2 ** 20, 5).order, 2);
});

test("counts are those of a Map", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(50), fc.nat(2 ** 31 - 1), fc.maxSafeNat()), { maxLength: 3000 }), (keys) => {
      const [table, map] = [new CountTable(), new Map<number, number>()];
      for (const key of keys) {
        map.set(key, (map.get(key) ?? 0) + 1);
        assert.equal(table.add(key), map.get(key));
      }
      assert.equal(table.size, map.size);
      for (const [key, count] of map) assert.equal(table.get(key), count);
      assert.equal(table.get(12.5), 0);
    }),
  );
});
