import { useSequenceEdition } from "../kernels/wasm/sequence-edition.js";
import { renewKernels } from "./backend.js";

/**
 * Called where something is made that needs the sequence edition of the kernels: a page fetches it in place of the smaller one, also
 * where that is there already. To import such a layer costs nothing.
 */
export function needSequences(): void {
  if (useSequenceEdition()) renewKernels("float32");
}
