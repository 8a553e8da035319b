/** ONNX Runtime's WebAssembly build, SIMD, one thread. */
import { createRequire } from "node:module";
import * as ort from "onnxruntime-web";
import { SESSION, builders } from "./onnxruntime.mjs";
import { serve } from "./protocol.mjs";

const version = ort.env.versions.web ?? createRequire(import.meta.url)("onnxruntime-web/package.json").version;
ort.env.wasm.numThreads = 1;
serve({
  info: () => ({ versions: { "onnxruntime-web": version } }),
  builders: builders(/** @type {any} */ (ort), { ...SESSION, executionProviders: ["wasm"] }),
});
