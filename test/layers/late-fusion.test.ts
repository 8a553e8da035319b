import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { input, layers, model, Random, tensor } from "../../src/index.js";
import type { CallContext } from "../../src/layers/layer.js";

const context = (training: boolean, seed: number): CallContext => {
  return { training, random: new Random(seed), masks: [], addLoss: () => undefined };
};

test("a kind that is absent gives zeros, whatever its vector holds", async () => {
  const present = input({ shape: [2] });
  const [a, b] = [input({ shape: [2] }), input({ shape: [1] })];
  const network = model({ inputs: [present, a, b], outputs: layers.lateFusion().apply([present, a, b]) });
  const given = [tensor([[1, 0], [0, 1]]), tensor([[5, 6], [7, 8]]), tensor([[9], [10]])]; // prettier-ignore
  const y = await network.predict(given);
  assert.deepEqual(y.toArray(), [[5, 6, 0, 1, 0], [0, 0, 10, 0, 1]]); // prettier-ignore
});

test("dropout takes kinds away as a whole, never the last one, and none that is absent comes back", () => {
  const flags = fc.array(fc.array(fc.constantFrom(0, 1), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(flags, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (present, seed, dropout) => {
      const ones = tensor(present.map(() => [1]));
      const [y] = layers.lateFusion({ dropout }).call([tensor(present), ones, ones, ones], context(true, seed));
      for (const [i, row] of (y!.toArray() as number[][]).entries()) {
        const [vectors, kept] = [row.slice(0, 3), row.slice(3)];
        assert.deepEqual(vectors, kept);
        assert.ok(kept.every((k, m) => k <= present[i]![m]! && (k === 0 || k === 1)));
        if (present[i]!.includes(1)) assert.ok(kept.includes(1));
      }
    }),
  );
});

test("the share that is taken away is the rate, and prediction takes nothing", () => {
  const N = 4000;
  const p = tensor(new Float32Array(4 * N).fill(1), [N, 4]);
  const v = tensor(new Float32Array(N).fill(1), [N, 1]);
  const layer = layers.lateFusion({ dropout: 0.25 });
  const share = (training: boolean) => {
    const [y] = layer.call([p, v, v, v, v], context(training, 3));
    return Array.from(y!.data).reduce((sum, x) => sum + x, 0) / (8 * N);
  };
  assert.equal(share(false), 1);
  assert.ok(Math.abs(share(true) - 0.75) < 0.02, String(share(true))); // the spared ones are 0.4 % of the rows
});

test("wrong inputs are named", () => {
  const late = layers.lateFusion({ name: "meet" });
  const [p, v] = [input({ shape: [2] }), input({ shape: [3] })];
  assert.throws(() => late.apply([p, v]), /LateFusion "meet": expected \[batch, M\] of 0 and 1, then M inputs \[batch, features\], got \[null, 2\], \[null, 3\]/); // prettier-ignore
  assert.throws(() => layers.lateFusion({ dropout: 2 }), /dropout/);
});
