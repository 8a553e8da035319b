import type { Kernels } from "./kernels.js";
import type { NormalizedKernels } from "./normalized.js";
import { ReferenceMemory } from "./reference/memory.js";
import { normalizedKernels as referenceKernels } from "./reference/normalized.js";
import { sequenceKernels, type SequenceKernels } from "./sequence-kernels.js";

/** The kernels of a scope with these methods, of either kernel set; the reference's are loaded with this file alone. */
export function normalizedKernels(kernels: Kernels, who: string): SequenceKernels & NormalizedKernels {
  const known = sequenceKernels(kernels, who) as SequenceKernels & NormalizedKernels;
  const { memory } = known;
  return memory instanceof ReferenceMemory ? Object.assign(known, referenceKernels(memory)) : known;
}
