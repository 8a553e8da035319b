/** W4 once in the ONNX Runtime named by the argument, `node` or `web`. */
import { gruModel } from "../runners/onnx.mjs";
import { SESSION } from "../runners/onnxruntime.mjs";
import { WORKLOADS } from "../workloads.mjs";
import { finish } from "./finish.mjs";

const ort = await import(`onnxruntime-${process.argv[2]}`);
const web = process.argv[2] === "web";
if (web) ort.env.wasm.numThreads = 1;
const spec = /** @type {import("../workloads.mjs").Spec} */ (WORKLOADS.W4.spec);
const session = await ort.InferenceSession.create(gruModel(spec), {
  ...SESSION,
  ...(web ? { executionProviders: ["wasm"] } : {}),
});
const x = new ort.Tensor("float32", new Float32Array(98 * 40).fill(0.1), [98, 1, 40]);
const h = new ort.Tensor("float32", new Float32Array(128), [1, 1, 128]);
const { last } = await session.run({ x, h });
if (last.data.length !== 128) throw new Error(`expected 128 numbers, got ${last.data.length}`);
finish();
