/**
 * Kernels beside those of every recurrent model (kernels.ts): ragged batches and the rarer layers. Node has them always; a page
 * fetches the larger module once it makes something that needs them (ops/need-sequences.ts).
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
  throw new SluiceError(`${who}: the page is fetching the kernels that it needs: await ready() first`);
}
