/** Attention against Keras 3 (scripts/oracles/keras_attention.py, float32), its gradient at masks, and what the papers say of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { layers, tensor, type Tensor } from "../../src/index.js";
import { allLayers } from "../../src/layers/all-layers.js";
import type { Layer } from "../../src/layers/layer.js";
import { LayerRegistry } from "../../src/layers/registry.js";
import * as ops from "../../src/ops.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { withScope } from "../../src/ops/scope.js";
import { additiveScores } from "../../src/ops/additive-scores.js";
import { matmulTransposed } from "../../src/ops/matmul-transposed.js";
import { Random } from "../../src/util/random.js";
import { assertClose, numericGradient } from "../reference/numeric.js";
import { assertNear, drawn } from "./check-layer.js";

interface Packed {
  shape: number[];
  data: number[];
}

interface AttentionCase {
  name: string;
  layer: { className: string; config: Record<string, unknown> };
  inputs: Packed[];
  masks: (number[][] | null)[];
  weights: Packed[];
  outputs: Packed[];
}

const url = new URL("../../../test/fixtures/keras-attention.json", import.meta.url);
const { keras, cases } = JSON.parse(readFileSync(url, "utf8")) as { keras: string; cases: AttentionCase[] };

function run(layer: Layer, inputs: Packed[], masks: readonly (number[][] | null)[], training = false): Tensor[] {
  const kernels = kernelsFor("float64");
  for (const p of layer.parameters) p.place(kernels);
  return withScope(kernels, false, (scope) => {
    const placed = inputs.map((x) => scope.place(tensor(x.data, x.shape, "float64")));
    const ints = masks.map((m) => m && scope.place(tensor(m, undefined, "int32")));
    const context = { training, random: new Random(5), masks: ints, addLoss: () => undefined };
    return layer.call(placed, context).map((y) => y.toHost());
  });
}

for (const c of cases) {
  test(`as in Keras ${keras}: ${c.name}`, () => {
    const layer = new LayerRegistry(allLayers).revive(c.layer);
    const shapes = layer.ensureBuilt(c.inputs.map((x) => x.shape));
    assert.deepEqual(shapes, c.outputs.map((y) => y.shape), "shapes of the outputs"); // prettier-ignore
    assert.deepEqual(layer.parameters.map((p) => p.shape), c.weights.map((w) => w.shape), "shapes of the weights"); // prettier-ignore
    for (const [i, p] of layer.parameters.entries()) p.assign(c.weights[i]!.data);
    for (const [i, y] of run(layer, c.inputs, c.masks).entries())
      assertNear(y.data, c.outputs[i]!.data, 1e-6, `output ${i}`);
  });
}

const [B, T, S, D] = [2, 3, 4, 5];
const random = new Random(3);
const draw = (...shape: number[]): Packed => ({ shape, data: drawn(shape.reduce((a, b) => a * b), random) }); // prettier-ignore

test("a query whose values are all masked gets zeros and no gradient flows to them", () => {
  const mask = [[1, 1, 0, 0], [0, 0, 0, 0]]; // prettier-ignore
  const inputs = [draw(B, T, D), draw(B, S, D)];
  for (const layer of [
    layers.attention({ returnAttentionScores: true }),
    layers.additiveAttention({ useScale: false }),
  ]) {
    layer.ensureBuilt([[B, T, D], [B, S, D]]); // prettier-ignore
    const [y] = run(layer, inputs, [null, mask]);
    assert.ok(y!.data.subarray(T * D).every((v) => v === 0));
    assert.ok(y!.data.subarray(0, T * D).every((v) => v !== 0));
  }
});

test("weights sum to 1 and are 0 at masked values; dropout in training sets weights to zero and scales the others", () => {
  const layer = layers.attention({ returnAttentionScores: true, dropout: 0.5, seed: 1 });
  layer.ensureBuilt([[B, T, D], [B, S, D]]); // prettier-ignore
  const mask = [[1, 1, 1, 0], [1, 1, 1, 1]]; // prettier-ignore
  const inputs = [draw(B, T, D), draw(B, S, D)];
  const [, plain] = run(layer, inputs, [null, mask]);
  for (let row = 0; row < B * T; row++) {
    const part = plain!.data.subarray(row * S, (row + 1) * S);
    assert.ok(Math.abs(Array.from(part).reduce((a, b) => a + b) - 1) < 1e-12);
    if (row < T) assert.equal(part[3], 0);
  }
  const [, dropped] = run(layer, inputs, [null, mask], true);
  const kinds = Array.from(dropped!.data, (v, i) => (v === 0 ? "zero" : Math.abs(v - 2 * plain!.data[i]!) < 1e-12 ? "double" : "other"));
  assert.ok(kinds.includes("zero") && kinds.includes("double") && !kinds.includes("other"));
}); // prettier-ignore

const scores: Record<string, (q: Tensor, k: Tensor, v: Tensor) => Tensor> = {
  additiveScores,
  matmulTransposed: (q, k) => matmulTransposed(q, k),
  "matmulTransposed of a tensor by itself": (q) => matmulTransposed(q, q),
  "additiveScores of a tensor by itself": (q, _, v) => additiveScores(q, q, v),
};

for (const [name, f] of Object.entries(scores)) {
  test(`${name} has the gradient of central differences`, () => {
    const inputs = [draw(B, T, D), draw(B, S, D), draw(D)];
    const upstream = tensor(drawn(B * T * S, new Random(9)), [B * T * S], "float64");
    const loss = (...x: Tensor[]) => {
      const y = f(x[0]!, x[1]!, x[2]!);
      return ops.sum(ops.mul(ops.reshape(y, [y.size]), ops.slice(upstream, [0], [y.size])));
    };
    const asTensors = () => inputs.map((x) => tensor(x.data, x.shape, "float64"));
    const gradients = ops.grad(loss)(...asTensors()) as unknown as Tensor[];
    for (const [i, g] of gradients.entries()) {
      const numeric = numericGradient(() => loss(...asTensors()).item(), inputs[i]!.data);
      assertClose(Array.from(g.data), numeric, `d input ${i}`);
    }
  });
}

test("wrong shapes and options are named", () => {
  const layer = layers.attention();
  assert.throws(() => layer.computeOutputShape([[2, 3, 4]]), /query \[B, T, D\], value \[B, S, M\] .* got \[2, 3, 4\]/);
  assert.throws(() => layer.computeOutputShape([[2, 3, 4], [2, 3, 5]]), /key \[B, S, D\], got \[2, 3, 4\], \[2, 3, 5\]/); // prettier-ignore
  assert.throws(() => layers.attention({ scoreMode: "general" as "dot" }), /scoreMode must be/);
  assert.throws(() => layers.additiveAttention({ dropout: 2 }), /dropout must be/);
  assert.throws(
    () => layers.additiveAttention({ useScale: 1 as unknown as boolean }),
    /useScale must be true or false/,
  );
  assert.throws(() => additiveScores([[1]], [[1]], [1]), /additiveScores: expected/);
  assert.throws(() => matmulTransposed([[1]], [[1]]), /matmulTransposed: expected/);
});
