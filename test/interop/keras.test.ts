// Keras: files that Keras 3 itself saved give Keras's outputs, in every form and convention; what is code is refused.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { tensor, type Model } from "sluice";
import { fromKeras } from "../../src/interop/keras/from-keras.js";
import { inspectKeras } from "../../src/interop/keras/inspect-keras.js";
import { kerasFixture, type Values } from "./keras-fixture.js";

const { cases, bytesOf } = kerasFixture();

async function outputsOf(model: Model, inputs: readonly Values[], calls = 1) {
  const x = inputs.map(({ data, shape, dtype }) =>
    tensor(dtype === "int32" ? Int32Array.from(data) : Float32Array.from(data), shape),
  );
  for (let i = 1; i < calls; i++) await model.predictAll(x);
  return model.predictAll(x);
}

function largestDifference(came: ArrayLike<number>, expected: readonly number[]): number {
  assert.equal(came.length, expected.length);
  return expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - came[i]!)), 0);
}

describe("files of Keras 3", () => {
  for (const { file, inputs, outputs, calls, architecture } of cases) {
    test(`${file} gives Keras's outputs`, async () => {
      const model = await fromKeras(bytesOf(file), architecture ? { architecture } : {});
      const came = await outputsOf(model, inputs, calls);
      assert.equal(came.length, outputs.length);
      for (const [i, { data, shape }] of outputs.entries()) {
        assert.deepEqual([...came[i]!.shape], shape, `output ${i}`);
        const largest = largestDifference(came[i]!.data, data);
        assert.ok(largest < 1e-5, `output ${i} differs by ${largest}`);
      }
    });
  }

  test("the names of layers are kept", async () => {
    const model = await fromKeras(bytesOf("gru_after_sigmoid.keras"));
    assert.ok(model.layers.some(({ name }) => name === "first layer"));
  });

  test("Lambda and custom objects are named and refused", async () => {
    await assert.rejects(fromKeras(bytesOf("lambda.keras")), /SluiceError: .*Lambda "twice": a Lambda layer is code/);
    await assert.rejects(fromKeras(bytesOf("custom.keras")), /SluiceError: .*Own "own": a custom object/);
  });

  test("inspectKeras tells the conventions, the weights and what would be refused", async () => {
    const gru = await inspectKeras(bytesOf("gru_before_sigmoid.keras"));
    assert.equal(gru.format, "keras");
    assert.match(gru.version, /^3\./);
    assert.deepEqual(
      gru.architecture!.map(({ className }) => className),
      ["InputLayer", "GRU", "GRU", "Dense"],
    );
    assert.ok(gru.conventions.includes("first layer: reset gate before the product"));
    assert.ok(gru.weights.some(({ name, shape }) => name === "layers/gru/cell/vars/0" && shape.join() === "2,9"));
    assert.deepEqual(gru.unsupported, []);
    assert.match((await inspectKeras(bytesOf("custom.keras"))).unsupported[0]!, /Own "own": a custom object/);
    assert.deepEqual((await inspectKeras(bytesOf("functional.keras"))).unsupported, []);
    assert.equal((await inspectKeras(bytesOf("gru_after_sigmoid.weights.h5"))).architecture, null);
  });

  test("weights alone need an architecture", async () => {
    await assert.rejects(
      fromKeras(bytesOf("gru_after_sigmoid.weights.h5")),
      /holds weights alone; .*option "architecture"/,
    );
  });
});

const PRETRAINED = "../shared/data/pretrained";

describe(
  "files that others trained",
  { skip: existsSync(PRETRAINED) ? false : `${PRETRAINED} is not here: three files are not read` },
  () => {
    for (const path of ["traffic-keras-h5/gru.h5", "traffic-keras-h5/lstm.h5", "qqq-keras3/lstm_model.keras"]) {
      test(`${path} gives ONNX Runtime's outputs`, async () => {
        const model = await fromKeras(`${PRETRAINED}/${path}`);
        const expected = JSON.parse(
          readFileSync(`${PRETRAINED}/${path.replace(/\.\w+$/, ".expected.json")}`, "utf8"),
        ) as {
          inputs: { data: number[]; dims: number[] }[];
          outputs: { data: number[] }[];
        };
        const { data, dims } = expected.inputs[0]!;
        const y = await model.predict(tensor(Float32Array.from(data), dims));
        assert.ok(largestDifference(y.data, expected.outputs[0]!.data) < 1e-5);
      });
    }
  },
);
