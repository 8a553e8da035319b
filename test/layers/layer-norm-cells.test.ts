/** GRU and LSTM with layerNormalization: PyTorch's numbers, both kernel sets, streams, files, checkpoints and training. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { callbacks, layers, loadModel, ready, sequential, setThreads, tensor, type Layer } from "../../src/index.js";
import { normalizedRecurrent, type NormalizedInputs } from "../../src/ops/normalized-recurrent.js";
import { grad } from "../../src/ops/grad.js";
import { mul, sum, add, type Tensor } from "../../src/ops.js";
import { largestDifference, normal } from "../support/data.js";

const { dense, gru, gruCell, lstm, masking, rnn } = layers;

interface Packed {
  shape: number[];
  data: number[];
}

interface Case {
  cell: "gru" | "lstm";
  mask: number[] | null;
  inputs: Record<string, Packed>;
  outputs: Packed[];
  upstream: Packed[];
  gradients: Record<string, Packed>;
}

const url = new URL("../../../test/fixtures/layer-norm-cells.json", import.meta.url);
const { epsilon, cases } = JSON.parse(readFileSync(url, "utf8")) as { epsilon: number; cases: Case[] };
const NAMES: Record<string, string> = { kernel: "W", recurrentKernel: "U", bias: "b" };

for (const c of cases) {
  for (const [float, tolerance] of [
    ["float64", 1e-12],
    ["float32", 5e-6],
  ] as const) {
    test(`${c.cell}${c.mask ? ", masked" : ""}, ${float}: values and gradients are PyTorch's`, () => {
      const make = ({ data, shape }: Packed) => tensor(data, shape, float);
      const names = Object.keys(c.inputs);
      const mask = c.mask && tensor(Int32Array.from(c.mask), c.outputs[0]!.shape.slice(0, 2));
      const options = {
        ...({ cell: c.cell, activation: "tanh", recurrentActivation: "sigmoid", epsilon } as const),
        reverse: false,
        zeroOutputForMask: false,
      };
      const run = (...tensors: Tensor[]) => {
        const given: Record<string, Tensor | null> = {
          b: null,
          cellGain: null,
          cellBias: null,
          mask,
          stateDropout: null,
        };
        for (const [i, name] of names.entries()) given[NAMES[name] ?? name] = tensors[i]!;
        const { initial0, initial1, ...inputs } = given;
        const initial = [initial0!, ...(initial1 ? [initial1] : [])];
        return normalizedRecurrent(inputs as unknown as NormalizedInputs, initial, options);
      };
      const leaves = names.map((name) => make(c.inputs[name]!));
      for (const [i, y] of run(...leaves).entries()) assertClose(y.data, c.outputs[i]!.data, tolerance, `output ${i}`);
      const loss = (...tensors: Tensor[]) =>
        run(...tensors)
          .map((y, i) => sum(mul(y, make(c.upstream[i]!))))
          .reduce((a, b) => add(a, b));
      const gradients = grad(loss)(...leaves) as unknown as Tensor[];
      for (const [i, name] of names.entries()) {
        assertClose(gradients[i]!.data, c.gradients[name]!.data, tolerance * 10, `gradient of ${name}`);
      }
    });
  }
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  const difference = largestDifference(actual, expected);
  assert.ok(difference <= tolerance * scale, `${what}: off by ${difference}, the largest element is ${scale}`);
}

const [B, T, D, H] = [3, 9, 4, 6];

function network(
  make: (options: object) => Layer,
  options: object,
  front: Layer[] = [],
  dtype: "float32" | "float64" = "float32",
) {
  const inputShape = [null, D];
  const first = front.length > 0 ? {} : { inputShape };
  const layer = make({ units: H, layerNormalization: true, returnSequences: true, ...options, ...first });
  const model = sequential([...front, layer, dense({ units: 2 })], { seed: 3, dtype });
  model.compile({ optimizer: "adam", loss: "mse" });
  return model;
}

const MAKERS: [string, (options: object) => Layer][] = [
  ["gru", (options) => gru({ ...options, units: H })],
  ["lstm", (options) => lstm({ ...options, units: H })],
];
const masked = () => masking({ maskValue: 0, inputShape: [null, D] });
const [x, y] = [normal([B, T, D]), normal([B, T, 2], 2)];
x.data
  .fill(0, 0, 2 * D)
  .fill(0, (T + 3) * D, (T + 5) * D)
  .fill(0, (2 * T + 6) * D, 3 * T * D);

for (const [name, make] of MAKERS) {
  test(`${name}: the kernel is what the cell gives by small operations; checkpoints change nothing`, async () => {
    const variants = [{}, { goBackwards: true, recurrentDropout: 0.3 }, { zeroOutputForMask: true, useBias: false }];
    for (const isMasked of [false, true])
      for (const returnSequences of [true, false])
        for (const options of variants) {
          const train = async (more: object, fit: object = {}) => {
            const front = isMasked ? [masked()] : [];
            const model = network(make, { seed: 5, returnSequences, ...options, ...more }, front, "float64");
            const target = returnSequences ? y : normal([B, 2], 2);
            await model.fit(x, target, { epochs: 2, verbose: 0, ...fit });
            return model.getWeights();
          };
          const plain = await train({});
          // A batch whose gradients are looked at runs by small operations.
          const seen = callbacks.gradientNorms();
          const ways = [await train({}, { callbacks: seen })];
          for (const checkpointEvery of [1, 4]) ways.push(await train({ checkpointEvery }));
          for (const way of ways) {
            for (const [i, w] of plain.entries()) assertClose(way[i]!.data, w.data, 1e-9, `weight ${i}`);
          }
          assert.ok(seen.records.every((r) => r.norms.some((norm) => norm > 0)));
        }
  });

  test(`${name}: streams, files and stateful pieces agree with the whole sequence`, async () => {
    for (const front of [[], [masked()]]) {
      const model = network(make, {}, front);
      await model.fit(x, y, { verbose: 0 });
      const whole = await model.predict(x);
      const read = await loadModel(model.toBytes());
      const stream = read.stream({ batch: B });
      for (let t = 0; t < T; t++) {
        const frame = Float32Array.from(
          { length: B * D },
          (_, i) => x.data[(Math.floor(i / D) * T + t) * D + (i % D)]!,
        );
        const out = stream.step(frame).data;
        for (let row = 0; row < B; row++) {
          for (let j = 0; j < 2; j++) {
            const difference = Math.abs(out[row * 2 + j]! - whole.data[(row * T + t) * 2 + j]!);
            assert.ok(difference < 1e-6, `row ${row}, step ${t}: off by ${difference}`);
          }
        }
      }
      assert.deepEqual((await read.predict(x)).data, whole.data);
    }
  });

  test(`${name}: carried states in pieces, the same bits on any number of threads`, async () => {
    const model = network(make, {});
    await model.fit(x, y, { tbptt: 4, verbose: 0 });
    const [whole, pieces] = [await model.evaluate(x, y), await model.evaluate(x, y, { tbptt: 2 })];
    assert.ok(Math.abs(whole.loss! - pieces.loss!) < 1e-6);

    const wide = async () => {
      const model = sequential([make({ layerNormalization: true, inputShape: [null, 8] }), dense({ units: 1 })], {
        seed: 1,
      });
      model.compile({ optimizer: "adam", loss: "mse" });
      await model.fit(normal([40, 50, 8]), normal([40, 1]), { epochs: 2, batchSize: 20, verbose: 0 });
      return model.getWeights();
    };
    const one = await wide();
    await setThreads(3);
    const three = await wide();
    await setThreads(1);
    for (const [i, w] of one.entries()) assert.deepEqual(three[i]!.data, w.data, `weight ${i}`);
  });
}

test("what the option adds: weights, configuration; what it cannot be", async () => {
  const [a, b] = [
    gru({ units: 4, layerNormalization: true, inputShape: [null, 3] }),
    lstm({ units: 4, layerNormalization: true, inputShape: [null, 3] }),
  ];
  const shapes = (layer: Layer) => {
    sequential([layer]);
    return Object.fromEntries(layer.parameters.map((p) => [p.name, p.shape]));
  };
  assert.deepEqual(shapes(a), { kernel: [3, 12], recurrentKernel: [4, 12], gains: [2, 12], bias: [2, 12] });
  assert.deepEqual(shapes(b), {
    kernel: [3, 16],
    recurrentKernel: [4, 16],
    gains: [2, 16],
    cellGain: [4],
    cellBias: [4],
    bias: [16],
  });
  assert.equal(a.getConfig().layerNormalization, true);
  await ready();
  const before = sequential([
    gru({ units: 2, resetAfter: false, layerNormalization: true, name: "g", inputShape: [3, 2] }),
  ]);
  before.compile({ optimizer: "adam", loss: "mse" });
  await assert.rejects(before.fit(normal([2, 3, 2]), normal([2, 2]), { verbose: 0 }), {
    message: /layerNormalization is defined for resetAfter: true, the form of Ba et al\. \(2016\)$/,
  });
  const cell = sequential([rnn({ cell: gruCell({ units: 2, layerNormalization: true }), inputShape: [3, 2] })], {
    seed: 1,
  });
  const layer = sequential([gru({ units: 2, layerNormalization: true, inputShape: [3, 2] })], { seed: 1 });
  assert.deepEqual((await cell.predict(normal([2, 3, 2]))).data, (await layer.predict(normal([2, 3, 2]))).data);
});
