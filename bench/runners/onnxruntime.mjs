/**
 * What the two ONNX Runtimes share: inference only, one thread, sequential execution, input tensors made beforehand.
 * Outputs are the runtime's own: buffers handed in are no faster in Node and stay unwritten in the wasm build.
 */
import { gruModel } from "./onnx.mjs";
import { uniform } from "./protocol.mjs";

/** @typedef {typeof import("onnxruntime-node")} Runtime `onnxruntime-web` has the same interface */

/** @type {import("onnxruntime-node").InferenceSession.SessionOptions} */
export const SESSION = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
};

/**
 * @param {Runtime} ort
 * @param {import("onnxruntime-node").InferenceSession.SessionOptions} options
 * @returns {import("./protocol.mjs").Builders}
 */
export function builders(ort, options) {
  /** @param {import("../workloads.mjs").Spec} spec @param {boolean} carry @returns {Promise<import("./protocol.mjs").Prepared>} */
  async function gru(spec, carry) {
    const { time, batch, features = 0, units } = spec;
    const session = await ort.InferenceSession.create(gruModel(spec), options);
    const x = new ort.Tensor("float32", uniform(time * batch * features), [time, batch, features]);
    const zeros = new ort.Tensor("float32", new Float32Array(batch * units[0]), [1, batch, units[0]]);
    return {
      async run(times) {
        let h = zeros;
        for (let i = 0; i < times; i++) {
          const { last } = await session.run({ x, h });
          if (carry) h = /** @type {typeof h} */ (last);
        }
      },
    };
  }
  return { forward: (spec) => gru(spec, false), stream: (spec) => gru(spec, true) };
}
