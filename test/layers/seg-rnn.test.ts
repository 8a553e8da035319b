/** SegRNN against PyTorch (scripts/oracles/torch_segrnn.py), and the contract that every layer keeps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers } from "../../src/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { makeGradient, type Parameter } from "../../src/layers/parameter.js";
import { mul } from "../../src/ops/arithmetic.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { sum } from "../../src/ops/reduce.js";
import { withScope } from "../../src/ops/scope.js";
import { tensor } from "../../src/tensor/make.js";
import { Random } from "../../src/util/random.js";
import { fixture } from "../losses/cases.js";
import { assertNear, call, checkGradient, checkKernels, checkMask, checkShapes, checkStorage, checkStream, type LayerCase } from "./check-layer.js"; // prettier-ignore

interface TorchCase {
  shape: [number, number, number];
  segmentLength: number;
  horizon: number;
  units: number;
  channelEmbedding: boolean;
  x: number[];
  y: number[];
  upstream: number[];
  dx: number[];
  weights: Record<string, number[]>;
  gradients: Record<string, number[]>;
}

const { cases: torchCases } = fixture<{ cases: TorchCase[] }>("torch-segrnn");

/** Weights by their paths within the layer. */
function pathsOf(layer: Layer): [path: string, weight: Parameter][] {
  const within = layer.sublayers.flatMap((inner) => pathsOf(inner).map(([path, p]) => [`${inner.name}/${path}`, p] as [string, Parameter])); // prettier-ignore
  return [...layer.ownParameters.map((p) => [p.name, p] as [string, Parameter]), ...within];
}

for (const c of torchCases) {
  test(`values and gradients are PyTorch's: ${c.shape.join(" × ")}, segments of ${c.segmentLength}`, () => {
    const { segmentLength, horizon, units, channelEmbedding, shape } = c;
    const layer = layers.segRnn({ segmentLength, horizon, units, channelEmbedding });
    layer.ensureBuilt([[null, shape[1], shape[2]]]);
    const weights = pathsOf(layer);
    assert.deepEqual(weights.map(([path]) => path).sort(), Object.keys(c.weights).sort());
    for (const [path, p] of weights) p.assign(c.weights[path]!);
    assertNear(call(layer, { shapes: [shape], data: [c.x] }).outputs[0]!.data, c.y, 1e-13, "y");
    const { dx, gradients } = gradientsOf(layer, c);
    assertNear(dx, c.dx, 1e-12, "dx");
    for (const [path] of weights) assertNear(gradients[path]!, c.gradients[path]!, 1e-12, `d ${path}`);
  });
}

function gradientsOf(layer: Layer, c: TorchCase): { dx: number[]; gradients: Record<string, number[]> } {
  const kernels = kernelsFor("float64");
  const weights = pathsOf(layer);
  for (const [, p] of weights) {
    p.place(kernels);
    p.tracked = true;
    makeGradient(p, kernels);
    kernels.fill(p.grad!.ptr, 0, p.size);
  }
  return withScope(kernels, true, (scope) => {
    const x = scope.alloc(c.shape, "float64");
    x.data.set(c.x);
    x.tracked = true;
    const context = { training: false, random: new Random(1), masks: [null], addLoss: () => undefined };
    const [y] = layer.call([x], context);
    scope.backward(sum(mul(y!, tensor(c.upstream, y!.shape, "float64"))));
    const gradients = Object.fromEntries(weights.map(([path, p]) => [path, Array.from(p.grad!.data)]));
    return { dx: Array.from(x.grad!.data), gradients };
  });
}

const READS = /reads segments of several steps/;
const contract: LayerCase[] = [
  {
    name: "segRnn", make: () => layers.segRnn({ units: 4, segmentLength: 2, horizon: 6 }), steps: 4,
    inputs: [[null, null, 3]], outputs: [[null, 6, 3]], weights: 12 + 12 * 4 * 2 + 24 + 3 * 2 + 3 * 2 + 10, stream: READS,
  },
  {
    name: "segRnn without channel embedding", steps: 4,
    make: () => layers.segRnn({ units: 3, segmentLength: 4, horizon: 4, channelEmbedding: false, dropout: 0.5 }),
    inputs: [[null, 4, 1]], outputs: [[null, 4, 1]], weights: 15 + 9 * 3 * 2 + 18 + 3 + 16, stream: READS,
  },
]; // prettier-ignore

for (const c of contract) {
  test(`${c.name}: shapes, storage, gradient, kernels, masks, stream`, async () => {
    checkShapes(c);
    await checkStorage(c);
    checkGradient(c);
    checkKernels(c);
    checkMask(c);
    await checkStream(c);
  });
}

test("a constant added to a channel is added to its forecast, and dropout works in training only", () => {
  const layer = layers.segRnn({ units: 4, segmentLength: 2, horizon: 2, dropout: 0.5 });
  layer.ensureBuilt([[null, 4, 1]]);
  const random = new Random(3);
  for (const p of layer.parameters) p.assign(Float32Array.from({ length: p.size }, () => random.uniform() - 0.5));
  const y = (x: number[], training = false) => Array.from(call(layer, { shapes: [[1, 4, 1]], data: [x], training }).outputs[0]!.data); // prettier-ignore
  const before = y([1, 2, 3, 5]);
  assertNear(y([11, 12, 13, 15]), before.map((v) => v + 10), 1e-13, "y"); // prettier-ignore
  assert.notDeepEqual(y([1, 2, 3, 5], true), before);
});

test("what does not fit is refused", () => {
  const of = (more: object) => () => layers.segRnn({ units: 4, segmentLength: 2, horizon: 4, ...more });
  assert.throws(of({ horizon: 5 }), /SegRNN: horizon must be a multiple of segmentLength 2, got 5/);
  assert.throws(of({ units: 3 }), /units must be even/);
  assert.throws(of({ segment: 2 }), /unknown option "segment"/);
  const layer = of({})();
  assert.throws(() => layer.ensureBuilt([[null, 5, 1]]), /steps must be a multiple of segmentLength 2, got \[null, 5, 1\]/);
  assert.throws(() => layer.ensureBuilt([[null, 4]]), /must be \[batch, time, channels\]/);
  layer.ensureBuilt([[null, 4, 2]]);
  assert.throws(() => layer.ensureBuilt([[null, 4, 3]]), /was built for 2 channels, got 3/);
}); // prettier-ignore
