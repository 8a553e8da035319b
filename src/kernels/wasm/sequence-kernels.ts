import type { Ptr } from "../../tensor/memory.js";
import type { DecayedCall, DecayedGradients, ImputeCall, ImputeGradients } from "../decay.js";
import type { DepthwiseCall, DepthwiseGradients } from "../depthwise.js";
import type { GatedScanCall, GatedScanGradients } from "../gated-scan.js";
import type { Cell } from "../kernels.js";
import {
  NORMALIZED,
  type NormalizedCall,
  type NormalizedCell,
  type NormalizedGradients,
  type NormalizedKernels,
} from "../normalized.js";
import type { PackedCall, PackedGradients } from "../packed.js";
import type { SequenceKernels } from "../sequence-kernels.js";
import { WORTH_SHARING } from "./forward-kernels.js";
import { WasmKernels } from "./kernels.js";

/** Numbers of assembly/sequence/index.ts. They begin at 32, above those of OP. */
export const SEQUENCE_OP = {
  impute: 32, imputeGrad: 33, decay: 34, decayGrad: 35,
  packedForwardScratch: 40, packedForward: 41, packedBackwardScratch: 42, packedBackward: 43,
  gatedScan: 50, gatedScanBackward: 51, depthwise: 52, depthwiseGrad: 53,
  normalizedForwardScratch: 60, normalizedForward: 61, normalizedBackwardScratch: 62, normalizedBackward: 63,
} as const; // prettier-ignore

/** Slots of assembly/call.ts beside those of every recurrent call; the first is 0 but in the calls of GRU-D. */
const DECAY_SLOT = 56;

/** Slots of assembly/sequence/packed-call.ts. */
const OFFSETS_SLOT = 40;
const LENGTHS_SLOT = 41;
const PARTS_SLOT = 42;
/** Of assembly/sequence/normalized-call.ts. */
const GAINS_SLOT = 40;
const SCRATCH_SLOT = 22;

/** Units are dealt out among the threads in blocks of so many: a cache line. */
const BLOCK = 16;
/** Work of one step of one unit, in operations of the vector unit. */
const SCAN_WORK = 10;

/** All wasm kernels and those of ragged batches and of the rarer layers. */
export class SequenceWasmKernels extends WasmKernels implements SequenceKernels, NormalizedKernels {
  readonly sequences = true;

  impute(call: ImputeCall) {
    this.#describeImpute(call);
    this.run(SEQUENCE_OP.impute, call.B * call.T * call.D * 4, call.B);
  }

  imputeGrad(call: ImputeCall, g: ImputeGradients) {
    this.#describeImpute(call);
    const ints = this.ints;
    ints[14] = g.dy;
    ints[15] = g.dgaps;
    ints[16] = g.dlastT;
    ints[17] = g.dx;
    ints[18] = g.dw;
    ints[19] = g.db;
    ints[20] = g.dmean;
    ints[21] = g.dlast0;
    this.run(SEQUENCE_OP.imputeGrad, call.B * call.T * call.D * 4, call.B);
  }

  #describeImpute(call: ImputeCall): void {
    const ints = this.ints;
    ints[1] = call.T;
    ints[2] = call.D;
    ints[3] = +call.reverse;
    ints[4] = call.x;
    ints[5] = call.w;
    ints[6] = call.b;
    ints[7] = call.mean;
    ints[8] = call.last0;
    ints[9] = call.mask;
    ints[10] = call.y;
    ints[11] = call.gaps;
    ints[12] = call.before;
    ints[13] = call.lastT;
  }

  decay(y: Ptr, a: Ptr, b: Ptr, mask: Ptr, rows: number, cols: number) {
    this.run(SEQUENCE_OP.decay, rows * cols * 4, y, a, b, mask, rows, cols);
  }

  decayGrad(da: Ptr, dy: Ptr, y: Ptr, n: number) {
    this.run(SEQUENCE_OP.decayGrad, n, da, dy, y, n);
  }

  gruDecayed(call: DecayedCall) {
    this.#describeDecay(call, 0);
    this.recurrentForward("gru", call);
    this.ints[DECAY_SLOT] = 0;
  }

  gruDecayedGrad(call: DecayedCall, gradients: DecayedGradients) {
    this.#describeDecay(call, gradients.ddecay);
    this.recurrentBackward("gru", call, gradients);
    this.ints[DECAY_SLOT] = 0;
  }

  #describeDecay({ decay, decayed }: DecayedCall, ddecay: Ptr): void {
    this.ints[DECAY_SLOT] = decay;
    this.ints[DECAY_SLOT + 1] = decayed;
    this.ints[DECAY_SLOT + 2] = ddecay;
  }

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

  normalizedLength(cell: NormalizedCell, B: number, T: number, H: number): number {
    const lstm = cell === "lstm";
    return this.savedLength(cell, B, T, H) + T * B * (H * (lstm ? 5 : 3) + NORMALIZED[cell].scales);
  }

  normalizedForward(cell: NormalizedCell, call: NormalizedCall) {
    this.#describeNormalized(cell, call);
    this.#runNormalized(SEQUENCE_OP.normalizedForwardScratch, SEQUENCE_OP.normalizedForward, call);
  }

  normalizedBackward(cell: NormalizedCell, call: NormalizedCall, gradients: NormalizedGradients) {
    this.#describeNormalized(cell, call);
    this.describeGradients({ ...gradients, dx: gradients.da, dW: 0, dU: 0 });
    const ints = this.ints;
    ints[GAINS_SLOT + 4] = gradients.du;
    ints[GAINS_SLOT + 5] = gradients.states;
    ints[GAINS_SLOT + 6] = gradients.dgains;
    ints[GAINS_SLOT + 7] = gradients.dcellGain;
    ints[GAINS_SLOT + 8] = gradients.dcellBias;
    this.#runNormalized(SEQUENCE_OP.normalizedBackwardScratch, SEQUENCE_OP.normalizedBackward, call);
  }

  #describeNormalized(cell: NormalizedCell, call: NormalizedCall): void {
    this.describe(cell, { ...call, x: call.a, W: 0, D: 0, resetAfter: true });
    const ints = this.ints;
    ints[GAINS_SLOT] = call.gains;
    ints[GAINS_SLOT + 1] = call.cellGain;
    ints[GAINS_SLOT + 2] = call.cellBias;
    this.numbers[GAINS_SLOT + 3] = call.epsilon;
  }

  #runNormalized(scratchOp: number, op: number, call: NormalizedCall): void {
    const { arena } = this.memory;
    const mark = arena.mark();
    const parts = this.recurrentParts({ ...call, D: 0 });
    this.ints[GAINS_SLOT + 9] = parts;
    this.exports.run(scratchOp, 1);
    const scratch = arena.alloc(this.ints[SCRATCH_SLOT]!);
    this.ints[SCRATCH_SLOT] = scratch;
    this.exports.run(op, parts);
    arena.release(mark);
  }

  depthwise(call: DepthwiseCall) {
    this.#describeDepthwise(call);
    this.run(SEQUENCE_OP.depthwise, (call.B * call.steps * call.C * call.K) / 4, call.B);
  }

  depthwiseGrad(call: DepthwiseCall, { dy, dx, dW, db }: DepthwiseGradients) {
    this.#describeDepthwise(call);
    const { arena } = this.memory;
    const mark = arena.mark();
    const scratch = arena.alloc((call.K + 1) * Math.ceil(call.C / BLOCK) * BLOCK * 8);
    const ints = this.ints;
    ints[12] = dy;
    ints[13] = dx;
    ints[14] = dW;
    ints[15] = db;
    ints[16] = scratch;
    this.run(SEQUENCE_OP.depthwiseGrad, call.B * call.steps * call.C * call.K, call.B);
    arena.release(mark);
  }

  #describeDepthwise(call: DepthwiseCall): void {
    const ints = this.ints;
    ints[1] = call.T;
    ints[2] = call.C;
    ints[3] = call.K;
    ints[4] = call.steps;
    ints[5] = call.stride;
    ints[6] = call.dilation;
    ints[7] = call.before;
    ints[8] = call.x;
    ints[9] = call.W;
    ints[10] = call.b;
    ints[11] = call.y;
  }

  gatedScan(call: GatedScanCall) {
    this.#runScan(SEQUENCE_OP.gatedScan, call, 0);
  }

  gatedScanBackward(call: GatedScanCall, { dy, dhT, db, dh0 }: GatedScanGradients) {
    const ints = this.ints;
    ints[15] = dy;
    ints[16] = dhT;
    ints[17] = db;
    ints[18] = dh0;
    this.#runScan(SEQUENCE_OP.gatedScanBackward, call, db ? call.B * (call.cell === "minGru" ? 2 : 3) * 8 : 0);
  }

  /** Slots of assembly/sequence/gated-scan.ts. @param sums bytes of scratch for each unit, beside two rows and a line for each thread */
  #runScan(op: number, call: GatedScanCall, sums: number): void {
    const ints = this.ints;
    ints[0] = call.cell === "minGru" ? 2 : 3;
    ints[1] = call.B;
    ints[2] = call.T;
    ints[3] = call.H;
    ints[4] = +call.reverse;
    ints[5] = +call.positive;
    ints[6] = +call.zeroOutputForMask;
    ints[7] = +call.keep;
    ints[8] = call.a;
    ints[9] = call.b;
    ints[10] = call.h0;
    ints[11] = call.mask;
    ints[12] = call.y;
    ints[13] = call.hT;
    const parts = call.B * call.T * call.H * SCAN_WORK < WORTH_SHARING ? 1 : this.threads;
    const { arena } = this.memory;
    const mark = arena.mark();
    const scratch = arena.alloc(Math.ceil(call.H / BLOCK) * BLOCK * (8 * parts + sums) + 64 * parts);
    this.ints[14] = scratch;
    this.exports.run(op, parts);
    arena.release(mark);
  }
}
