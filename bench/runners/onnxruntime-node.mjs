/** ONNX Runtime's native binding for Node, CPU provider. */
import { createRequire } from "node:module";
import * as ort from "onnxruntime-node";
import { SESSION, builders } from "./onnxruntime.mjs";
import { serve } from "./protocol.mjs";

const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json");
serve({ info: () => ({ versions: { "onnxruntime-node": version } }), builders: builders(ort, SESSION) });
