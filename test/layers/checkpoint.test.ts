/** Recurrent layers that keep the state of every n-th step: outputs and gradients are those of layers that keep all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, ops, sequential, tensor } from "../../src/index.js";
import type { CallContext, Layer } from "../../src/layers/layer.js";
import { makeGradient } from "../../src/layers/parameter.js";
import { checkpointedScan } from "../../src/layers/recurrent/checkpointed.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { withScope } from "../../src/ops/scope.js";
import type { FloatDType } from "../../src/tensor/dtype.js";
import { Random } from "../../src/util/random.js";
import { indices, largestDifference, normal } from "../support/data.js";
import { drawn } from "./check-layer.js";

const { gru, lstm, simpleRnn, bidirectional } = layers;
const [B, T, D, H] = [4, 11, 3, 5];

interface Run {
  outputs: Float64Array[];
  /** at x, the initial states and all weights */
  gradients: Float64Array[];
}

interface Given {
  layer: Layer;
  shapes: number[][];
  mask?: number[];
  float?: FloatDType;
}

/** Outputs and gradients of Σ upstream · output, with or without checkpoints. */
function differentiate({ layer, shapes, mask, float = "float32" }: Given, checkpoints: boolean): Run {
  const kernels = kernelsFor(float);
  layer.ensureBuilt(shapes);
  const [weights, random] = [new Random(5), new Random(6)];
  for (const p of layer.parameters) {
    p.initialize(weights);
    p.place(kernels);
    p.tracked = true;
    makeGradient(p, kernels);
    kernels.fill(p.grad!.ptr, 0, p.size);
  }
  return withScope(kernels, true, (scope) => {
    const leaves = shapes.map((shape) => {
      const leaf = scope.alloc(shape);
      leaf.data.set(drawn(leaf.size, random));
      leaf.tracked = true;
      return leaf;
    });
    const masks = [mask ? scope.place(tensor(mask, shapes[0]!.slice(0, 2), "int32")) : null];
    const context: CallContext = {
      training: true,
      random: new Random(4),
      masks,
      addLoss: () => undefined,
      scan: checkpoints ? checkpointedScan : undefined,
    };
    const outputs = layer.call(leaves, context);
    const upstream = new Random(8);
    const loss = outputs
      .map((y) => ops.sum(ops.mul(y, tensor(drawn(y.size, upstream), y.shape, float))))
      .reduce((a, b) => ops.add(a, b));
    const values = outputs.map((y) => Float64Array.from(y.data));
    scope.backward(loss);
    const gradients = [...leaves, ...layer.parameters].map((t) => Float64Array.from(t.grad!.data));
    return { outputs: values, gradients };
  });
}

function assertSame(given: Given, tolerance: number): void {
  const [plain, kept] = [differentiate(given, false), differentiate(given, true)];
  for (const [i, y] of plain.outputs.entries()) assert.deepEqual(kept.outputs[i], y, `output ${i}`);
  for (const [i, g] of plain.gradients.entries()) {
    const scale = Math.max(...g.map(Math.abs));
    assert.ok(scale > 0, `gradient ${i} says nothing: all zeros`);
    assert.ok(largestDifference(kept.gradients[i]!, g) <= tolerance * scale, `gradient ${i}`);
  }
}

/** Rows that begin masked, are masked for longer than a piece, end masked, and are masked throughout. */
const MASK = [
  [0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1],
  [1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0],
  [1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
].flat();

const common = { units: H, recurrentDropout: 0.3 };
const SHAPES = [
  [B, T, D],
  [B, H],
];
const MAKERS: [string, (options: object) => Layer, number[][]][] = [
  ["gru", (options) => gru({ ...common, ...options }), SHAPES],
  ["gru, reset before", (options) => gru({ ...common, resetAfter: false, ...options }), SHAPES],
  ["lstm", (options) => lstm({ ...common, ...options }), [...SHAPES, [B, H]]],
  ["simpleRnn", (options) => simpleRnn({ ...common, ...options }), SHAPES],
  ["bidirectional gru", (options) => bidirectional({ layer: gru({ ...common, ...options }) }), [[B, T, D]]],
];

for (const [name, make, shapes] of MAKERS) {
  test(`${name}: outputs are the same bits, gradients the same to rounding, with masks, directions and initial states`, () => {
    const flags = [false, true];
    for (const returnSequences of flags)
      for (const goBackwards of name.startsWith("bi") ? [false] : flags)
        for (const zeroOutputForMask of flags)
          for (const mask of [undefined, MASK])
            for (const checkpointEvery of [1, 3, 4, 50]) {
              const options = { returnSequences, returnState: true, goBackwards, zeroOutputForMask, checkpointEvery };
              const given = { layer: make(options), shapes, ...(mask ? { mask } : {}) };
              assertSame({ ...given, float: "float64" }, 1e-14);
              assertSame(given, 2e-6);
            }
  });
}

test("with pieces of whole rounds of ⌊256 / B⌋ steps all gradients are the same bits", () => {
  for (const [batch, every, steps] of [
    [8, 32, 150],
    [8, 64, 150],
    [50, 5, 23],
    [1, 256, 600],
  ] as const)
    for (const make of [gru, lstm, simpleRnn]) {
      const layer = make({ units: H, checkpointEvery: every, returnSequences: true });
      assertSame({ layer, shapes: [[batch, steps, D]] }, 0);
    }
});

test("fit with checkpoints gives the weights that fit without gives", async () => {
  const train = async (checkpointEvery: number | null) => {
    const model = sequential(
      [
        layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }),
        gru({ units: 6, returnSequences: true, checkpointEvery }),
        bidirectional({ layer: lstm({ units: 4, checkpointEvery }) }),
        layers.dense({ units: 1 }),
      ],
      { seed: 3 },
    );
    model.compile({ optimizer: "adam", loss: "mse" });
    const history = await model.fit(indices([12, 70], 9), normal([12, 1]), { epochs: 2, batchSize: 4, verbose: 0 });
    return { loss: history.history.loss!, weights: model.getWeights() };
  };
  const [plain, kept] = [await train(null), await train(64)]; // rounds of 64 steps at batches of 4
  assert.deepEqual(kept.loss, plain.loss);
  for (const [i, w] of plain.weights.entries()) assert.deepEqual(kept.weights[i]!.data, w.data);
});

test("a step with checkpoints takes a tenth of the memory", () => {
  const [batch, steps, units] = [2, 4000, 64];
  const { heap } = kernelsFor("float32").memory;
  const usedAfter = (checkpointEvery: number | null) => {
    differentiate({ layer: gru({ units, checkpointEvery }), shapes: [[batch, steps, 1]] }, true);
    return heap.used; // the arena keeps the most that a step has ever taken
  };
  const before = heap.used;
  const kept = usedAfter(64) - before;
  const plain = usedAfter(null) - before;
  const perStep = batch * units * 4;
  assert.ok(plain > 6 * steps * perStep, "the state, four gates and the output of all steps");
  assert.ok(kept < plain / 10, `${kept} bytes of ${plain}`);
});

test("checkpointEvery that cannot be met is an error before anything is computed", async () => {
  const train = (layer: Layer) => {
    const model = sequential([layer]);
    model.compile({ optimizer: "adam", loss: "mse" });
    return model.fit(normal([2, 5, 3]), normal([2, 4]), { verbose: 0 });
  };
  const first = { inputShape: [5, 3] };
  await assert.rejects(train(gru({ units: 4, checkpointEvery: 0, ...first })), {
    message: 'GRU "gru": checkpointEvery must be a whole number of at least 1, got 0',
  });
  await assert.rejects(train(gru({ units: 4, checkpointEvery: 2, activation: "gelu", ...first })), {
    message: /^GRU "gru": checkpointEvery needs gru, lstm or simpleRnn with activations that their kernels have/,
  });
});
