// PyTorch: files that torch itself saved give torch's outputs; what is exported comes back bit for bit; nothing is ever run.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { layers, Random, sequential, tensor, type Model } from "sluice";
import { fromPyTorch, type FromPyTorchOptions } from "../../src/interop/pytorch/from-pytorch.js";
import { toPyTorch } from "../../src/interop/pytorch/to-pytorch.js";

interface Case {
  name: string;
  file: string;
  options: FromPyTorchOptions;
  x: number[][] | number[][][];
  shape: number[];
  y: number[];
}

const fixture = JSON.parse(readFileSync("test/fixtures/torch-interop.json", "utf8")) as {
  cases: Case[];
  module: string;
};
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

describe("files of torch.save", () => {
  for (const { name, file, options, x, shape, y } of fixture.cases) {
    test(`${name} gives torch's outputs`, async () => {
      const model = await fromPyTorch(bytesOf(file), options);
      const output = await model.predict(x);
      assert.deepEqual([...output.shape], shape);
      const largest = Math.max(...y.map((value, i) => Math.abs(value - output.data[i]!)));
      assert.ok(largest < 1e-5, `differs by ${largest}`);
    });
  }

  test("a whole module is refused: loading it would run code", async () => {
    await assert.rejects(fromPyTorch(bytesOf(fixture.module)), /pickle, byte \d+: refused: the file names torch\.nn\./);
  });
});

const CELLS = { gru: layers.gru, lstm: layers.lstm, simpleRnn: layers.simpleRnn };

/** A model of every kind that PyTorch can hold. */
function draw(
  cell: "gru" | "lstm" | "simpleRnn",
  units: number[],
  both: boolean,
  useBias: boolean,
  head: number,
): Model {
  const recurrent = units.map((H, i) => {
    const layer = CELLS[cell]({ units: H, useBias, returnSequences: i < units.length - 1, name: `rnn${i}` });
    return both ? layers.bidirectional({ layer, name: `both${i}` }) : layer;
  });
  const rest = [...recurrent, layers.dense({ units: head, name: "head" })];
  return sequential([layers.embedding({ inputDim: 7, outputDim: 3, inputShape: [null], name: "emb" }), ...rest], {
    seed: 3,
  });
}

test("a model that goes to PyTorch's names and comes back has the same bits", async () => {
  const cell = fc.constantFrom("gru" as const, "lstm" as const, "simpleRnn" as const);
  const units = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
  const model = fc.tuple(cell, units, fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 4 }));
  await fc.assert(
    fc.asyncProperty(model, async (drawn) => {
      const before = draw(...drawn);
      const random = new Random(5);
      before.setWeights(
        before.getWeights().map((w) =>
          tensor(
            Float32Array.from(w.data, () => random.uniform() - 0.5),
            w.shape,
          ),
        ),
      );
      // The LSTM's and the RNN's two biases come back as their sum, which is the one that went, plus 0.
      const after = await fromPyTorch(toPyTorch(before).weights);
      assert.deepEqual(
        after.getWeights().map(({ data }) => data),
        before.getWeights().map(({ data }) => data),
      );
    }),
    { numRuns: 40 },
  );
});

describe("what PyTorch has no form for is named", () => {
  const first = { inputShape: [null, 3] };
  const refusals: [string, Model, RegExp][] = [
    ["reset before", sequential([layers.gru({ units: 2, resetAfter: false, ...first })]), /GRU "gru.*": PyTorch's GRU applies the reset gate after/],
    ["hard sigmoid", sequential([layers.lstm({ units: 2, recurrentActivation: "hardSigmoid", ...first })]), /knows tanh.*hardSigmoid/],
    ["merge mode", sequential([layers.bidirectional({ layer: layers.gru({ units: 2 }), mergeMode: "sum", ...first })]), /"concat" only, got "sum"/],
    ["masking", sequential([layers.masking({ ...first }), layers.gru({ units: 2 })]), /Masking.*has no form in PyTorch/],
  ]; // prettier-ignore
  for (const [name, model, message] of refusals) {
    test(name, async () => {
      await model.predict([[[1, 2, 3]]]);
      assert.throws(() => toPyTorch(model), message);
    });
  }
});

describe("bad files", () => {
  const good = bytesOf(fixture.cases[0]!.file);

  test("cut off at every byte: one clear error each", async () => {
    for (let length = 0; length < good.length; length++) {
      await assert.rejects(fromPyTorch(good.slice(0, length)), { name: "SluiceError" }, `cut at ${length}`);
    }
  });

  test("2,000 files with bytes changed: read, or one clear error", async () => {
    const random = new Random(11);
    for (let i = 0; i < 2000; i++) {
      const bad = good.slice();
      for (let k = 0; k <= random.below(3); k++) bad[random.below(bad.length)] = random.below(256);
      try {
        await fromPyTorch(bad);
      } catch (error) {
        assert.equal((error as Error).name, "SluiceError", `mutation ${i}: ${(error as Error).stack}`);
      }
    }
  });

  test("sizes that do not fit together name both modules", async () => {
    const model = sequential([
      layers.gru({ units: 2, inputShape: [null, 3], name: "gru" }),
      layers.dense({ units: 2, name: "a" }),
    ]);
    await model.predict([[[1, 2, 3]]]);
    const { weights } = toPyTorch(model);
    await assert.rejects(
      fromPyTorch(weights, { order: ["a", "gru"] }),
      /module "gru" takes 3 and does not fit behind "a", which gives 2/,
    );
    await assert.rejects(fromPyTorch(weights, { order: ["a"] }), /order must name each of "gru", "a" once/);
  });
});
