import type { Ptr } from "../../tensor/memory.js";
import type { Binary, Cell, FusedActivation, RecurrentCall, Reduce, Unary } from "../kernels.js";
import { BINARY, REDUCE, UNARY } from "../kernels.js";
import { WasmMemory } from "./memory.js";
import { ARG_SLOTS, ARGS, OP, WIDE_SLOT, WORKSPACE_SLOT, type WasmExports } from "./operations.js";
import { importsFor, nameOf, type Variant } from "./variants.js";

const CELL: Record<Cell, number> = { gru: 0, lstm: 1, simpleRnn: 2 };
const SAVED_SLOTS: Record<Cell, number> = { gru: 4, lstm: 5, simpleRnn: 0 };
const ACTIVATION: Record<FusedActivation, number> = UNARY;

/** Work below this, in operations of the vector unit (4 lanes), is not worth waking other threads: about 10 µs. */
export const WORTH_SHARING = 30_000;
/** A slot that no operation reads. */
const BITS_SLOT = 61;

/**
 * The wasm kernels that prediction needs, on one thread: each method writes its arguments into the module's block and runs one
 * operation. kernels.ts adds gradients, optimizers and threads; a page that only runs models does without.
 */
export class ForwardKernels {
  readonly name: string;
  readonly memory: WasmMemory;
  /** threads that share this memory, this one included */
  threads = 1;
  protected readonly exports: WasmExports;
  protected ints!: Int32Array;
  protected numbers!: Float32Array;
  protected workspace: Ptr;

  /** @param memory that of other kernels, to compute on what is there already (full.ts) */
  constructor(module: WebAssembly.Module, variant: Variant, memory = new WasmMemory(variant.shared)) {
    this.name = `wasm-${nameOf(variant)}`;
    this.memory = memory;
    this.exports = new WebAssembly.Instance(module, importsFor(this.memory.wasm)).exports as unknown as WasmExports;
    const { onGrow } = memory;
    memory.onGrow = (buffer) => {
      onGrow(buffer);
      this.#view(buffer);
    };
    this.#view(this.memory.wasm.buffer);
    this.workspace = this.memory.heap.alloc(this.exports.workspaceBytes());
    this.ints[WORKSPACE_SLOT] = this.workspace;
    this.ints[WIDE_SLOT] = +(variant.wide ?? false);
  }

  #view(buffer: ArrayBufferLike): void {
    this.ints = new Int32Array(buffer, ARGS, ARG_SLOTS);
    this.numbers = new Float32Array(buffer, ARGS, ARG_SLOTS);
  }

  /**
   * Puts whole numbers and addresses into the first slots and runs; `work` counts vector operations. No rest parameter, which
   * would be an array for each call; a stream's step allocates nothing.
   */
  protected run(
    op: number, work: number,
    a: number, b?: number, c?: number, d?: number, e?: number, f?: number, g?: number, h?: number, i?: number,
  ): void {
    const ints = this.ints;
    ints[0] = a;
    if (b !== undefined) ints[1] = b;
    if (c !== undefined) ints[2] = c;
    if (d !== undefined) ints[3] = d;
    if (e !== undefined) ints[4] = e;
    if (f !== undefined) ints[5] = f;
    if (g !== undefined) ints[6] = g;
    if (h !== undefined) ints[7] = h;
    if (i !== undefined) ints[8] = i;
    this.#start(op, work);
  } // prettier-ignore

  #start(op: number, work: number): void {
    this.exports.run(op, work < WORTH_SHARING ? 1 : this.threads);
  }

  gemm(c: Ptr, a: Ptr, b: Ptr, M: number, N: number, K: number, transA: boolean, transB: boolean, accumulate: boolean) {
    this.run(OP.gemm, (M * N * K) / 4, c, a, b, M, N, K, +transA, +transB, +accumulate);
  }

  unary(f: Unary, y: Ptr, x: Ptr, n: number) {
    this.run(OP.unary, n * 4, UNARY[f], y, x, n);
  }

  binary(f: Binary, y: Ptr, a: Ptr, na: number, b: Ptr, nb: number, n: number) {
    this.run(OP.binary, n, BINARY[f], y, a, na, b, nb, n);
  }

  binaryRow(f: Binary, y: Ptr, a: Ptr, b: Ptr, rows: number, cols: number) {
    this.run(OP.binaryRow, rows * cols, BINARY[f], y, a, b, rows, cols);
  }

  fill(y: Ptr, value: number, n: number) {
    this.numbers[1] = value;
    this.ints[2] = n;
    this.run(OP.fill, n, y);
  }

  axpy(y: Ptr, alpha: number, x: Ptr, n: number) {
    this.run(OP.axpy, n, y, this.bits(alpha), x, n, 1);
  }

  scale(y: Ptr, alpha: number, x: Ptr, n: number) {
    this.run(OP.axpy, n, y, this.bits(alpha), x, n, 0);
  }

  where(y: Ptr, cond: Ptr, a: Ptr, b: Ptr, n: number) {
    this.run(OP.where, n, y, cond, a, b, n);
  }

  intToFloat(y: Ptr, x: Ptr, n: number) {
    this.run(OP.convert, n, y, x, n, 0);
  }

  floatToInt(y: Ptr, x: Ptr, n: number) {
    this.run(OP.convert, n, y, x, n, 1);
  }

  reduce(f: Reduce, y: Ptr, x: Ptr, outer: number, n: number, inner: number, accumulate: boolean) {
    this.run(OP.reduce, outer * n * inner, REDUCE[f], y, x, outer, n, inner, +accumulate);
  }

  copy(
    dst: Ptr,
    src: Ptr,
    dims: readonly number[],
    dstStrides: readonly number[],
    srcStrides: readonly number[],
    accumulate: boolean,
  ) {
    const ints = this.ints;
    const last = 5;
    const rank = dims.length;
    for (let axis = 0; axis <= last; axis++) {
      // the first axis is dealt out among the threads, the last is the innermost loop; missing ones lie between
      const from = axis === 0 && rank > 1 ? 0 : axis - last + rank - 1;
      const missing = from < 0 || (from === 0 && axis > 0 && rank > 1);
      ints[3 + axis] = missing ? 1 : dims[from]!;
      ints[9 + axis] = missing ? 0 : dstStrides[from]!;
      ints[15 + axis] = missing ? 0 : srcStrides[from]!;
    }
    const races = dstStrides[0] === 0 || rank < 2;
    this.run(OP.copyBox, races ? 0 : dims.reduce((a, b) => a * b, 1), dst, src, +accumulate);
  }

  copyInts(dst: Ptr, src: Ptr, dims: readonly number[], dstStrides: readonly number[], srcStrides: readonly number[]) {
    this.copy(dst, src, dims, dstStrides, srcStrides, false);
  }

  gatherRows(y: Ptr, table: Ptr, index: Ptr, n: number, cols: number) {
    this.run(OP.gatherRows, n * cols, y, table, index, n, cols);
  }

  rangeOfInts(x: Ptr, n: number): [number, number] {
    if (n === 0) return [0, -1];
    return [this.exports.extremeOfInts(x, n, 0), this.exports.extremeOfInts(x, n, 1)];
  }

  softmax(y: Ptr, x: Ptr, rows: number, cols: number) {
    this.run(OP.softmax, rows * cols * 4, y, x, rows, cols, 0);
  }

  layerNorm(y: Ptr, stats: Ptr, x: Ptr, gamma: Ptr, beta: Ptr, eps: number, rows: number, cols: number) {
    this.run(OP.layerNorm, rows * cols * 4, y, stats, x, gamma, beta, this.bits(eps), rows, cols);
  }

  savedLength(cell: Cell, B: number, T: number, H: number): number {
    return T * B * H * (1 + SAVED_SLOTS[cell]);
  }

  recurrentForward(cell: Cell, call: RecurrentCall) {
    this.describe(cell, call);
    const { arena } = this.memory;
    const mark = arena.mark();
    const parts = this.recurrentParts(call);
    const scratch = arena.alloc(this.exports.forwardScratch(parts));
    this.ints[22] = scratch;
    this.exports.run(OP.recurrentForward, parts);
    arena.release(mark);
  }

  /** Rows of the batch are dealt out in fours. */
  protected recurrentParts({ B, T, D, H }: Pick<RecurrentCall, "B" | "T" | "D" | "H">): number {
    return B >= 8 && B * T * H * (D + H) > WORTH_SHARING ? this.threads : 1;
  }

  /** Slots of assembly/call.ts, one by one: a step of a stream is over in a few microseconds. */
  protected describe(cell: Cell, call: RecurrentCall): void {
    const ints = this.ints;
    ints[0] = CELL[cell];
    ints[1] = call.B;
    ints[2] = call.T;
    ints[3] = call.D;
    ints[4] = call.H;
    ints[5] = +call.reverse;
    ints[6] = call.x;
    ints[7] = call.W;
    ints[8] = call.U;
    ints[9] = call.b;
    ints[10] = call.h0;
    ints[11] = call.mask;
    ints[12] = call.stateDropout;
    ints[13] = ACTIVATION[call.activation];
    ints[14] = ACTIVATION[call.recurrentActivation];
    ints[15] = +call.resetAfter;
    ints[16] = +call.zeroOutputForMask;
    ints[17] = call.y;
    ints[18] = call.hT;
    ints[19] = call.saved;
    ints[20] = call.c0;
    ints[21] = call.cT;
  }

  /** The float32 of a number as an int, to pass it among whole numbers. */
  protected bits(value: number): number {
    this.numbers[BITS_SLOT] = value;
    return this.ints[BITS_SLOT]!;
  }
}
