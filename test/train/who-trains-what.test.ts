/** Which weights a step changes: shared and frozen layers, flags that change, optimizers and layers that several models use. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { input, layers, model, optimizers, sequential, tensor, type Model } from "../../src/index.js";
import { largestDifference, normal } from "../support/data.js";

const quiet = { verbose: 0 } as const;
const weights = (m: { getWeights: Model["getWeights"] }) => m.getWeights().map((w) => w.data);

test("a layer that two parts of a model share is counted, penalised and updated once", async () => {
  const [x, y] = [normal([12, 3], 1), normal([12, 2], 2)];
  const build = (nested: boolean) => {
    const shared = layers.dense({ units: 2, name: "shared", kernelRegularizer: "l2" });
    const a = input({ shape: [3], name: "a" });
    const once = input({ shape: [3], name: "inner" });
    const part = model({ inputs: once, outputs: shared.apply(once), name: "part" });
    const both = [(nested ? part : shared).apply(a), shared.apply(a)];
    const m = model({ inputs: a, outputs: layers.add().apply(both), seed: 3 });
    m.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: "mse" });
    return m;
  };
  const [plain, nested] = [build(false), build(true)];
  nested.setWeights(plain.getWeights());
  assert.equal(nested.countParams(), 8);
  for (const m of [plain, nested]) await m.fit(x, y, { epochs: 3, shuffle: false, ...quiet });
  assert.deepEqual(weights(nested), weights(plain));
});

test("a discriminator that is frozen inside another model still learns on its own", async () => {
  const d = sequential([layers.dense({ units: 1, inputShape: [2], activation: "sigmoid" })], { name: "d", seed: 1 });
  d.compile({ optimizer: "sgd", loss: "binaryCrossentropy" }); // momentum would hide a gradient that does not arrive
  const z = input({ shape: [2] });
  const gan = model({ inputs: z, outputs: d.apply(layers.dense({ units: 2, name: "g" }).apply(z)), seed: 2 });
  gan.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
  const [x, y] = [normal([8, 2], 3), tensor([[1], [0], [1], [0], [1], [1], [0], [0]])];
  for (let i = 0; i < 3; i++) {
    d.trainable = true;
    const before = weights(d);
    await d.trainOnBatch(x, y);
    const after = weights(d);
    assert.ok(largestDifference(before[0]!, after[0]!) > 0, `round ${i}: d must learn`);
    d.trainable = false;
    const g = weights(gan)[0]!;
    await gan.trainOnBatch(x, y);
    assert.deepEqual(weights(d), after, "frozen in the other model");
    assert.ok(largestDifference(g, weights(gan)[0]!) > 0, `round ${i}: g must learn through d`);
  }
});

test("freezing or unfreezing a layer during fit takes effect with the next fit, and breaks nothing", async () => {
  const [x, y] = [normal([16, 3], 1), normal([16, 1], 2)];
  const build = () => {
    const first = layers.dense({ units: 4, inputShape: [3], trainable: false });
    const m = sequential([first, layers.dense({ units: 1 })], { seed: 5 });
    m.compile({ optimizer: "sgd", loss: "mse" });
    return { m, first };
  };
  const { m, first } = build();
  const kernel = weights(m)[0]!;
  await m.fit(x, y, { epochs: 3, ...quiet, callbacks: () => void (first.trainable = true) });
  assert.deepEqual(weights(m)[0], kernel);
  await m.fit(x, y, { epochs: 1, ...quiet });
  assert.notDeepEqual(weights(m)[0], kernel);

  const [plain, thawed] = [build(), build()];
  plain.first.trainable = thawed.first.trainable = true;
  await plain.m.fit(x, y, { epochs: 4, ...quiet });
  await thawed.m.fit(x, y, { epochs: 4, ...quiet, callbacks: () => void (thawed.first.trainable = false) });
  assert.deepEqual(weights(thawed.m), weights(plain.m));
});

test("an optimizer that trains one model does not quietly train another", async () => {
  const [x, y] = [normal([8, 3], 1), normal([8, 1], 2)];
  const optimizer = optimizers.adam();
  const build = () => {
    const m = sequential([layers.dense({ units: 1, inputShape: [3] })], { seed: 5 });
    m.compile({ optimizer, loss: "mse" });
    return m;
  };
  const [a, b] = [build(), build()];
  await a.fit(x, y, quiet);
  await assert.rejects(b.fit(x, y, quiet), /optimizer adam.*another model/is);
  const before = weights(a);
  await a.fit(x, y, quiet);
  assert.notDeepEqual(weights(a), before);
});

test("moments stay with their weights when layers of equal sizes are frozen in turn", async () => {
  const [x, y] = [normal([16, 3], 1), normal([16, 3], 2)];
  const build = () => {
    const list = [layers.dense({ units: 3, inputShape: [3] }), layers.dense({ units: 3 })] as const;
    const m = sequential([...list], { seed: 5 });
    m.compile({ optimizer: "adam", loss: "mse" });
    return { m, list };
  };
  const { m, list } = build();
  list[1].trainable = false;
  await m.fit(x, y, { epochs: 3, shuffle: false, ...quiet });
  [list[0].trainable, list[1].trainable] = [false, true];
  const fresh = build();
  fresh.m.setWeights(m.getWeights());
  fresh.list[0].trainable = false;
  await m.fit(x, y, { shuffle: false, ...quiet });
  await fresh.m.fit(x, y, { shuffle: false, ...quiet });
  assert.deepEqual(weights(m), weights(fresh.m));
});

test("a layer that a float64 model borrows comes back to its float32 model", async () => {
  const [x, y] = [normal([8, 3], 1), normal([8, 1], 2)];
  const shared = layers.dense({ units: 1 });
  const build = (dtype: "float32" | "float64") => {
    const a = input({ shape: [3] });
    const m = model({ inputs: a, outputs: shared.apply(a), dtype, seed: 1 });
    m.compile({ optimizer: "adam", loss: "mse" });
    return m;
  };
  const [single, double] = [build("float32"), build("float64")];
  for (const m of [single, double, single, double]) {
    const before = weights(m);
    await m.trainOnBatch(x, y);
    assert.notDeepEqual(weights(m), before);
  }
});

test("gradients pass through frozen recurrent layers as through trained ones", async () => {
  const [x, y] = [normal([6, 4, 3], 1), normal([6, 2], 2)];
  for (const make of [layers.gru, layers.lstm, layers.simpleRnn])
    for (const dtype of ["float32", "float64"] as const) {
      const run = async (trainable: boolean) => {
        const stack = [
          layers.timeDistributed({ layer: layers.dense({ units: 3 }), inputShape: [null, 3] }),
          make({ units: 4, returnSequences: true, trainable }),
          layers.bidirectional({ layer: make({ units: 2 }), mergeMode: "sum", trainable }),
        ];
        const m = sequential(stack, { seed: 4, dtype });
        m.compile({ optimizer: "sgd", loss: "mse" });
        const middle = m.getWeights().slice(2).map((w) => w.data); // prettier-ignore
        await m.fit(x, y, { ...quiet, shuffle: false });
        const after = m.getWeights().map((w) => w.data);
        if (!trainable) assert.deepEqual(after.slice(2), middle);
        return after[0]!;
      };
      assert.deepEqual(await run(false), await run(true));
    }
});
