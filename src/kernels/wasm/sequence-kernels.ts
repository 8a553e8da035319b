import type { Cell } from "../kernels.js";
import type { PackedCall, PackedGradients } from "../packed.js";
import type { SequenceKernels } from "../sequence-kernels.js";
import { WasmKernels } from "./kernels.js";

/** Numbers of assembly/sequence/index.ts. They begin at 32, above those of OP. */
export const SEQUENCE_OP = {
  packedForwardScratch: 40,
  packedForward: 41,
  packedBackwardScratch: 42,
  packedBackward: 43,
} as const;

/** Slots of assembly/sequence/packed-call.ts. */
const OFFSETS_SLOT = 40;
const LENGTHS_SLOT = 41;
const PARTS_SLOT = 42;
const SCRATCH_SLOT = 22;

/** All wasm kernels and those of ragged batches and of the rarer layers. */
export class SequenceWasmKernels extends WasmKernels implements SequenceKernels {
  readonly sequences = true;

  packedForward(cell: Cell, call: PackedCall) {
    this.#describePacked(cell, call);
    this.#runPacked(SEQUENCE_OP.packedForwardScratch, SEQUENCE_OP.packedForward, call);
  }

  packedBackward(cell: Cell, call: PackedCall, gradients: PackedGradients) {
    this.#describePacked(cell, call);
    this.describeGradients({ ...gradients, dy: gradients.dh, dhT: 0 });
    this.#runPacked(SEQUENCE_OP.packedBackwardScratch, SEQUENCE_OP.packedBackward, call);
  }

  #describePacked(cell: Cell, call: PackedCall): void {
    const { h: y, gates: saved } = call;
    this.describe(cell, { ...call, y, saved, hT: 0, mask: 0, zeroOutputForMask: false });
    this.ints[OFFSETS_SLOT] = call.offsets;
    this.ints[LENGTHS_SLOT] = call.lengths;
  }

  #runPacked(scratchOp: number, op: number, call: PackedCall): void {
    const { arena } = this.memory;
    const mark = arena.mark();
    const parts = this.recurrentParts(call);
    this.ints[PARTS_SLOT] = parts;
    this.exports.run(scratchOp, 1);
    const scratch = arena.alloc(this.ints[SCRATCH_SLOT]!);
    this.ints[SCRATCH_SLOT] = scratch;
    this.exports.run(op, parts);
    arena.release(mark);
  }
}
