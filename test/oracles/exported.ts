/** A model against its own ONNX file in ONNX Runtime. */
import type { Graph, Tensor } from "sluice";
import { toOnnx, type ToOnnxOptions } from "../../src/interop/onnx/write/to-onnx.js";
import { Random } from "../../src/util/random.js";
import { normal } from "../../src/util/normal.js";
import { difference, runtime, type Fed } from "./onnx-runtime.js";

export const fedOf = ({ dtype, shape, data }: Tensor): Fed => ({ type: dtype === "int32" ? "int32" : "float32", shape, data }); // prettier-ignore

/** The largest difference of all outputs, in the model's order; Infinity where shapes differ. */
export async function apart(
  model: Graph,
  inputs: Record<string, Tensor>,
  options: ToOnnxOptions = {},
  more: Record<string, Fed> = {},
): Promise<number> {
  const expected = await model.predictAll(inputs);
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, fedOf(value)]));
  const results = Object.values(await runtime(toOnnx(model, options), { ...feeds, ...more }));
  if (results.length !== expected.length) throw new Error(`${results.length} outputs for ${expected.length}`);
  const differences = expected.map(({ shape, data }, i) => {
    if (String(shape) !== String(results[i]!.shape)) return Infinity;
    return results[i]!.data.reduce(
      (most, v, j) => Math.max(most, Math.abs(v - data[j]!) / Math.max(1, Math.abs(v))),
      0,
    );
  });
  return Math.max(...differences);
}

/** The same file read back: the largest difference from ONNX Runtime. */
export function apartWhenRead(
  model: Graph,
  inputs: Record<string, Tensor>,
  options: ToOnnxOptions = {},
): Promise<number> {
  return difference(
    toOnnx(model, options),
    Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, fedOf(value)])),
  );
}

/**
 * Every weight drawn anew, biases too: zeros would hide where they go. Matrices are scaled by their rows, so that what unbounded
 * activations feed back does not grow until rounding shows.
 */
export function shake<M extends Graph>(model: M, seed = 5): M {
  const random = new Random(seed);
  for (const p of model.parameters) {
    const scale = p.rank === 2 && p.name !== "bias" ? 0.7 / Math.sqrt(p.shape[0]!) : 0.5;
    p.assign(Float32Array.from({ length: p.size }, () => scale * normal(random)));
  }
  return model;
}
