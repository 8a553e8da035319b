/**
 * Imported, for this effect alone, by what needs the sequence edition of the kernels: a page then fetches the larger module in
 * place of the full one. It changes the one object that the entry points hand on, so the order of imports does not matter.
 */
import { fullEdition } from "./full.js";
import { useEdition, type Edition } from "./load.js";
import { SequenceWasmKernels } from "./sequence-kernels.js";
import { spawnWorker } from "./threads.js";

const sequenceEdition: Edition = {
  name: "sequences-",
  urlOf({ relaxed, shared }) {
    if (relaxed && shared) return new URL("./kernels-sequences-relaxed-shared.wasm", import.meta.url);
    if (relaxed) return new URL("./kernels-sequences-relaxed.wasm", import.meta.url);
    if (shared) return new URL("./kernels-sequences-simd-shared.wasm", import.meta.url);
    return new URL("./kernels-sequences-simd.wasm", import.meta.url);
  },
  start: (module, variant, memory) =>
    new SequenceWasmKernels(module, variant, spawnWorker, typeof document !== "object", memory),
};

useEdition(Object.assign(fullEdition, sequenceEdition));
