import type { SequenceKernels } from "../sequence-kernels.js";
import { WasmKernels } from "./kernels.js";

/** Numbers of assembly/sequence/index.ts. They begin at 32, above those of OP. */
export const SEQUENCE_OP = {} as const;

/** All wasm kernels and those of ragged batches and of the rarer layers. */
export class SequenceWasmKernels extends WasmKernels implements SequenceKernels {
  readonly sequences = true;
}
