/** Where masks come from, how they meet, and that a stream keeps to them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { input, layers, model, sequential, tensor } from "../../src/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { withScope } from "../../src/ops/scope.js";
import { Random } from "../../src/util/random.js";
import { assertNear, call, drawn } from "./check-layer.js";

const { gru, lstm, rnn, simpleRnnCell, dense } = layers;

test("masking compares in the data's own precision", () => {
  const layer = layers.masking({ maskValue: 0.1 });
  const run = { shapes: [[1, 3, 2]], data: [[0.1, 0.1, 0.1, 2, 3, 0.1]] };
  for (const float of ["float32", "float64"] as const) {
    const { outputs, masks } = call(layer, run, float);
    assert.deepEqual(masks[0]!.toArray(), [[0, 1, 1]]);
    assert.deepEqual(Array.from(outputs[0]!.data).slice(0, 2), [0, 0]);
  }
});

function merged(layer: Layer, shapes: number[][], given: (number[] | null)[]): unknown {
  return withScope(kernelsFor("float64"), false, (scope) => {
    const place = (m: number[] | null, i: number) => m && scope.place(tensor(m, shapes[i]!.slice(0, 2), "int32"));
    const masks = given.map(place);
    const inputs = shapes.map((shape) => scope.alloc(shape));
    for (const x of inputs) x.data.fill(1);
    const context = { training: false, random: new Random(1), masks, addLoss: () => undefined };
    const [mask] = layer.computeMask!(masks, inputs, layer.call(inputs, context));
    return mask ? mask.toArray() : null;
  });
}

test("where inputs meet, a step counts when it counts for one of them; an input without a mask always does", () => {
  const [a, b] = [[1, 1, 0, 0, 1, 0], [1, 0, 1, 0, 0, 0]]; // prettier-ignore
  const shapes = [[2, 3, 1], [2, 3, 1]]; // prettier-ignore
  for (const layer of [layers.add(), layers.multiply(), layers.concatenate()]) {
    assert.deepEqual(merged(layer, shapes, [a, b]), [[1, 1, 1], [0, 1, 0]]); // prettier-ignore
    assert.equal(merged(layer, shapes, [a, null]), null);
  }
  const along = layers.concatenate({ axis: 1 });
  assert.deepEqual(merged(along, shapes, [a, b]), [[1, 1, 0, 1, 0, 1], [0, 1, 0, 0, 0, 0]]); // prettier-ignore
  assert.deepEqual(merged(along, [[1, 2, 1], [1, 1, 1]], [[1, 0], null]), [[1, 0, 1]]); // prettier-ignore
  assert.equal(merged(along, shapes, [null, null]), null);
});

test("a sequence without a step that counts pools to zeros", () => {
  const run = { shapes: [[2, 2, 1]], data: [[5, 7, -3, -4]], mask: [0, 0, 1, 1] };
  assert.deepEqual(call(layers.globalAveragePooling1d(), run).outputs[0]!.toArray(), [[0], [-3.5]]);
  assert.deepEqual(call(layers.globalMaxPooling1d(), run).outputs[0]!.toArray().toString(), "0,-3");
});

/** x [2, 6, 3] with steps of zeros: at the start, in the middle, at the end. */
function gapped(): number[] {
  const x = drawn(2 * 6 * 3, new Random(7));
  const gaps = [0, 2, 5, 6 + 1, 6 + 3, 6 + 4];
  return x.map((v, i) => (gaps.includes(Math.floor(i / 3)) ? 0 : v));
}

const STACKS: Record<string, () => Layer[]> = {
  gru: () => [gru({ units: 4 })],
  "two layers": () => [gru({ units: 4, returnSequences: true }), lstm({ units: 3 })],
  "zeros at masked steps": () => [gru({ units: 4, returnSequences: true, zeroOutputForMask: true })],
  "a cell without a fused kernel": () => [gru({ units: 4, activation: "softsign", returnSequences: true })],
  "zeros at masked steps of an unfused cell": () => [
    rnn({ cell: simpleRnnCell({ units: 4, activation: "softsign" }), returnSequences: true, zeroOutputForMask: true }),
  ],
  "layers between": () => [
    dense({ units: 4, activation: "tanh" }),
    layers.layerNormalization(),
    layers.dropout({ rate: 0.5 }),
    layers.timeDistributed({ layer: dense({ units: 3 }) }),
    layers.activation({ activation: "logSoftmax" }),
    gru({ units: 4 }),
  ],
  "the mean": () => [layers.globalAveragePooling1d()],
  "the largest": () => [layers.globalMaxPooling1d()],
};

describe("a stream skips the steps that predict skips", () => {
  for (const [name, stack] of Object.entries(STACKS)) {
    test(name, async () => {
      const m = sequential([layers.masking({ inputShape: [null, 3] }), ...stack()], { dtype: "float64", seed: 3 });
      await checkStream(m, gapped(), 3, "float64");
    });
  }

  test("masked indices", async () => {
    const table = layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true });
    const m = sequential([table, gru({ units: 4 }), dense({ units: 2 })], { dtype: "float64", seed: 3 });
    await checkStream(m, [0, 1, 0, 4, 2, 0, 3, 0, 0, 1, 1, 0], 1, "int32");
  });

  test("masks that meet", async () => {
    const x = input({ shape: [null, 3] });
    const a = layers.masking().apply(x);
    const b = gru({ units: 3, returnSequences: true }).apply(layers.masking({ maskValue: 9 }).apply(x));
    const joined = layers.concatenate().apply([layers.add().apply([a, b]), a]);
    const m = model({ inputs: x, outputs: gru({ units: 4 }).apply(joined), dtype: "float64", seed: 3 });
    await checkStream(m, gapped(), 3, "float64");
  });
});

async function checkStream(
  m: ReturnType<typeof model>,
  x: number[],
  D: number,
  dtype: "float64" | "int32",
): Promise<void> {
  const stream = m.stream({ batch: 2 });
  const T = x.length / (2 * D);
  const rows = (from: number, end: number) => [0, 1].flatMap((b) => x.slice((b * T + from) * D, (b * T + end) * D));
  for (let t = 0; t < T; t++) {
    const y = stream.step(rows(t, t + 1));
    const whole = await m.predict(tensor(rows(0, t + 1), dtype === "int32" ? [2, t + 1] : [2, t + 1, D], dtype));
    const now = whole.rank === 3 ? [0, 1].flatMap((b) => lastStep(whole.toArray() as number[][][], b)) : whole.data;
    assertNear(y.data, now, 1e-12, `step ${t}`);
  }
}

const lastStep = (y: number[][][], b: number): number[] => y[b]!.at(-1)!;
