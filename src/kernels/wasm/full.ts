/** The whole of the kernels for a page: gradients, optimizers, and threads where the page is cross-origin isolated. */
import { WasmKernels } from "./kernels.js";
import type { Edition } from "./load.js";
import { spawnWorker } from "./threads.js";

export const fullEdition: Edition = {
  name: "",
  urlOf({ relaxed, shared }) {
    if (relaxed && shared) return new URL("./kernels-relaxed-shared.wasm", import.meta.url);
    if (relaxed) return new URL("./kernels-relaxed.wasm", import.meta.url);
    if (shared) return new URL("./kernels-simd-shared.wasm", import.meta.url);
    return new URL("./kernels-simd.wasm", import.meta.url);
  },
  start: (module, variant, memory) =>
    new WasmKernels(module, variant, spawnWorker, typeof document !== "object", memory),
};
