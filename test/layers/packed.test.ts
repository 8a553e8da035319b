/** Every layer of the table (cases.ts) on ragged inputs: what padded values and a mask give, and the same gradients. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layers, ragged, tensor } from "../../src/index.js";
import type { CallContext, Layer } from "../../src/layers/layer.js";
import { callPacked } from "../../src/layers/packed-call.js";
import { makeGradient } from "../../src/layers/parameter.js";
import type { Value } from "../../src/layers/value.js";
import { callLayer } from "../../src/model/graph.js";
import { packedSupport } from "../../src/model/feed.js";
import { add, mul } from "../../src/ops/arithmetic.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { padRows } from "../../src/ops/packed.js";
import { sum } from "../../src/ops/reduce.js";
import { withScope, type Scope } from "../../src/ops/scope.js";
import type { Ragged } from "../../src/tensor/ragged.js";
import { sizeOf } from "../../src/tensor/shape.js";
import type { FloatDType } from "../../src/tensor/dtype.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { Random } from "../../src/util/random.js";
import { numericGradient, assertClose } from "../reference/numeric.js";
import { CASES } from "./cases.js";
import { assertNear, built, drawn, type LayerCase } from "./check-layer.js";

interface Run {
  lengths: number[];
  training?: boolean;
  float?: FloatDType;
  seed?: number;
}

/** The sequences of each input; those without an open time axis are ordinary arrays [B, …]. */
function inputsOf(c: LayerCase, { lengths, float = "float64", seed = 1 }: Run): (Ragged | Tensor)[] {
  const random = new Random(seed);
  const dtype = c.indices === undefined ? float : "int32";
  return c.inputs.map(([, time, ...step]) => {
    const draw = (shape: number[]) => {
      const size = sizeOf(shape);
      const values = c.indices ? Array.from({ length: size }, () => 1 + random.below(c.indices! - 1)) : drawn(size, random);
      return tensor(values, shape, dtype);
    };
    const rest = step.map((n) => n ?? 3);
    if (time === null) return ragged(lengths.map((n) => draw([n, ...rest])));
    return draw([lengths.length, time!, ...rest]);
  });
} // prettier-ignore

interface Outcome {
  /** at the real steps only */
  outputs: number[][];
  inputs: number[][];
  weights: number[][];
  /** which outputs came packed */
  packed: boolean[];
}

/**
 * Outputs and gradients of Σ upstream · output at inputs and weights, packed or padded with a mask.
 * @param ofSteps which outputs are of every step; found out from the packed ones
 */
function outcome(c: LayerCase, layer: Layer, run: Run, ofSteps: boolean[] | null): Outcome {
  const { lengths, float = "float64" } = run;
  const kernels = kernelsFor(float);
  for (const p of layer.parameters) {
    p.place(kernels);
    p.tracked = true;
    makeGradient(p, kernels);
    kernels.fill(p.grad!.ptr, 0, p.size);
  }
  const result = withScope(kernels, true, (scope) => {
    const came = inputsOf(c, run).map((x) => valueOf(scope, x, ofSteps === null, lengths.length));
    for (const { tensor } of came) tensor.tracked = tensor.dtype !== "int32";
    const context: CallContext = { training: run.training ?? false, random: new Random(5), masks: [], addLoss: () => undefined };
    const outputs = callLayer(layer, came, context);
    const plain = outputs.map((v) => (v.packing ? padRows(v.tensor, v.packing) : v.tensor));
    const steps = ofSteps ?? outputs.map((v) => v.packing !== undefined);
    const rows = plain.map((y, i) => (steps[i] ? realRows(y, outputs[i]!, lengths) : null));
    scope.backward(lossOf(plain, rows));
    const inputs = came.filter((v) => v.tensor.tracked).map((v) => {
      const { tensor, packing } = v;
      const gradient = tensor.grad ?? tensor.like(tensor.data.map(() => 0));
      const g = packing ? padRows(gradient, packing) : gradient;
      return pick(g, packing || v.mask ? realRows(g, v, lengths) : null);
    });
    return {
      outputs: plain.map((y, i) => pick(y, rows[i]!)),
      inputs,
      weights: layer.parameters.map((p) => Array.from(p.grad!.data)),
      packed: steps,
    };
  });
  for (const p of layer.parameters) p.tracked = false;
  return result;
} // prettier-ignore

/** Which rows of [B·T, …] are real steps: those of the mask, or the first ones of each sequence. */
function realRows(y: Tensor, { mask }: Value, lengths: number[]): number[] {
  const T = y.shape[1]!;
  const isReal = mask ? Array.from(mask.data, Boolean) : lengths.flatMap((n) => Array.from({ length: T }, (_, t) => t < n));
  return isReal.flatMap((real, row) => (real ? [row] : []));
} // prettier-ignore

/** The rows' elements, or all. */
function pick(y: Tensor, rows: number[] | null): number[] {
  const { data } = y;
  if (!rows) return Array.from(data);
  const cols = y.size / (y.shape[0]! * y.shape[1]!);
  return rows.flatMap((row) => Array.from(data.subarray(row * cols, (row + 1) * cols)));
}

/** A step has the same weights whether it stands in a padded row or alone; padded steps have none. */
function lossOf(outputs: readonly Tensor[], rows: (number[] | null)[]): Tensor {
  const terms = outputs.map((y, i) => {
    const upstream = tensor(new Array<number>(y.size).fill(0), y.shape, y.dtype);
    const cols = rows[i] ? y.size / (y.shape[0]! * y.shape[1]!) : y.size;
    const values = drawn((rows[i]?.length ?? 1) * cols, new Random(9));
    for (const [k, row] of (rows[i] ?? [0]).entries()) upstream.data.set(values.slice(k * cols, (k + 1) * cols), row * cols);
    return sum(mul(y, upstream));
  });
  return terms.reduce((a, b) => add(a, b));
} // prettier-ignore

function valueOf(scope: Scope, x: Ragged | Tensor, packed: boolean, B: number): Value {
  if (!("lengths" in x)) return { tensor: placed(scope, x), mask: null };
  if (packed) return packedSupport!.feed(x, { start: 0, count: B })!;
  const { values, mask } = x.pad();
  return { tensor: placed(scope, values), mask: placed(scope, mask) };
}

/** A copy that may be tracked. */
function placed(scope: Scope, t: Tensor): Tensor {
  const copy = scope.alloc(t.shape, t.dtype === "int32" ? "int32" : scope.float);
  copy.data.set(t.data);
  return copy;
}

function agree(c: LayerCase, run: Run, tolerance: number): Outcome {
  const layer = built(c);
  const got = outcome(c, layer, run, null);
  const want = outcome(c, layer, run, got.packed);
  for (const part of ["outputs", "inputs", "weights"] as const) {
    assert.equal(got[part].length, want[part].length, part);
    for (const [i, values] of want[part].entries()) assertNear(got[part][i]!, values, tolerance, `${part} ${i}`);
  }
  return got;
}

/** Those whose first input is a sequence of any length. */
const open = CASES.filter((c) => c.inputs[0]!.length > 1 && c.inputs[0]![1] === null);
/** Layers of fixed steps, or whose steps after the end of a sequence are seen when the mask is not looked at. */
const SEES_PADDING = /conv1d|concatenate along time/;

describe("packed and padded values give the same outputs and gradients", () => {
  for (const c of open.filter((row) => !SEES_PADDING.test(row.name))) {
    test(c.name, () => {
      agree(c, { lengths: [2, 4, 1, 4] }, 1e-12);
      agree(c, { lengths: [1] }, 1e-12);
      agree(c, { lengths: [3, 3] }, 1e-12);
      agree(c, { lengths: [2, 5, 3, 1, 2], float: "float32" }, 2e-5);
    });
  }
});

const length = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 }));
const anyLengths = fc.array(length, { minLength: 1, maxLength: 7 });
const cells = open.filter((c) => /^(gru|lstm|simpleRnn|rnn|bidirectional)/.test(c.name));

test("recurrent layers of all cells and directions: any lengths, in training, in float64 to its rounding", () => {
  fc.assert(
    fc.property(fc.constantFrom(...cells), anyLengths, fc.nat(), (c, lengths, seed) => {
      agree(c, { lengths, seed, training: true }, 1e-11);
    }),
    { numRuns: 150 },
  );
});

test("dropout of inputs and states meets the same units as with padded values", () => {
  for (const make of [layers.gru, layers.lstm, layers.simpleRnn]) {
    const config = { units: 4, dropout: 0.4, recurrentDropout: 0.4, seed: 3, returnSequences: true };
    const row = { inputs: [[null, null, 3]], outputs: [], weights: 0, stream: true as const };
    for (const layer of [() => make(config), () => layers.rnn({ cell: layers.gruCell({ units: 4, dropout: 0.4, recurrentDropout: 0.3, seed: 1 }) })])
      agree({ name: "dropped", make: layer, ...row }, { lengths: [3, 5, 1], training: true }, 1e-12);
  }
}); // prettier-ignore

test("masking keeps steps packed where all count, and else masks those that do not", () => {
  const row = { name: "masking", inputs: [[null, null, 3]], outputs: [], weights: 0, stream: true as const };
  const lengths = [3, 1, 2];
  assert.deepEqual(agree({ ...row, make: () => layers.masking() }, { lengths }, 1e-12).packed, [true]);
  withScope(kernelsFor("float64"), false, (scope) => {
    const x = ragged([[[1], [7], [2]], [[7]], [[3], [4]]], { dtype: "float64" });
    const context: CallContext = { training: false, random: new Random(5), masks: [], addLoss: () => undefined };
    const [y] = callLayer(layers.masking({ maskValue: 7 }), [valueOf(scope, x, true, 3)], context);
    assert.deepEqual(y!.mask!.toArray(), [[1, 0, 1], [0, 0, 0], [1, 1, 0]]);
    assert.deepEqual(y!.tensor.toArray(), [[[1], [0], [2]], [[0], [0], [0]], [[3], [4], [0]]]);
  });
}); // prettier-ignore

test("dropout of packed values: by element, by step, alike at all steps of a sequence", () => {
  const x = ragged([4, 2, 1].map((n) => Array.from({ length: n }, () => [1, 1, 1, 1])), { dtype: "float64" });
  const context: CallContext = { training: true, random: new Random(5), masks: [], addLoss: () => undefined };
  const drop = (noiseShape: (number | null)[] | null) =>
    withScope(kernelsFor("float64"), false, (scope) => {
      const layer = layers.dropout({ rate: 0.5, noiseShape, seed: 4 });
      const came = valueOf(scope, x, true, 3);
      const [y] = callLayer(layer, [came], context);
      assert.ok(y!.packing, "packed");
      return packedSupport!.collect(undefined, y!, { start: 0, count: 3 })!.toArray() as number[][][];
    });
  const rows = drop([null, null, 1]).flat();
  assert.ok(rows.every((row) => new Set(row).size === 1) && new Set(rows.flat()).size === 2);
  const alike = drop([null, 1, null]);
  for (const sequence of alike) for (const row of sequence) assert.deepEqual(row, sequence[0]);
  assert.deepEqual(new Set(drop(null).flat(2)), new Set([0, 2]));
}); // prettier-ignore

test("recurrent layers, pooling and layers of single steps take packed values as they are; others get them back packed", () => {
  const packedOf = (name: string) => {
    const c = CASES.find((row) => row.name === name)!;
    return agree(c, { lengths: [2, 4, 1] }, 1e-12).packed;
  };
  assert.deepEqual(packedOf("lstm, all outputs"), [true, false, false]);
  assert.deepEqual(packedOf("dense on every step"), [true]);
  assert.deepEqual(packedOf("globalMaxPooling1d"), [false]);
  assert.deepEqual(packedOf("attention"), [true]);
});

test("gradients on packed values equal central differences, in float64", () => {
  for (const name of ["gru", "gru, resetAfter false, without bias, all outputs", "lstm with initial states", "simpleRnn", "bidirectional lstm, both outputs and the states", "globalMaxPooling1d", "globalAveragePooling1d"]) {
    const c = CASES.find((row) => row.name === name)!;
    const layer = built(c);
    const run = { lengths: [3, 1, 4] };
    const { weights } = outcome(c, layer, run, null);
    const values = layer.parameters.map((p) => Array.from(p.data));
    const loss = () => {
      for (const [i, p] of layer.parameters.entries()) p.assign(values[i]!);
      return withScope(kernelsFor("float64"), false, (scope) => {
        for (const p of layer.parameters) p.place(kernelsFor("float64"));
        const came = inputsOf(c, run).map((x) => valueOf(scope, x, true, 3));
        const context: CallContext = { training: false, random: new Random(5), masks: [], addLoss: () => undefined };
        const outputs = callPacked(layer, came, context)!;
        const plain = outputs.map((v) => (v.packing ? padRows(v.tensor, v.packing) : v.tensor));
        return lossOf(plain, plain.map((y, i) => (outputs[i]!.packing ? realRows(y, outputs[i]!, run.lengths) : null))).item();
      });
    };
    for (const [i, g] of weights.entries()) assertClose(g, numericGradient(loss, values[i]!), `${name}: d ${layer.parameters[i]!.name}`);
  }
}); // prettier-ignore
