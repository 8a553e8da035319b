/** The recurrent node tests of the ONNX project itself, opset 22 and those of ONNX 1.12. */
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import "../../src/default-kernels.js";
import { fromOnnx } from "../../src/interop/onnx/from-onnx.js";
import { decode } from "../../src/interop/onnx/protobuf.js";
import { StoredTensor } from "../../src/interop/onnx/tensor-proto.js";
import type { TensorProto } from "../../src/interop/onnx/messages.js";
import { tensor } from "../../src/tensor/make.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { largestDifference } from "../support/data.js";

const FOLDER = "../shared/data/onnx-node-tests";

function readTensor(path: string): Tensor {
  const { data, shape } = new StoredTensor(decode<TensorProto>(readFileSync(path), "TensorProto", path), path);
  return tensor(data, shape);
}

const files = (folder: string, kind: string) =>
  readdirSync(folder)
    .filter((name) => name.startsWith(kind))
    .sort();

if (!existsSync(FOLDER)) test(`node tests of ONNX: left out, ${FOLDER} is not there`, { skip: true });
else {
  for (const version of ["latest", "onnx-1.12"]) {
    for (const name of readdirSync(join(FOLDER, version)).filter((name) => name.startsWith("test_"))) {
      test(`${version} ${name}: every output within 1e-5`, async () => {
        const folder = join(FOLDER, version, name);
        const data = join(folder, "test_data_set_0");
        const model = await fromOnnx(join(folder, "model.onnx"));
        const given = files(data, "input_").map((file) => readTensor(join(data, file)));
        const inputs = Object.fromEntries(model.inputs.map((input, i) => [input.name, given[i]!]));
        const results = await model.predict(inputs);
        const expected = files(data, "output_").map((file) => readTensor(join(data, file)));
        assert.equal(expected.length, model.outputs.length);
        for (const [i, output] of model.outputs.entries()) {
          assert.deepEqual(results[output]!.shape, expected[i]!.shape);
          assert.ok(largestDifference(results[output]!.data, expected[i]!.data) < 1e-5);
        }
      });
    }
  }
}
