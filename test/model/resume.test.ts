/** What a file keeps beyond the weights, and what becomes of it when a loaded model is trained in another way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { input, Layer, layers, loadModel, model, optimizers, sequential, type Model } from "../../src/index.js";
import type { PartialShape } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { normal } from "../support/data.js";

const quiet = { verbose: 0 } as const;
const [x, y] = [normal([16, 3], 1), normal([16, 1], 2)];
const weights = (m: Model) => m.getWeights().map((w) => w.data);

const make = (trainable = true) => {
  const stack = [layers.dense({ units: 4, inputShape: [3], name: "base", trainable }), layers.dense({ units: 1 })];
  const m = sequential(stack, { seed: 3 });
  m.compile({ optimizer: "adam", loss: "mse" });
  return m;
};

test("a model that was compiled but not trained is saved, loaded and trained", async () => {
  const m = make();
  m.optimizer.learningRate = 0.01;
  const loaded = await loadModel(m.toBytes());
  assert.equal(loaded.optimizer.learningRate, 0.01);
  await loaded.fit(x, y, quiet);
  await m.fit(x, y, quiet);
  assert.deepEqual(weights(loaded), weights(m));
  const untrained = await loadModel(sequential([layers.dense({ units: 2, inputShape: [3] })], { seed: 1 }).toBytes());
  assert.equal(untrained.isCompiled, false);
});

test("a loaded model's learning rate can be changed before it is trained on", async () => {
  const m = make();
  await m.fit(x, y, quiet);
  const loaded = await loadModel(m.toBytes());
  assert.equal(loaded.optimizer.iterations, m.optimizer.iterations);
  for (const one of [m, loaded]) one.optimizer.learningRate = 0.5;
  const again = await loadModel(loaded.toBytes());
  assert.equal(again.optimizer.learningRate, 0.5);
  for (const one of [m, loaded, again]) await one.fit(x, y, quiet);
  assert.deepEqual([loaded.optimizer.learningRate, weights(loaded)], [0.5, weights(m)]);
  assert.deepEqual(weights(again), weights(m));
});

test("compile() after loading starts training anew, with the optimizer that it names", async () => {
  const m = make();
  await m.fit(x, y, quiet);
  for (const optimizer of [optimizers.adam({ learningRate: 1e-5 }), optimizers.sgd({ momentum: 0.9 })]) {
    const loaded = await loadModel(m.toBytes());
    const rate = optimizer.learningRate;
    loaded.compile({ optimizer, loss: "mse" });
    await loaded.fit(x, y, quiet);
    assert.deepEqual([loaded.optimizer.learningRate, loaded.optimizer.iterations], [rate, 1]);
  }
});

test("a head is trained, the file loaded, and the base below it unfrozen", async () => {
  const m = make(false);
  await m.fit(x, y, quiet);
  const loaded = await loadModel(m.toBytes());
  for (const one of [m, loaded]) {
    one.getLayer("base").trainable = true;
    await one.fit(x, y, quiet);
  }
  assert.deepEqual(weights(loaded), weights(m));
});

test("trainable flags are kept as they are now, of layers and of models inside", async () => {
  const m = make(false);
  m.getLayer("base").trainable = true;
  assert.equal((await loadModel(m.toBytes())).getLayer("base").trainable, true);
  const a = input({ shape: [3] });
  const base = sequential([layers.dense({ units: 2, inputShape: [3] })], { name: "base" });
  base.trainable = false;
  const whole = model({ inputs: a, outputs: layers.dense({ units: 1 }).apply(base.apply(a)), seed: 1 });
  const loaded = await loadModel(whole.toBytes());
  assert.equal(loaded.getLayer("base").trainable, false);
  assert.equal(loaded.trainableParameters.length, 2);
});

test("names that would give two weights one path are refused", () => {
  assert.throws(() => layers.dense({ units: 1, name: "a/b" }), /name.*"a\/b"/);
  class Twins extends Layer {
    static override readonly className = "Twins";
    constructor() {
      super({}, {});
      this.addLayer(layers.dense({ units: 1 }), "inner");
      this.addLayer(layers.dense({ units: 1 }), "inner");
    }
    override computeOutputShape(shapes: PartialShape[]) {
      return shapes;
    }
    override call(inputs: Tensor[]) {
      return inputs;
    }
  }
  assert.throws(() => new Twins(), /Twins.*inner/);
});

test("layers that parts of a model share are shared again after loading", async () => {
  const shared = layers.dense({ units: 1, name: "shared" });
  const [a, inner] = [input({ shape: [3], name: "a" }), input({ shape: [3], name: "inner" })];
  const part = model({ inputs: inner, outputs: shared.apply(inner), name: "part" });
  const m = model({ inputs: a, outputs: layers.add().apply([part.apply(a), shared.apply(a)]), seed: 3 });
  m.compile({ optimizer: "adam", loss: "mse" });
  await m.fit(x, y, quiet);
  const loaded = await loadModel(m.toBytes());
  assert.equal(loaded.countParams(), m.countParams());
  for (const one of [m, loaded]) await one.fit(x, y, quiet);
  assert.deepEqual(weights(loaded), weights(m));
});

test("models that were named by themselves are put together; given names that collide are refused", async () => {
  const tower = () => sequential([layers.dense({ units: 2, inputShape: [3] }), layers.dense({ units: 2 })]);
  const [a, b] = [tower(), tower()];
  const ends = [a.outputs[0]!, b.outputs[0]!];
  const joined = model({ inputs: [...a.inputs, ...b.inputs], outputs: layers.add().apply(ends), seed: 2 });
  assert.equal(new Set(joined.layers.map((layer) => layer.name)).size, joined.layers.length);
  const loaded = await loadModel(joined.toBytes());
  assert.deepEqual((await loaded.predict([x, x])).data, (await joined.predict([x, x])).data);
  assert.deepEqual((await (await loadModel(b.toBytes())).predict(x)).data, (await b.predict(x)).data);
  const given = () => layers.dense({ units: 1, name: "same" });
  const from = input({ shape: [3] });
  const outputs = [given().apply(from), given().apply(from)];
  assert.throws(() => model({ inputs: from, outputs }), /two layers are named "same"/);
  a.layers[1]!.name = a.layers[2]!.name;
  assert.throws(() => a.toBytes(), /two weights are named/);
});

test("a layer whose call does not return a list of tensors is named", async () => {
  for (const wrong of [(t: Tensor) => t, async (t: Tensor) => [t], (t: Tensor) => [t.data]]) {
    class Wrong extends Layer {
      static override readonly className = "Wrong";
      override computeOutputShape(shapes: PartialShape[]) {
        return shapes;
      }
      override call([t]: Tensor[]) {
        return wrong(t!) as unknown as Tensor[];
      }
    }
    const m = sequential([layers.dense({ units: 2, inputShape: [3] }), new Wrong({}, {})]);
    await assert.rejects(m.predict(x), /Wrong "wrong": call\(\) must return a list of tensors/);
  }
});
