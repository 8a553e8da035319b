/**
 * Kernels beside those of every recurrent model (kernels.ts): ragged batches and the rarer layers. Node has them always; a page
 * fetches the larger module once it imports something that needs them (wasm/sequence-edition.ts).
 */
import { SluiceError } from "../util/errors.js";
import type { DecayKernels } from "./decay.js";
import type { DepthwiseKernels } from "./depthwise.js";
import type { GatedScanKernels } from "./gated-scan.js";
import type { Kernels } from "./kernels.js";
import type { PackedKernels } from "./packed.js";
import { withSequences } from "./reference/sequences.js";

export interface SequenceKernels extends Kernels, DecayKernels, PackedKernels, GatedScanKernels, DepthwiseKernels {
  /** Says that the methods of this interface are there. */
  readonly sequences: true;
}

/**
 * The kernels of a scope, known to be of the sequence edition.
 * @param who for the error: the layer or operation that needs them
 */
export function sequenceKernels(kernels: Kernels, who: string): SequenceKernels {
  if ((kernels as Partial<SequenceKernels>).sequences) return kernels as SequenceKernels;
  const reference = withSequences(kernels);
  if (reference) return reference;
  const how = "import it where the page starts, before anything is computed";
  throw new SluiceError(`${who}: the page fetched its kernels before this was imported, without what it needs; ${how}`);
}
