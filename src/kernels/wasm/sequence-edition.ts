/** The kernels of a page that has ragged batches or the rarer layers: the largest module, in place of the full one. */
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

/**
 * Has the page fetch them, from now on. It changes the one object that the entry points hand on, so that one which is imported later
 * goes on asking for these.
 * @returns whether the page would have fetched others
 */
export function useSequenceEdition(): boolean {
  const changed = fullEdition.name !== sequenceEdition.name;
  useEdition(Object.assign(fullEdition, sequenceEdition));
  return changed;
}
