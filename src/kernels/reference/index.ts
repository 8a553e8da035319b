/**
 * The reference kernels: every kernel in plain loops and float64, meant to be read. They are the oracle of the fast kernels'
 * tests, and what float64 tensors are computed with.
 */
import type { Kernels } from "../kernels.js";
import { copyKernels } from "./copy.js";
import { functionKernels, vectorKernels } from "./elementwise.js";
import { gemmKernels } from "./gemm.js";
import { layerNormKernels } from "./layer-norm.js";
import { ReferenceMemory } from "./memory.js";
import { optimizerKernels } from "./optimizers.js";
import { recurrentKernels } from "./recurrent.js";
import { reduceKernels } from "./reduce.js";
import { softmaxKernels } from "./softmax.js";

/** A kernel set of its own, with a memory of its own. */
export function createReferenceKernels(): Kernels {
  const memory = new ReferenceMemory();
  return {
    name: "reference",
    memory,
    threads: 1,
    ...gemmKernels(memory),
    ...functionKernels(memory),
    ...vectorKernels(memory),
    ...reduceKernels(memory),
    ...copyKernels(memory),
    ...softmaxKernels(memory),
    ...layerNormKernels(memory),
    ...recurrentKernels(memory),
    ...optimizerKernels(memory),
  };
}
