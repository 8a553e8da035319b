/** The GRU of examples/custom-gru.ts, written from single operations, is layers.gru: forward, gradient, training, files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  grad,
  input,
  layers,
  type Layer,
  loadModel,
  model,
  ops,
  Random,
  sequential,
  type Tensor,
  tensor,
} from "sluice";
import { crossings } from "../../examples/custom-gru.js";
import { MyGRU, type MyGRUConfig } from "../../examples/parts/my-gru.js";

const [B, T, D, H] = [5, 7, 3, 6];
const config: MyGRUConfig = { units: H, returnSequences: true, returnState: true, biasInitializer: "glorotUniform" };
type DType = "float32" | "float64";

/** Differences are measured against the largest element, in units of the last place of a float32. */
const FLOAT32_ROUNDING = 2 ** -24;
const BOUND = { float32: 16 * FLOAT32_ROUNDING, float64: 1e-13 };

function assertNear(actual: Tensor, expected: Tensor, dtype: DType, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  const largest = Math.max(...Array.from(expected.data, Math.abs));
  for (const [i, v] of expected.data.entries()) {
    const difference = Math.abs(actual.data[i]! - v);
    assert.ok(difference <= BOUND[dtype] * largest, `${what}[${i}]: got ${actual.data[i]}, expected ${v}`);
  }
}

function drawn(shape: number[], dtype: DType, seed: number): Tensor {
  const random = new Random(seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 3 * random.uniform() - 1.5),
    shape,
    dtype,
  );
}

const pair = (options: MyGRUConfig): [Layer, Layer] => [new MyGRU(options), layers.gru(options)];

for (const dtype of ["float32", "float64"] as const) {
  test(`outputs, ${dtype}`, async () => {
    const results = await Promise.all(
      pair(config).map((layer) => {
        const x = input({ shape: [null, D] });
        const h = input({ shape: [H] });
        const m = model({ inputs: [x, h], outputs: layer.apply([x, h], "all"), dtype, seed: 8 });
        return m.predictAll([drawn([B, T, D], dtype, 1), drawn([B, H], dtype, 2)]);
      }),
    );
    const [own, fused] = results as [Tensor[], Tensor[]];
    assert.deepEqual(fused.map((t) => t.shape), [[B, T, H], [B, H]]); // prettier-ignore
    for (const [i, y] of fused.entries()) assertNear(own[i]!, y, dtype, `output ${i}`);
  });

  test(`gradient at the inputs, ${dtype}`, () => {
    const weight = drawn([B, T, H], dtype, 3);
    const gradients = pair(config).map((layer) => {
      layer.ensureBuilt([[B, T, D], [B, H]]); // prettier-ignore
      const random = new Random(8);
      for (const p of layer.parameters) p.initialize(random);
      const context = { training: true, random, masks: [null, null], addLoss: () => undefined };
      const loss = (x: Tensor, h: Tensor) => {
        const [y, last] = layer.call([x, h], context);
        return ops.add(ops.sum(ops.mul(y!, weight)), ops.sum(ops.square(last!)));
      };
      return grad(loss)(drawn([B, T, D], dtype, 1), drawn([B, H], dtype, 2));
    });
    for (const [i, g] of gradients[1]!.entries()) assertNear(gradients[0]![i]!, g, dtype, `gradient ${i}`);
  });

  test(`gradient at the weights, ${dtype}`, async () => {
    const steps = pair({ ...config, returnState: false, kernelRegularizer: "l2", recurrentRegularizer: "l1" });
    const gradients = [];
    for (const layer of steps) {
      const x = input({ shape: [null, D] });
      const m = model({ inputs: x, outputs: layer.apply(x), dtype, seed: 8 });
      m.compile({ optimizer: { className: "sgd", config: { learningRate: 1 } }, loss: "meanSquaredError" });
      const before = m.getWeights();
      await m.trainOnBatch(drawn([B, T, D], dtype, 1), drawn([B, T, H], dtype, 4));
      gradients.push(m.getWeights().map((w, i) => ops.sub(before[i]!, w))); // a step of size 1 is the gradient
    }
    for (const [i, g] of gradients[1]!.entries()) assertNear(gradients[0]![i]!, g, dtype, `gradient of weight ${i}`);
  });
}

test("it learns as layers.gru does, and comes back from a file", async () => {
  const { x, y } = crossings(200, new Random(1));
  const losses = [];
  for (const layer of pair({ units: 8, inputShape: [null, 1] })) {
    const m = sequential([layer, layers.dense({ units: 1, activation: "sigmoid" })], { seed: 1 });
    m.compile({ optimizer: { className: "adam", config: { learningRate: 0.02 } }, loss: "binaryCrossentropy" });
    const { history } = await m.fit(x, y, { epochs: 6, batchSize: 20, verbose: 0 });
    losses.push(history["loss"]!);
    if (!(layer instanceof MyGRU)) continue;
    const again = await loadModel(m.toBytes(), { layers: [MyGRU] });
    assert.deepEqual((await again.predict(x)).data, (await m.predict(x)).data);
    await assert.rejects(loadModel(m.toBytes()), /no layer class "MyGRU"/);
  }
  const [own, fused] = losses as [number[], number[]];
  assert.ok(own.at(-1)! < 0.9 * own[0]!, `loss fell from ${own[0]} to ${own.at(-1)}`);
  for (const [epoch, loss] of fused.entries()) assert.ok(Math.abs(own[epoch]! - loss) < 1e-4, `epoch ${epoch}`);
});
