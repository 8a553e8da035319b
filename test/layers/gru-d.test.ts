/** GRU-D against PyTorch step by step (scripts/oracles/torch_gru_d.py), what the paper says of its limits, states, dropout and messages. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, sequential, tensor } from "../../src/index.js";
import type { GRUDConfig } from "../../src/layers/recurrent/gru-d.js";
import { makeGradient, type Parameter } from "../../src/layers/parameter.js";
import type { Layer } from "../../src/layers/layer.js";
import { add, mul } from "../../src/ops/arithmetic.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { sum } from "../../src/ops/reduce.js";
import { withScope } from "../../src/ops/scope.js";
import { Random } from "../../src/util/random.js";
import { fixture } from "../losses/cases.js";
import { assertNear, call, drawn } from "./check-layer.js";

interface TorchCase {
  name: string;
  shape: [number, number, number];
  units: number;
  backwards: boolean;
  lengths: number[];
  x: number[];
  m: number[];
  gaps: number[];
  y: number[];
  last: number[];
  upstream: number[];
  upstreamLast: number[];
  dx: number[];
  weights: Record<string, number[]>;
  gradients: Record<string, number[]>;
}

const { cases } = fixture<{ cases: TorchCase[] }>("torch-gru-d");

/** [.., D] each to [.., 3D]. */
function beside(D: number, ...parts: readonly (readonly number[])[]): number[] {
  const steps = parts[0]!.length / D;
  return Array.from({ length: steps }, (_, t) => parts.flatMap((part) => part.slice(t * D, (t + 1) * D))).flat();
}

function withWeights(layer: Layer, weights: Record<string, number[]>, shape: readonly number[]): [string, Parameter][] {
  layer.ensureBuilt([[null, null, 3 * shape[2]!]]);
  const paths = layer.parameters.map((p) => [`cell/${p.name}`, p] as [string, Parameter]);
  assert.deepEqual(paths.map(([path]) => path).sort(), Object.keys(weights).sort()); // prettier-ignore
  for (const [path, p] of paths) p.assign(weights[path]!);
  return paths;
}

for (const c of cases) {
  test(`values and gradients are PyTorch's: ${c.name}`, () => {
    const [B, T, D] = c.shape;
    const layer = layers.gruD({ units: c.units, returnSequences: true, returnState: true, goBackwards: c.backwards });
    const paths = withWeights(layer, c.weights, c.shape);
    const shape = [B, T, 3 * D];
    const data = beside(D, c.x, c.m, c.gaps);
    const padded = c.lengths.some((length) => length < T);
    const mask = padded
      ? c.lengths.flatMap((length) => Array.from({ length: T }, (_, t) => Number(t < length)))
      : undefined;
    const [y, , last] = call(layer, { shapes: [shape], data: [data], ...(mask && { mask }) }).outputs;
    assertNear(y!.data, c.y, 1e-13, "y");
    assertNear(last!.data, c.last, 1e-13, "last observation");

    const kernels = kernelsFor("float64");
    for (const [, p] of paths) {
      p.tracked = true;
      makeGradient(p, kernels);
      kernels.fill(p.grad!.ptr, 0, p.size);
    }
    const dx = withScope(kernels, true, (scope) => {
      const x = scope.alloc(shape, "float64");
      x.data.set(data);
      x.tracked = true;
      const masks = [mask ? scope.place(tensor(mask, [B, T], "int32")) : null];
      const context = { training: false, random: new Random(1), masks, addLoss: () => undefined };
      const [out, , end] = layer.call([x], context);
      const loss = (t: typeof x, weights: number[]) => sum(mul(t, tensor(weights, t.shape, "float64")));
      scope.backward(add(loss(out!, c.upstream), loss(end!, c.upstreamLast)));
      return Array.from(x.grad!.data);
    });
    const values = dx.filter((_, i) => i % (3 * D) < D);
    assertNear(values, c.dx, 1e-12, "dx");
    for (const [path, p] of paths) assertNear(p.grad!.data, c.gradients[path]!, 1e-12, `d ${path}`);
  });
}

const units = 4;

/** Inputs with all observed and gaps of one length. */
function complete(x: number[], D: number, gap: number): number[] {
  return beside(D, x, x.map(() => 1), x.map(() => gap)); // prettier-ignore
}

function built(config: Partial<GRUDConfig>, D: number, change: (name: string, size: number) => number[] | null): Layer {
  const random = new Random(3);
  const layer = layers.gruD({ units, returnSequences: true, ...config });
  layer.ensureBuilt([[null, null, 3 * D]]);
  for (const p of layer.parameters) p.assign(change(p.name, p.size) ?? drawn(p.size, random));
  return layer;
}

const noDecay = (name: string, size: number) => (/Decay/.test(name) ? new Array<number>(size).fill(0) : null);

test("all observed and without decay it is a GRU that sees the mask", () => {
  const shapes = fc.record({ B: fc.integer({ min: 1, max: 4 }), T: fc.integer({ min: 1, max: 6 }), D: fc.integer({ min: 1, max: 4 }), resetAfter: fc.boolean(), gap: fc.double({ min: 0, max: 5, noNaN: true }) }); // prettier-ignore
  fc.assert(
    fc.property(shapes, ({ B, T, D, resetAfter, gap }) => {
      const x = drawn(B * T * D, new Random(5));
      const layer = built({ resetAfter }, D, noDecay);
      const plain = layers.gru({ units, returnSequences: true, resetAfter });
      plain.ensureBuilt([[null, null, 2 * D]]);
      for (const p of plain.parameters) p.assign(layer.parameters.find(({ name }) => name === p.name)!.data);
      const [y] = call(layer, { shapes: [[B, T, 3 * D]], data: [complete(x, D, gap)] }).outputs;
      const seen = beside(D, x, x.map(() => 1)); // prettier-ignore
      const [expected] = call(plain, { shapes: [[B, T, 2 * D]], data: [seen] }).outputs;
      assertNear(y!.data, expected!.data, 1e-13, "y");
    }),
    { numRuns: 30 },
  );
});

test("what stands where nothing was observed does not matter, and long gaps lead to the mean", () => {
  const D = 2;
  const layer = built({ mean: [0.5, -1] }, D, (name, size) => {
    if (name === "mean") return [0.5, -1];
    return /Decay/.test(name) ? new Array<number>(size).fill(name === "inputDecay" ? 1 : 0) : null;
  });
  const run = (x: number[], gap: number) => {
    const data = beside(D, x, [1, 1, 0, 0], [0, 0, gap, gap]);
    return Array.from(call(layer, { shapes: [[1, 2, 3 * D]], data: [data] }).outputs[0]!.data);
  };
  assert.deepEqual(run([1, 2, 7, 7], 1), run([1, 2, 0, -9], 1));
  const mean = beside(D, [1, 2, 0.5, -1], [1, 1, 0, 0], [0, 0, 0, 0]);
  const forgotten = built({}, D, (name, size) => {
    if (name === "mean") return [0.5, -1];
    return /Decay/.test(name) ? new Array<number>(size).fill(name === "inputDecayBias" ? 1e3 : 0) : null;
  });
  const [expected] = call(forgotten, { shapes: [[1, 2, 3 * D]], data: [mean] }).outputs;
  assertNear(run([1, 2, 0, 0], 1e3), expected!.data, 1e-12, "after a long gap");
  assert.notDeepEqual(run([1, 2, 0, 0], 1), run([1, 2, 0, 0], 2));
});

test("a state that is carried is the same as one sequence, and the mean is no weight that training changes", async () => {
  const D = 2;
  const random = new Random(8);
  const x = beside(D, drawn(6 * D, random), drawn(6 * D, random).map((v) => Number(v > 0)), drawn(6 * D, random).map(Math.abs)); // prettier-ignore
  const model = sequential([layers.gruD({ units, stateful: true, inputShape: [null, 3 * D], mean: [1, 2] })], {
    seed: 1,
    dtype: "float64",
  });
  const whole = await model.predict(tensor(x, [1, 6, 3 * D], "float64"));
  model.resetStates();
  await model.predict(tensor(x.slice(0, 12 * D), [1, 4, 3 * D], "float64"));
  const rest = await model.predict(tensor(x.slice(12 * D), [1, 2, 3 * D], "float64"));
  assertNear(rest.data, whole.data, 1e-13, "carried");
  const names = model.layers.at(-1)!.trainableParameters.map(({ name }) => name);
  assert.deepEqual(names, ["kernel", "recurrentKernel", "bias", "inputDecay", "inputDecayBias", "stateDecay", "stateDecayBias"]); // prettier-ignore
  assert.deepEqual([...model.layers.at(-1)!.parameters.at(-1)!.data], [1, 2]);
});

test("dropout leaves out whole variables, at all steps, with their masks", () => {
  const D = 3;
  const layer = built({ dropout: 0.5, units: 1 }, D, (name, size) =>
    /Decay|mean/.test(name) ? new Array<number>(size).fill(0) : null,
  );
  const x = complete(drawn(2 * D, new Random(2)), D, 1);
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const out = withScope(kernelsFor("float64"), false, (scope) => {
      const input = scope.place(tensor(x, [1, 2, 3 * D], "float64"));
      const context = { training: true, random: new Random(seed), masks: [null], addLoss: () => undefined };
      return layer.call([input], context)[0]!.toHost();
    });
    seen.add(Array.from(out.data, (v) => v.toFixed(9)).join());
  }
  assert.ok(seen.size > 1 && seen.size <= 2 ** D, `${seen.size} different results of ${2 ** D} choices`);
});

const bad: [what: string, make: () => unknown, message: RegExp][] = [
  ["an input of another width", () => layers.gruD({ units }).ensureBuilt([[null, null, 4]]), /GRUD: the last axis of the input must hold values, mask and gaps side by side, 3 times as many as variables, got \[null, null, 4\]|\[\?, \?, 4\]/],
  ["a mean of another length", () => layers.gruD({ units, mean: [1] }).ensureBuilt([[null, null, 6]]), /GRUD: mean must have one number for each of the 2 variables, got \[1\]/],
  ["an input without time", () => layers.gruD({ units }).ensureBuilt([[null, 6]]), /must be \[batch, time, features\]/],
  ["no units", () => layers.gruD({ units: 0 }), /units must be a whole number of at least 1, got 0/],
  ["one initial state", () => layers.gruD({ units }).ensureBuilt([[null, null, 6], [null, 4]]), /expected 2 initial states, got 1/],
  ["an option that is none", () => layers.gruD({ units, means: [1] } as never), /unknown option "means"; did you mean "mean"\?/],
]; // prettier-ignore

for (const [what, make, message] of bad) test(`${what} is refused by name`, () => assert.throws(make, message));
