/** What a model read from ONNX is beside its numbers: lazy weights, remembered constants, given weights, ONNX's names, a summary. */
import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { tensor } from "sluice";
import { halfToNumber } from "../../src/interop/onnx/tensor-proto.js";
import { modelBytes, nodeProto, tensorProto, valueInfo } from "../../src/interop/onnx/build.js";
import { fromOnnx } from "../../src/interop/onnx/from-onnx.js";
import type { TensorProto } from "../../src/interop/onnx/messages.js";
import { encode, decode } from "../../src/interop/onnx/protobuf.js";
import { largestDifference } from "../support/data.js";
import { runtime, type Fed } from "../oracles/onnx-runtime.js";

const producer = { name: "test", version: "1" };

test("reading copies no weights: 40 MB take next to no memory beyond the file", async () => {
  const n = 10_000_000;
  const bytes = modelBytes(
    {
      node: [nodeProto("Add", ["x", "w"], ["y"])],
      initializer: [tensorProto("w", "float32", new Float32Array(n), [n])],
      input: [valueInfo("x", "float32", [1])],
      output: [valueInfo("y", "float32", [n])],
    },
    17,
    producer,
  );
  const before = process.memoryUsage().arrayBuffers;
  const model = await fromOnnx(bytes);
  assert.ok(process.memoryUsage().arrayBuffers - before < 0.2 * bytes.length);
  assert.equal(model.graph.initializers.get("w")!.shape[0], n);
});

const weighted = modelBytes(
  {
    node: [
      nodeProto("Mul", ["w", "two"], ["twice"]),
      nodeProto("Add", ["x", "twice"], ["y"]),
      nodeProto("Shape", ["x"], ["size"]),
      nodeProto("Greater", ["x", "w"], ["above"]),
    ],
    initializer: [tensorProto("w", "float32", [1, 2], [2]), tensorProto("two", "float32", [2], [])],
    input: [valueInfo("x", "float32", ["batch", 2]), valueInfo("w", "float32", [2])],
    output: [
      valueInfo("y", "float32", null),
      valueInfo("size", "int64", null),
      valueInfo("above", "bool", null),
      valueInfo("w", "float32", null),
    ],
  },
  17,
  producer,
);

test("names, types and shapes as ONNX has them; integers and bool come as int32", async () => {
  const model = await fromOnnx(weighted);
  assert.deepEqual(model.inputs, [{ name: "x", type: "float32", shape: ["batch", 2] }]);
  assert.deepEqual(model.outputs, ["y", "size", "above", "w"]);
  const { y, size, above } = await model.predict({ x: [[1, 5]] });
  assert.deepEqual([y!.toArray(), size!.toArray(), above!.toArray()], [[[3, 9]], [1, 2], [[0, 1]]]);
  assert.deepEqual([y!.dtype, size!.dtype, above!.dtype], ["float32", "int32", "int32"]);
  assert.match(
    model.summary(),
    /x float32 \[batch, 2\][\s\S]*node "y" \(Add\): x, twice → y[\s\S]*weights: 2 tensors, 3 numbers/,
  );
});

test("weights that are inputs too can be given anew, and what was remembered of the stored ones does not stay", async () => {
  const model = await fromOnnx(weighted);
  const y = async (more: object) => (await model.predict({ x: [[1, 5]], ...more })).y!.toArray();
  assert.deepEqual(await y({}), [[3, 9]]);
  assert.deepEqual(await y({ w: [10, 20] }), [[21, 45]]);
  assert.deepEqual(await y({}), [[3, 9]]);
});

test("an output that is a weight is the user's to change", async () => {
  const model = await fromOnnx(weighted);
  (await model.predict({ x: [[1, 5]] })).w!.data.fill(9);
  assert.deepEqual((await model.predict({ x: [[1, 5]] })).w!.toArray(), [1, 2]);
});

/** Each element type as raw bytes and in the field of its own. */
const VALUES: [code: number, raw: Uint8Array, fields: TensorProto, expected: number[]][] = [
  [1, new Uint8Array(Float32Array.of(1.5, -2).buffer), { float_data: Float32Array.of(1.5, -2) }, [1.5, -2]],
  [2, Uint8Array.of(3, 255), { int32_data: Int32Array.of(3, 255) }, [3, 255]],
  [3, Uint8Array.of(3, 255), { int32_data: Int32Array.of(3, -1) }, [3, -1]],
  [5, new Uint8Array(Int16Array.of(3, -300).buffer), { int32_data: Int32Array.of(3, -300) }, [3, -300]],
  [6, new Uint8Array(Int32Array.of(3, -70000).buffer), { int32_data: Int32Array.of(3, -70000) }, [3, -70000]],
  [7, new Uint8Array(BigInt64Array.of(3n, -(2n ** 40n)).buffer), { int64_data: Float64Array.of(3, -(2 ** 40)) }, [3, -(2 ** 40)]],
  [9, Uint8Array.of(0, 1), { int32_data: Int32Array.of(0, 1) }, [0, 1]],
  [10, new Uint8Array(Uint16Array.of(0x3e00, 0xc000).buffer), { int32_data: Int32Array.of(0x3e00, 0xc000) }, [1.5, -2]],
  [11, new Uint8Array(Float64Array.of(0.1, -2).buffer), { double_data: Float64Array.of(0.1, -2) }, [0.1, -2]],
  [12, new Uint8Array(Uint32Array.of(3, 2 ** 32 - 1).buffer), { uint64_data: Float64Array.of(3, 2 ** 32 - 1) }, [3, 2 ** 32 - 1]],
  [16, new Uint8Array(Uint16Array.of(0x3fc0, 0xc000).buffer), { int32_data: Int32Array.of(0x3fc0, 0xc000) }, [1.5, -2]],
]; // prettier-ignore

for (const [code, raw, fields, expected] of VALUES) {
  test(`elements of type ${code}, raw at any offset and in their field`, async () => {
    for (const content of [{ raw_data: raw }, fields]) {
      for (const pad of ["", "a", "ab", "abc"]) {
        const w: TensorProto = { dims: Float64Array.of(2), data_type: code, name: `w${pad}`, ...content };
        const graph = { initializer: [w], output: [valueInfo(w.name!, "float32", [2])] };
        const result = (await (await fromOnnx(modelBytes(graph, 17, producer))).predict({}))[w.name!]!;
        assert.deepEqual(Array.from(result.data), expected);
      }
    }
  });
}

test("half precision: zero, subnormal, normal, infinite", () => {
  const numbers = [0, 0x8000, 1, 0x3ff, 0x400, 0x3c00, 0x7bff, 0x7c00, 0xfc00].map(halfToNumber);
  assert.deepEqual(numbers, [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, 65504, Infinity, -Infinity]);
  assert.ok(Number.isNaN(halfToNumber(0x7e00)));
});

test("messages come back as they were written, and unpacked numbers are read like packed ones", () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger()), fc.string({ unit: "grapheme" }), fc.uint8Array(), (ints, name, raw) => {
      const message = { dims: Float64Array.from(ints), name, raw_data: raw };
      const back = decode<TensorProto>(encode("TensorProto", message), "TensorProto", "t");
      assert.deepEqual([Array.from(back.dims!), back.name, Array.from(back.raw_data!)], [ints, name, Array.from(raw)]);
    }),
  );
  const unpacked = decode<TensorProto>(Uint8Array.of(0x08, 3, 0x08, 0x96, 0x01), "TensorProto", "t");
  assert.deepEqual(Array.from(unpacked.dims!), [3, 150]);
});

const SILERO = "../shared/data/pretrained/silero-vad/silero_vad_16k_op15.onnx";
const absent = existsSync(SILERO) ? false : `${SILERO} is absent: the real net is not run`;
test("Silero's voice activity net, an LSTM within If within If, over eight chunks", { skip: absent }, async () => {
  const { readFileSync } = await import("node:fs");
  const model = await fromOnnx(SILERO);
  const file = new Uint8Array(readFileSync(SILERO));
  let [theirs, ours] = [Array.from(new Float32Array(256)), tensor(new Float32Array(256), [2, 1, 128])];
  for (let chunk = 0; chunk < 8; chunk++) {
    const x = Float32Array.from({ length: 576 }, (_, i) => 0.3 * Math.sin(0.001 * i * i + chunk));
    const feeds: Record<string, Fed> = {
      input: { type: "float32", shape: [1, 576], data: x },
      state: { type: "float32", shape: [2, 1, 128], data: theirs },
      sr: { type: "int64", shape: [], data: [16000] },
    };
    const expected = await runtime(file, feeds);
    const result = await model.predict({ input: tensor(x, [1, 576]), state: ours, sr: 16000 });
    assert.ok(largestDifference(result.output!.data, expected.output!.data) < 1e-5);
    assert.ok(largestDifference(result.stateN!.data, expected.stateN!.data) < 2e-5);
    [theirs, ours] = [expected.stateN!.data, result.stateN!];
  }
});
