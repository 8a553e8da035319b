/** The contract that every layer keeps, as checks of one row of a table (cases.ts). */
import { makeGradient } from "../../src/layers/parameter.js";
import assert from "node:assert/strict";
import { type Layer, loadModel, model, input, tensor } from "../../src/index.js";
import { allLayers } from "../../src/layers/all-layers.js";
import type { CallContext } from "../../src/layers/layer.js";
import { LayerRegistry, storeLayer } from "../../src/layers/registry.js";
import { mul, add } from "../../src/ops/arithmetic.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { sum } from "../../src/ops/reduce.js";
import { withScope, type Scope } from "../../src/ops/scope.js";
import type { FloatDType } from "../../src/tensor/dtype.js";
import { fitsShape, sizeOf, type PartialShape, type Shape } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { Random } from "../../src/util/random.js";
import { normal } from "../../src/util/normal.js";
import { assertClose, numericGradient } from "../reference/numeric.js";

export interface LayerCase {
  name: string;
  make: () => Layer;
  /** Shapes of the inputs, null for batch and time. */
  inputs: PartialShape[];
  /** Expected shapes of the outputs for these. */
  outputs: PartialShape[];
  /** Expected number of weights. */
  weights: number;
  /** Inputs are indices below this. */
  indices?: number;
  /** Time steps when the input leaves them open. Default 4. */
  steps?: number;
  /**
   * What becomes of a mask on the first input. "kept": masked steps change nothing at the others, and a sequence padded at its
   * end gives what the sequence alone gives. "ends": the outputs have no mask. "made": the layer makes its own. Default "ends".
   */
  mask?: "kept" | "ends" | "made";
  /** Whether `model.stream` gives what predict gives for the sequence so far, or the reason for which it refuses. */
  stream: true | RegExp;
  /** Needs the kernels of the sequence edition, which a page that only runs models has when it imports the layer. */
  sequences?: true;
}

export const B = 3;
const T = 4;
/** Between the fast kernels and the reference: difference over the largest element. */
const KERNEL_TOLERANCE = 1e-5;

export function concrete(c: LayerCase, batch = B, steps = c.steps ?? T): Shape[] {
  return c.inputs.map(([, ...rest]) => [batch, ...rest.map((n) => n ?? steps)]);
}

/** Numbers that float32 holds exactly, so that both kernel sets see the same. */
export function drawn(size: number, random: Random): number[] {
  return Array.from({ length: size }, () => Math.fround(0.7 * normal(random)));
}

export function drawInputs(c: LayerCase, shapes: Shape[], seed = 1): number[][] {
  const random = new Random(seed);
  return shapes.map((shape) => {
    if (c.indices === undefined) return drawn(sizeOf(shape), random);
    return Array.from({ length: sizeOf(shape) }, () => random.below(c.indices!));
  });
}

/** The layer built for the case's shapes, every weight drawn (zeros would hide what a bias does). */
export function built(c: LayerCase, layer = c.make(), seed = 2): Layer {
  const random = new Random(seed);
  layer.ensureBuilt(c.inputs);
  for (const p of layer.parameters) p.assign(drawn(p.size, random));
  return layer;
}

export interface Run {
  shapes: Shape[];
  data: number[][];
  /** int32 [B, T] of the first input */
  mask?: number[];
  training?: boolean;
}

function contextOf(run: Run, scope: Scope): CallContext {
  const first = run.mask ? scope.place(tensor(run.mask, run.shapes[0]!.slice(0, 2), "int32")) : null;
  const masks = run.shapes.map((_, i) => (i === 0 ? first : null));
  return { training: run.training ?? false, random: new Random(5), masks, addLoss: () => undefined };
}

function place(layer: Layer, float: FloatDType): void {
  for (const p of layer.parameters) p.place(kernelsFor(float));
}

export interface Result {
  outputs: Tensor[];
  masks: (Tensor | null)[];
}

/** The outputs and their masks, as ordinary tensors. */
export function call(layer: Layer, run: Run, float: FloatDType = "float64"): Result {
  place(layer, float);
  return withScope(kernelsFor(float), false, (scope) => {
    const inputs = run.data.map((data, i) =>
      scope.place(tensor(data, run.shapes[i]!, layer.inputType === "int32" ? "int32" : float)),
    );
    const context = contextOf(run, scope);
    const outputs = layer.call(inputs, context);
    const masks = layer.computeMask?.(context.masks, inputs, outputs) ?? outputs.map(() => context.masks[0]!);
    return { outputs: outputs.map((t) => t.toHost()), masks: masks.map((m) => m && m.toHost()) };
  });
}

/** Output shapes as declared, also for one sample and one step; number of weights. */
export function checkShapes(c: LayerCase): void {
  const layer = built(c);
  assert.deepEqual(layer.computeOutputShape(c.inputs), c.outputs, "computeOutputShape");
  assert.equal(layer.parameters.reduce((n, p) => n + p.size, 0), c.weights, "number of weights"); // prettier-ignore
  for (const [batch, steps] of [[B, c.steps ?? T], [1, c.steps ?? T], [B, c.steps ?? 1], [1, c.steps ?? 1]]) {
    const shapes = concrete(c, batch, steps);
    const { outputs } = call(layer, { shapes, data: drawInputs(c, shapes) });
    assert.deepEqual(outputs.map((y) => y.shape), layer.computeOutputShape(shapes), `shapes for ${JSON.stringify(shapes)}`);
    for (const [i, y] of outputs.entries()) {
      assert.ok(fitsShape(y.shape, c.outputs[i]!), `output ${i} is ${y.shape.join()}`);
      assert.ok(y.data.every(Number.isFinite), `output ${i} is finite`);
    }
  }
} // prettier-ignore

/** From JSON comes the same layer, and from a model file the same predictions. */
export async function checkStorage(c: LayerCase): Promise<void> {
  const layer = built(c);
  const stored = JSON.stringify(storeLayer(layer));
  const revived = new LayerRegistry(allLayers).revive(JSON.parse(stored));
  assert.equal(JSON.stringify(storeLayer(revived)), stored, "configuration");
  const shapes = concrete(c);
  const data = drawInputs(c, shapes);
  const expected = call(layer, { shapes, data }).outputs;
  const actual = call(built(c, revived), { shapes, data }).outputs;
  assert.deepEqual(actual.map((y) => y.data), expected.map((y) => y.data), "outputs of the revived layer"); // prettier-ignore

  const dtype = layer.inputType;
  const symbolic = c.inputs.map((shape) => input({ shape: shape.slice(1), dtype }));
  const original = model({ inputs: symbolic, outputs: c.make().apply(symbolic, "all"), seed: 3, dtype: "float64" });
  const x = data.map((values, i) => tensor(values, shapes[i]!, dtype === "int32" ? "int32" : "float64"));
  const loaded = await loadModel(original.toBytes());
  const [before, after] = [await original.predictAll(x), await loaded.predictAll(x)];
  assert.deepEqual(after.map((y) => y.data), before.map((y) => y.data), "predictions after loading"); // prettier-ignore
}

/** Loss Σ upstream · output, with upstream drawn anew for each output. */
function lossOf(outputs: readonly Tensor[]): Tensor {
  const random = new Random(9);
  const terms = outputs.map((y) => sum(mul(y, tensor(drawn(y.size, random), y.shape, "float64"))));
  return terms.reduce((a, b) => add(a, b));
}

/** Gradients at inputs (unless they are indices) and weights against central differences, both in float64. */
export function checkGradient(c: LayerCase, mask?: number[]): void {
  const layer = built(c);
  const shapes = concrete(c);
  const run: Run = { shapes, data: drawInputs(c, shapes), ...(mask ? { mask } : {}) };
  const analytic = gradients(layer, run, c.indices === undefined);
  const weights = layer.parameters.map((p) => Array.from(p.data));
  const loss = () => {
    for (const [i, p] of layer.parameters.entries()) p.assign(weights[i]!);
    const { outputs } = call(layer, run);
    return lossOf(outputs).item();
  };
  for (const [i, g] of analytic.weights.entries()) {
    assertClose(g, numericGradient(loss, weights[i]!), `d ${layer.parameters[i]!.name}`);
  }
  for (const [i, g] of analytic.inputs.entries()) assertClose(g, numericGradient(loss, run.data[i]!), `d input ${i}`);
}

function gradients(layer: Layer, run: Run, ofInputs: boolean): { inputs: number[][]; weights: number[][] } {
  place(layer, "float64");
  const kernels = kernelsFor("float64");
  for (const p of layer.parameters) {
    p.tracked = true;
    makeGradient(p, kernels);
    kernels.fill(p.grad!.ptr, 0, p.size);
  }
  const result = withScope(kernels, true, (scope) => {
    const leaves = run.data.map((data, i) => {
      const leaf = scope.alloc(run.shapes[i]!, layer.inputType === "int32" ? "int32" : "float64");
      leaf.data.set(data);
      leaf.tracked = ofInputs;
      return leaf;
    });
    scope.backward(lossOf(layer.call(leaves, contextOf(run, scope))));
    const inputs = ofInputs ? leaves.map((x) => Array.from(x.grad?.data ?? new Float64Array(x.size))) : [];
    return { inputs, weights: layer.parameters.map((p) => Array.from(p.grad!.data)) };
  });
  for (const p of layer.parameters) p.tracked = false;
  return result;
}

/** The fast kernels give what the reference gives. */
export function checkKernels(c: LayerCase): void {
  const shapes = concrete(c);
  const run = { shapes, data: drawInputs(c, shapes) };
  const exact = call(built(c), run, "float64").outputs;
  const fast = call(built(c), run, "float32").outputs;
  for (const [i, y] of fast.entries()) assertNear(y.data, exact[i]!.data, KERNEL_TOLERANCE, `output ${i}`);
}

export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: lengths differ`);
  const largest = Math.max(1e-2, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const near = Math.abs(actual[i]! - expected[i]!) <= tolerance * largest;
    assert.ok(near, `${what}[${i}]: got ${actual[i]}, expected ${expected[i]}`);
  }
}

/** Rows with 2, all and 1 of the T steps. */
export const RIGHT_PADDED = [1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0];

export function checkMask(c: LayerCase): void {
  const layer = built(c);
  const shapes = concrete(c);
  const data = drawInputs(c, shapes);
  const plain = call(layer, { shapes, data, mask: RIGHT_PADDED });
  if (c.mask !== "kept") {
    assert.deepEqual(plain.masks, plain.outputs.map(() => null), "masks end here"); // prettier-ignore
    return;
  }
  const D = sizeOf(shapes[0]!.slice(2));
  const other = [data[0]!.map((v, i) => (RIGHT_PADDED[Math.floor(i / D)] ? v : v + 3)), ...data.slice(1)];
  const changed = call(layer, { shapes, data: other, mask: RIGHT_PADDED });
  for (const [i, y] of plain.outputs.entries()) {
    const used = usedOf(y, plain.masks[i]!);
    assert.deepEqual(used(changed.outputs[i]!.data), used(y.data), `output ${i}: masked steps are not seen`);
  }
  checkPadding(c, layer, plain, data);
}

/** Each row cut to the steps that count gives the same as the padded one. */
function checkPadding(c: LayerCase, layer: Layer, padded: Result, data: number[][]): void {
  for (let row = 0; row < B; row++) {
    const length = RIGHT_PADDED.slice(row * T, (row + 1) * T).filter(Boolean).length;
    const shapes = concrete(c, 1, length);
    const cut = data.map((values, i) => {
      const size = values.length / B;
      return values.slice(row * size, row * size + sizeOf(shapes[i]!));
    });
    const alone = call(layer, { shapes, data: cut }).outputs;
    for (const [i, y] of padded.outputs.entries()) {
      const size = y.size / B;
      const part = Array.from(y.data.subarray(row * size, row * size + alone[i]!.size));
      assertNear(part, alone[i]!.data, 1e-12, `row ${row} of output ${i} as if it were alone`);
    }
  }
}

/** The elements of an output that its mask shows. */
function usedOf(y: Tensor, mask: Tensor | null): (data: ArrayLike<number>) => number[] {
  const size = mask ? y.size / mask.size : 1;
  return (data) => Array.from(data).filter((_, i) => !mask || mask.data[Math.floor(i / size)]);
}

/** After t steps a stream gives what predict gives for the first t steps. */
export async function checkStream(c: LayerCase): Promise<void> {
  const dtype = c.make().inputType;
  const symbolic = c.inputs.map((shape) => input({ shape: shape.slice(1), dtype }));
  const layer = built(c);
  const graph = model({ inputs: symbolic, outputs: layer.apply(symbolic, "all"), dtype: "float64" });
  if (c.stream !== true) {
    assert.throws(() => graph.stream(), c.stream);
    return;
  }
  const shapes = concrete(c);
  const data = drawInputs(c, shapes);
  const stream = graph.stream({ batch: B });
  const steps = c.steps ?? T;
  for (let t = 0; t < steps; t++) {
    const hasTime = (i: number) => shapes[i]!.length > 2 || c.indices !== undefined;
    const part = (i: number, from: number) => (hasTime(i) ? timeSlice(data[i]!, shapes[i]!, from, t + 1) : data[i]!);
    stream.step(...data.map((_, i) => part(i, t)));
    const soFar = shapes.map((shape, i) => {
      const cut = hasTime(i) ? shape.with(1, t + 1) : shape;
      return tensor(part(i, 0), cut, dtype === "int32" ? "int32" : "float64");
    });
    for (const [i, y] of (await graph.predictAll(soFar)).entries()) {
      const isSequence = c.outputs[i]!.length > 2 && c.outputs[i]![1] === null;
      const now = isSequence ? timeSlice(Array.from(y.data), y.shape, t, t + 1) : Array.from(y.data);
      assertNear(stream.outputs[i]!.data, now, 1e-12, `output ${i} after step ${t}`);
    }
  }
}

/** Steps from … end of a row-major [B, T, …]. */
function timeSlice(values: number[], shape: Shape, from: number, end: number): number[] {
  const size = sizeOf(shape.slice(2));
  const row = shape[1]! * size;
  return Array.from({ length: shape[0]! }, (_, b) => values.slice(b * row + from * size, b * row + end * size)).flat();
}
