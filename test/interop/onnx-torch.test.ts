/** Files that torch.onnx wrote: computed as graphs, and made into ordinary models, they give PyTorch's outputs. */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { tensor, type Tensor } from "sluice";
import { fromOnnx } from "../../src/interop/onnx/from-onnx.js";
import { largestDifference } from "../support/data.js";

interface Case {
  name: string;
  file: string;
  x: number[];
  xShape: number[];
  int: boolean;
  y: number[];
  yShape: number[];
}
const { cases } = JSON.parse(readFileSync("test/fixtures/torch-onnx.json", "utf8")) as { cases: Case[] };

/** [T, B, …] ↔ [B, T, …] */
function swapped({ data, shape, dtype }: Tensor): Tensor {
  const [a, b] = shape as [number, number];
  const inner = data.length / a / b;
  const out = data.slice();
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++)
      out.set(data.subarray((i * b + j) * inner, (i * b + j + 1) * inner), (j * a + i) * inner);
  }
  return tensor(out, [b, a, ...shape.slice(2)], dtype);
}

describe("files of torch.onnx", () => {
  for (const { name, file, x, xShape, int, y, yShape } of cases) {
    const given = tensor(x, xShape, int ? "int32" : "float32");
    const timeFirst = name.includes("time first");

    test(`${name}: computed as it is`, async () => {
      const model = await fromOnnx(new Uint8Array(Buffer.from(file, "base64")));
      const result = (await model.predict({ x: given })).y!;
      assert.deepEqual(result.shape, yShape);
      assert.ok(largestDifference(result.data, y) < 1e-6);
    });

    test(`${name}: as a model of layers`, async () => {
      const model = (await fromOnnx(new Uint8Array(Buffer.from(file, "base64")))).toModel();
      const result = await model.predict(timeFirst ? swapped(given) : given);
      const ordered = timeFirst ? swapped(result) : result;
      assert.deepEqual(ordered.shape, yShape);
      assert.ok(largestDifference(ordered.data, y) < 1e-6);
    });
  }
});
