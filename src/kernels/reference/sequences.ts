/** The reference's kernels of the sequence edition, apart from the others so that a page without the rarer layers goes without them. */
import type { Kernels } from "../kernels.js";
import type { SequenceKernels } from "../sequence-kernels.js";
import { decayKernels } from "./decay.js";
import { depthwiseKernels } from "./depthwise.js";
import { gatedScanKernels } from "./gated-scan.js";
import { ReferenceMemory } from "./memory.js";
import { packedKernels } from "./packed.js";

/** The same kernel set, which has these kernels from now on; null when it is not the reference. */
export function withSequences(kernels: Kernels): SequenceKernels | null {
  const { memory } = kernels;
  if (!(memory instanceof ReferenceMemory)) return null;
  return Object.assign(kernels, {
    sequences: true as const,
    ...decayKernels(memory),
    ...packedKernels(memory),
    ...gatedScanKernels(memory),
    ...depthwiseKernels(memory),
  });
}
