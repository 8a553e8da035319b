/** The same ONNX file through ONNX Runtime and through this library. */
import * as ort from "onnxruntime-web";
import { fromOnnx } from "../../src/interop/onnx/from-onnx.js";
import type { GraphProto, NodeProto, TensorProto } from "../../src/interop/onnx/messages.js";
import { modelBytes, tensorProto, valueInfo, type ElementType } from "../../src/interop/onnx/build.js";
import { tensor } from "../../src/tensor/make.js";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

export interface Fed {
  type: ElementType;
  shape: readonly number[];
  data: ArrayLike<number>;
}

export interface Case {
  nodes: NodeProto[];
  feeds: Record<string, Fed>;
  weights?: TensorProto[];
  outputs: Record<string, ElementType>;
  opset?: number;
}

export const floats = (data: ArrayLike<number>, shape: readonly number[] = [data.length]): Fed => ({
  type: "float32",
  shape,
  data,
});
export const longs = (data: number[], shape: readonly number[] = [data.length]): Fed => ({
  type: "int64",
  shape,
  data,
});
export const weight = (name: string, { type, data, shape }: Fed): TensorProto => tensorProto(name, type, data, shape);

export function bytesOf({ nodes, feeds, weights = [], outputs, opset = 17 }: Case): Uint8Array {
  const graph: GraphProto = {
    node: nodes,
    initializer: weights,
    input: Object.entries(feeds).map(([name, { type, shape }]) => valueInfo(name, type, shape)),
    output: Object.entries(outputs).map(([name, type]) => valueInfo(name, type, null)),
  };
  return modelBytes(graph, opset, { name: "test", version: "1" });
}

const ARRAYS = {
  float32: (data: ArrayLike<number>) => Float32Array.from(data),
  float64: (data: ArrayLike<number>) => Float64Array.from(data),
  int32: (data: ArrayLike<number>) => Int32Array.from(data),
  int64: (data: ArrayLike<number>) => BigInt64Array.from(Array.from(data, BigInt)),
  bool: (data: ArrayLike<number>) => Uint8Array.from(data),
};

export async function runtime(
  bytes: Uint8Array,
  feeds: Record<string, Fed>,
): Promise<Record<string, { shape: number[]; data: number[] }>> {
  const session = await ort.InferenceSession.create(bytes);
  const fed = Object.entries(feeds).map(([name, { type, shape, data }]) => {
    return [name, new ort.Tensor(type, ARRAYS[type](data) as Float32Array, [...shape])];
  });
  const results = await session.run(Object.fromEntries(fed) as Record<string, ort.Tensor>);
  await session.release();
  const numbers = ({ dims, data }: ort.Tensor) => ({
    shape: [...dims],
    data: Array.from(data as ArrayLike<number>, Number),
  });
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, numbers(result)]));
}

/** Absolute up to 1, relative beyond; unbounded activations pass through the thousands. */
function distance(expected: number, came: number): number {
  return Object.is(expected, came) ? 0 : Math.abs(expected - came) / Math.max(1, Math.abs(expected));
}

/** The largest difference of all outputs; Infinity where shapes differ. */
export async function difference(bytes: Uint8Array, feeds: Record<string, Fed>): Promise<number> {
  const expected = await runtime(bytes, feeds);
  const model = await fromOnnx(bytes);
  const inputs = Object.entries(feeds).map(([name, { type, shape, data }]) => {
    const array =
      type === "float32"
        ? Float32Array.from(data)
        : type === "float64"
          ? Float64Array.from(data)
          : Int32Array.from(data);
    return [name, tensor(array, [...shape])] as const;
  });
  const results = await model.predict(Object.fromEntries(inputs));
  const apart = Object.entries(expected).map(([name, { shape, data }]) => {
    const result = results[name]!;
    if (String(result.shape) !== String(shape)) return Infinity;
    return data.reduce((largest, v, i) => Math.max(largest, distance(v, result.data[i]!)), 0);
  });
  return Math.max(...apart);
}

export const compare = async (one: Case): Promise<number> => difference(bytesOf(one), one.feeds);
