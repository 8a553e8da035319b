/** W4 once in TensorFlow.js, on the backend named by the argument; no orthogonal initialiser, which takes seconds. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setBackend, tensor3d } from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { finish } from "./finish.mjs";

const backend = process.argv[2];
const module = await import(`@tensorflow/tfjs-backend-${backend}`);
if (backend === "wasm") {
  const path = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  module.setWasmPaths(join(dirname(path), "/"));
  module.setThreadsCount(1);
}
await setBackend(backend);
const gru = layers.gru({ units: 128, recurrentInitializer: "glorotUniform", inputShape: [98, 40] });
const y = sequential({ layers: [gru] }).predict(tensor3d(new Float32Array(98 * 40).fill(0.1), [1, 98, 40]));
const data = /** @type {import("@tensorflow/tfjs-core").Tensor} */ (y).dataSync();
if (data.length !== 128) throw new Error(`expected 128 numbers, got ${data.length}`);
finish();
