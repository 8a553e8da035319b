/**
 * Layers against Keras 3 (scripts/oracles/keras_layers.py, float32): options, masks in the middle of sequences, directions, merge
 * modes, padding.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { allLayers } from "../../src/layers/all-layers.js";
import { LayerRegistry } from "../../src/layers/registry.js";
import { assertNear, call } from "./check-layer.js";

interface Packed {
  shape: number[];
  data: number[];
}

interface KerasCase {
  name: string;
  layer: { className: string; config: Record<string, unknown> };
  inputs: Packed[];
  mask?: number[][];
  weights: Packed[];
  outputs: Packed[];
  /** The mask of the output. */
  masks?: number[][];
}

const url = new URL("../../../test/fixtures/keras-layers.json", import.meta.url);
const { keras, cases } = JSON.parse(readFileSync(url, "utf8")) as { keras: string; cases: KerasCase[] };

for (const c of cases) {
  test(`as in Keras ${keras}: ${c.name}`, () => {
    const layer = new LayerRegistry(allLayers).revive(c.layer);
    const shapes = c.inputs.map((x) => x.shape);
    layer.ensureBuilt(shapes);
    assert.deepEqual(layer.parameters.map((p) => p.shape), c.weights.map((w) => w.shape), "shapes of the weights"); // prettier-ignore
    for (const [i, p] of layer.parameters.entries()) p.assign(c.weights[i]!.data);
    const run = { shapes, data: c.inputs.map((x) => x.data), ...(c.mask ? { mask: c.mask.flat() } : {}) };
    const { outputs, masks } = call(layer, run);
    assert.deepEqual(outputs.map((y) => y.shape), c.outputs.map((y) => y.shape), "shapes of the outputs"); // prettier-ignore
    for (const [i, y] of outputs.entries()) assertNear(y.data, c.outputs[i]!.data, 1e-6, `output ${i}`);
    if (c.masks) assert.deepEqual(masks[0]!.toArray(), c.masks);
  });
}
