/** Files that are cut off, damaged or hostile: always one SluiceError that says where. */
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { modelBytes, nodeProto, tensorProto, valueInfo } from "../../src/interop/onnx/build.js";
import { fromOnnx } from "../../src/interop/onnx/from-onnx.js";
import type { GraphProto, TensorProto } from "../../src/interop/onnx/messages.js";
import { tensor } from "../../src/tensor/make.js";
import { SluiceError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";
import { mutate } from "../support/mutate.js";
import { smallOnnxFiles } from "../support/onnx-files.js";

const [lstm, choice] = smallOnnxFiles();

/** What the model gives, or the error's message. */
async function outcome(bytes: Uint8Array, inputs = lstm!.inputs): Promise<string> {
  try {
    const results = await (await fromOnnx(bytes)).predict(inputs);
    return Object.values(results)
      .map(({ data }) => Array.from(data).join(" "))
      .join("; ");
  } catch (error) {
    assert.ok(error instanceof SluiceError, `${(error as Error).stack}`);
    return `error: ${error.message}`;
  }
}

test("cut off at every byte: refused", async () => {
  for (const { bytes, inputs } of [lstm!, choice!]) {
    for (let length = 0; length < bytes.length; length++) {
      assert.match(await outcome(bytes.subarray(0, length), inputs), /^error: fromOnnx: bytes: /, `${length} bytes`);
    }
  }
});

test("2,000 damaged files: refused or computed", async () => {
  for (let round = 0; round < 2000; round++) {
    const { bytes, inputs } = [lstm!, choice!][round % 2]!;
    await outcome(mutate(bytes, new Random(round)), inputs);
  }
});

const graphOf = (changes: GraphProto): Uint8Array =>
  modelBytes(
    {
      node: [nodeProto("Add", ["x", "w"], ["y"])],
      initializer: [tensorProto("w", "float32", [1, 2], [2])],
      input: [valueInfo("x", "float32", [2])],
      output: [valueInfo("y", "float32", [2])],
      ...changes,
    },
    17,
    { name: "test", version: "1" },
  );
const weight = (changes: Partial<TensorProto>): Uint8Array =>
  graphOf({ initializer: [{ ...tensorProto("w", "float32", [1, 2], [2]), ...changes }] });
const x = { x: tensor([1, 2]) };

const refused: [what: string, bytes: Uint8Array, message: RegExp][] = [
  ["no bytes", new Uint8Array(0), /holds no graph; is it an ONNX file\?/],
  ["no ONNX", new TextEncoder().encode('{"format": "json"}'), /offset \d+: no ONNX ModelProto, or cut off/],
  ["a length beyond the file", Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 1]), /offset \d+: .*graph claims 2147483647 bytes, 1 are left/],
  ["a negative dimension", weight({ dims: Float64Array.of(-2) }), /tensor "w": dimensions \[-2\]/],
  ["a huge dimension", weight({ dims: Float64Array.of(2 ** 40) }), /tensor "w": dimensions/],
  ["huge dimensions", weight({ dims: Float64Array.of(2 ** 20, 2 ** 20) }), /tensor "w": dimensions/],
  ["fewer bytes than the shape holds", weight({ dims: Float64Array.of(3) }), /tensor "w": shape \[3\] holds 3 elements, the file has 2 \(8 bytes/],
  ["strings", weight({ data_type: 8 }), /tensor "w": elements of STRING are not supported/],
  ["an unknown operator", graphOf({ node: [nodeProto("Frobnicate", ["x", "w"], ["y"], {}, "odd")] }), /operators that are not known: node "odd" \(Frobnicate\)/],
  ["an operator of another domain", graphOf({ node: [{ ...nodeProto("Add", ["x", "w"], ["y"]), domain: "com.x" }] }), /\(com\.x\.Add\)/],
  ["an attribute that is not known", graphOf({ node: [nodeProto("Add", ["x", "w"], ["y"], { axis: 1 })] }), /node "y" \(Add\): the attribute axis is not known/],
  ["too many inputs", graphOf({ node: [nodeProto("Add", ["x", "w", "w"], ["y"])] }), /node "y" \(Add\): expected 2 inputs, got 3/],
  ["a name that nothing computes", graphOf({ node: [nodeProto("Add", ["x", "q"], ["y"])] }), /nothing computes its input "q"/],
  ["a name computed twice", graphOf({ node: [nodeProto("Relu", ["x"], ["y"]), nodeProto("Relu", ["w"], ["y"])] }), /"y" is defined twice/],
  ["a cycle", graphOf({ node: [nodeProto("Add", ["x", "b"], ["a"]), nodeProto("Relu", ["a"], ["b"]), nodeProto("Relu", ["b"], ["y"])] }), /the graph has a cycle/],
  ["an output that nothing computes", graphOf({ output: [valueInfo("z", "float32", [2])] }), /nothing computes its output "z"/],
  ["an unknown opset", modelBytes({}, 99, { name: "", version: "" }), /opset 99; known are 7 to/],
]; // prettier-ignore

for (const [what, bytes, message] of refused) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(
      fromOnnx(bytes),
      (error: Error) => error instanceof SluiceError && message.test(error.message),
    );
  });
}

test("deep nesting is refused before the stack ends", async () => {
  let graph: GraphProto = {
    name: "g",
    node: [nodeProto("Relu", ["x"], ["g0"])],
    output: [valueInfo("g0", "float32", null)],
  };
  for (let i = 1; i < 400; i++) {
    graph = {
      name: "g",
      node: [nodeProto("If", ["x"], [`g${i}`], { then_branch: graph })],
      output: [valueInfo(`g${i}`, "float32", null)],
    };
  }
  await assert.rejects(
    fromOnnx(modelBytes(graph, 17, { name: "", version: "" })),
    /messages within messages, more than 100 deep/,
  );
});

for (const location of ["../secret.bin", "/etc/passwd", "a/../../b", "C:\\b", "http://host/b", "%2e%2e/b", ""]) {
  test(`external data in ${JSON.stringify(location)}: refused`, async () => {
    const bytes = weight({ data_location: 1, external_data: [{ key: "location", value: location }] });
    const { raw_data: _, ...bare } = tensorProto("w", "float32", [1, 2], [2]);
    assert.ok(bare.dims);
    await assert.rejects(
      fromOnnx(bytes),
      /tensor "w": refused: its data is in .* not a path within the model's folder/,
    );
  });
}

test("external data beside the model is read, with offset and length, and only within the file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "onnx-"));
  try {
    writeFileSync(join(folder, "w.bin"), new Uint8Array(Float32Array.of(9, 10, 20).buffer));
    const write = (length: string) => {
      const w: TensorProto = {
        dims: Float64Array.of(2),
        data_type: 1,
        name: "w",
        data_location: 1,
        external_data: [{ key: "location", value: "w.bin" }, { key: "offset", value: "4" }, { key: "length", value: length }], // prettier-ignore
      };
      writeFileSync(join(folder, "model.onnx"), graphOf({ initializer: [w] }));
      return fromOnnx(join(folder, "model.onnx"));
    };
    assert.deepEqual((await (await write("8")).predict(x)).y!.toArray(), [11, 22]);
    await assert.rejects(write("12"), /tensor "w": bytes 4 to 16 of "w.bin", which has 12/);
    await assert.rejects(write("-1"), /external length "-1"/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("inputs that do not fit are named", async () => {
  const model = await fromOnnx(graphOf({}));
  await assert.rejects(model.predict({}), /predict: input "x" is missing; it is float32 \[2\]/);
  await assert.rejects(model.predict({ x: [1, 2, 3] }), /predict: input "x" must be \[2\], got \[3\]/);
  await assert.rejects(model.predict({ ...x, z: [1] }), /predict: unknown option "z"/);
  const ragged = await fromOnnx(lstm!.bytes);
  const bad = { ...lstm!.inputs, lens: tensor([3, 4], [2], "int32") };
  await assert.rejects(ragged.predict(bad), /node "lstm" \(LSTM\): sequence_lens\[1\] is 4, expected 0 to 3/);
  await assert.rejects(
    ragged.predict({ ...lstm!.inputs, lens: [0.5, 1] }),
    /input "lens" must be int32: whole numbers/,
  );
});

test("a small file that asks for a huge result is refused", async () => {
  const bytes = graphOf({
    node: [nodeProto("Expand", ["x", "shape"], ["y"])],
    initializer: [tensorProto("shape", "int64", [2 ** 20, 2 ** 20, 2], [3])],
  });
  assert.match(await outcome(bytes, x), /node "y" \(Expand\): a result of shape .* is beyond the limit/);
});
