// Batches of concurrent predictions: what can be computed together is, in calls that stay short, and each caller gets its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { layers, ragged, sequential, type Model } from "sluice";
import { Batcher } from "../../src/server/batcher.js";
import { plainModel } from "./http-support.js";

const options = { maxBatch: 16, maxQueue: 1000, maxWait: 0 };

/** Sizes of the calls that reach the network. */
function watched(model: Model): { model: Model; calls: number[] } {
  const calls: number[] = [];
  const { predictAll } = model;
  model.predictAll = (x, given) => {
    calls.push((x as readonly { shape: readonly number[] }[])[0]!.shape[0]!);
    return predictAll.call(model, x, given);
  };
  return { model, calls };
}

const near = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.from(a).every((value, i) => Math.abs(value - b[i]!) < 1e-5);

test("any requests at the same time: each is answered as if it were alone", async () => {
  const model = plainModel();
  const { model: batched } = new Batcher(plainModel(), options);
  const value = fc.integer({ min: -8, max: 8 }).map((n) => n / 4);
  const request = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 })).chain(([count, steps]) => {
    const step = fc.array(value, { minLength: 3, maxLength: 3 });
    const sample = fc.array(step, { minLength: steps, maxLength: steps });
    return fc.array(sample, { minLength: count, maxLength: count });
  });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
      const together = await Promise.all(requests.map((x) => batched.predict(x)));
      for (const [i, x] of requests.entries()) {
        const alone = await model.predict(x);
        assert.deepEqual(together[i]!.shape, alone.shape);
        assert.ok(near(together[i]!.data, alone.data));
      }
    }),
    { numRuns: 30 },
  );
});

test("sequences of unequal length are joined too, also where every step is answered", async () => {
  for (const returnSequences of [false, true]) {
    const make = () => sequential([layers.gru({ units: 4, inputShape: [null, 2], returnSequences })], { seed: 1 });
    const { model, calls } = watched(make());
    const { model: batched } = new Batcher(model, options);
    const lists = [[[[1, 2]], [[1, 2], [3, 4], [5, 6]]], [[[0, 1], [1, 0]]]]; // prettier-ignore
    const together = await Promise.all(lists.map((list) => batched.predict(ragged(list))));
    assert.deepEqual(calls, [3]);
    for (const [i, list] of lists.entries()) {
      const alone = await make().predict(ragged(list));
      assert.deepEqual(together[i]!.shape, alone.shape);
      assert.ok(near(together[i]!.data, alone.data));
    }
  }
});

test("a batch has as many samples as allowed, and so few that a call stays short", async () => {
  const { model, calls } = watched(plainModel());
  const { model: batched } = new Batcher(model, options);
  const sample = (steps: number) => Array.from({ length: steps }, (_, t) => [t / steps, 1, 0]);
  await Promise.all(Array.from({ length: 20 }, () => batched.predict([sample(1)])));
  assert.deepEqual(calls.splice(0), [16, 4]);
  const outputs = await batched.predict(Array.from({ length: 40 }, () => sample(1)));
  assert.deepEqual([calls.splice(0), outputs.shape], [[16, 16, 8], [40, 2]]); // prettier-ignore
  const long = await batched.predict(Array.from({ length: 3 }, () => sample(2048)));
  assert.deepEqual([calls.splice(0), long.shape], [[2, 1], [3, 2]]); // prettier-ignore
});

test("others have their turn between two calls", async () => {
  const { model: batched } = new Batcher(plainModel(), options);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  await batched.predict(Array.from({ length: 16 * 40 }, () => Array.from({ length: 50 }, () => [1, 0, 1])));
  clearInterval(timer);
  assert.ok(turns > 3, `${turns} turns`);
});

test("a large request does not keep a small one waiting", async () => {
  const { model: batched } = new Batcher(plainModel(), options);
  const order: string[] = [];
  const large = Array.from({ length: 16 * 20 }, () => Array.from({ length: 40 }, () => [1, 0, 1]));
  const first = batched.predict(large).then(({ shape }) => order.push(`large ${shape.join()}`));
  await batched.predict([[[1, 2, 3]]]).then(() => order.push("small"));
  await first;
  assert.deepEqual(order, ["small", "large 320,2"]);
});

test("what fails in the network fails for those who asked, and the next are answered", async () => {
  const model = plainModel();
  const { predictAll } = model;
  let fails = true;
  model.predictAll = (x, given) => (fails ? Promise.reject(new Error("broken")) : predictAll.call(model, x, given));
  const { model: batched } = new Batcher(model, options);
  const ask = () => batched.predict([[[1, 2, 3]]]);
  const both = await Promise.allSettled([ask(), ask()]);
  assert.deepEqual(both.map(({ status }) => status), ["rejected", "rejected"]); // prettier-ignore
  fails = false;
  assert.deepEqual((await ask()).shape, [1, 2]);
});
