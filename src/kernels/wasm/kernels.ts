import type { Ptr } from "../../tensor/memory.js";
import type {
  Binary,
  Cell,
  FusedActivation,
  Kernels,
  RecurrentCall,
  RecurrentGradients,
  Reduce,
  Unary,
} from "../kernels.js";
import { BINARY, REDUCE, UNARY } from "../kernels.js";
import { WasmMemory } from "./memory.js";
import { ARG_SLOTS, ARGS, OP, WIDE_SLOT, WORKSPACE_SLOT, type WasmExports } from "./operations.js";
import { SluiceError } from "../../util/errors.js";
import { importsFor, type SpawnThread, type Thread } from "./threads.js";
import { fileName, type Variant } from "./variants.js";

const CELL: Record<Cell, number> = { gru: 0, lstm: 1, simpleRnn: 2 };
const SAVED_SLOTS: Record<Cell, number> = { gru: 4, lstm: 5, simpleRnn: 0 };
const ACTIVATION: Record<FusedActivation, number> = UNARY;

/** Work below this, in operations of the vector unit (4 lanes), is not worth waking other threads: about 10 µs. */
const WORTH_SHARING = 30_000;
const MOST_THREADS = 64;
/** A slot that no operation reads. */
const BITS_SLOT = 61;
/** The operation that ends other threads. */
const LEAVE = -1;

/** The wasm kernels: each method writes its arguments into the module's block and runs one operation. */
export class WasmKernels implements Kernels {
  readonly name: string;
  readonly memory: WasmMemory;
  readonly #module: WebAssembly.Module;
  readonly #exports: WasmExports;
  readonly #spawn: SpawnThread;
  readonly #shared: boolean;
  #ints!: Int32Array;
  #numbers!: Float32Array;
  #threads: Thread[] = [];
  #workspace: Ptr;

  /** @param mayWait whether this thread may sleep (the main thread of a page may not) */
  constructor(module: WebAssembly.Module, variant: Variant, spawn: SpawnThread, mayWait: boolean) {
    this.name = `wasm-${fileName(variant).slice("kernels-".length, -".wasm".length)}`;
    this.memory = new WasmMemory(variant.shared);
    this.#module = module;
    this.#shared = variant.shared;
    this.#spawn = spawn;
    this.#exports = new WebAssembly.Instance(module, importsFor(this.memory.wasm)).exports as unknown as WasmExports;
    this.#exports.setMayWait?.(mayWait);
    this.memory.onGrow = (buffer) => this.#view(buffer);
    this.#view(this.memory.wasm.buffer);
    this.#workspace = this.memory.heap.alloc(this.#exports.workspaceBytes());
    this.#ints[WORKSPACE_SLOT] = this.#workspace;
    this.#ints[WIDE_SLOT] = +(variant.wide ?? false);
  }

  get threads(): number {
    return this.#threads.length + 1;
  }

  /**
   * Computes on so many threads from now on, this one included; results are the same bits for any number. Idle threads sleep,
   * and under Node they do not keep the process alive. Not to be called while another call of it is under way.
   */
  async setThreads(count: number): Promise<void> {
    if (!Number.isInteger(count) || count < 1 || count > MOST_THREADS)
      throw new SluiceError(`setThreads: count must be a whole number from 1 to ${MOST_THREADS}, got ${count}`);
    if (count > 1 && !this.#shared)
      throw new SluiceError(
        `setThreads: ${count} threads need shared memory, which a page has only when cross-origin isolated`,
      );
    if (count === this.threads) return;
    if (this.threads > 1) this.#exports.run(LEAVE, this.threads);
    for (const thread of this.#threads) thread.stop();
    this.#threads = [];
    this.memory.heap.free(this.#workspace);
    this.#workspace = this.memory.heap.alloc(this.#exports.workspaceBytes() * count);
    this.#ints[WORKSPACE_SLOT] = this.#workspace;
    const start = { module: this.#module, memory: this.memory.wasm, job: this.#exports.lastJob() };
    this.#threads = await Promise.all(
      Array.from({ length: count - 1 }, (_, i) => this.#spawn({ ...start, part: i + 1 })),
    );
  }

  #view(buffer: ArrayBufferLike): void {
    this.#ints = new Int32Array(buffer, ARGS, ARG_SLOTS);
    this.#numbers = new Float32Array(buffer, ARGS, ARG_SLOTS);
  }

  /**
   * Puts whole numbers and addresses into the first slots and runs; `work` counts vector operations. No rest parameter, which
   * would be an array for each call; a stream's step allocates nothing.
   */
  #run(
    op: number, work: number,
    a: number, b?: number, c?: number, d?: number, e?: number, f?: number, g?: number, h?: number, i?: number,
  ): void {
    const ints = this.#ints;
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
    this.#exports.run(op, work < WORTH_SHARING ? 1 : this.threads);
  }

  gemm(c: Ptr, a: Ptr, b: Ptr, M: number, N: number, K: number, transA: boolean, transB: boolean, accumulate: boolean) {
    this.#run(OP.gemm, (M * N * K) / 4, c, a, b, M, N, K, +transA, +transB, +accumulate);
  }

  unary(f: Unary, y: Ptr, x: Ptr, n: number) {
    this.#run(OP.unary, n * 4, UNARY[f], y, x, n);
  }

  unaryGrad(f: Unary, dx: Ptr, dy: Ptr, x: Ptr, y: Ptr, n: number) {
    this.#run(OP.unaryGrad, n, UNARY[f], dx, dy, x, y, n);
  }

  binary(f: Binary, y: Ptr, a: Ptr, na: number, b: Ptr, nb: number, n: number) {
    this.#run(OP.binary, n, BINARY[f], y, a, na, b, nb, n);
  }

  binaryRow(f: Binary, y: Ptr, a: Ptr, b: Ptr, rows: number, cols: number) {
    this.#run(OP.binaryRow, rows * cols, BINARY[f], y, a, b, rows, cols);
  }

  fill(y: Ptr, value: number, n: number) {
    this.#numbers[1] = value;
    this.#ints[2] = n;
    this.#run(OP.fill, n, y);
  }

  axpy(y: Ptr, alpha: number, x: Ptr, n: number) {
    this.#run(OP.axpy, n, y, this.#bits(alpha), x, n, 1);
  }

  scale(y: Ptr, alpha: number, x: Ptr, n: number) {
    this.#run(OP.axpy, n, y, this.#bits(alpha), x, n, 0);
  }

  sumSquares(x: Ptr, n: number): number {
    return this.#exports.sumSquares(x, n);
  }

  findNonFinite(x: Ptr, n: number): number {
    return this.#exports.findNonFinite(x, n);
  }

  where(y: Ptr, cond: Ptr, a: Ptr, b: Ptr, n: number) {
    this.#run(OP.where, n, y, cond, a, b, n);
  }

  clip(y: Ptr, x: Ptr, low: number, high: number, n: number) {
    this.#run(OP.clip, n, y, x, this.#bits(low), this.#bits(high), n);
  }

  intToFloat(y: Ptr, x: Ptr, n: number) {
    this.#run(OP.convert, n, y, x, n, 0);
  }

  floatToInt(y: Ptr, x: Ptr, n: number) {
    this.#run(OP.convert, n, y, x, n, 1);
  }

  reduce(f: Reduce, y: Ptr, x: Ptr, outer: number, n: number, inner: number, accumulate: boolean) {
    this.#run(OP.reduce, outer * n * inner, REDUCE[f], y, x, outer, n, inner, +accumulate);
  }

  argMax(y: Ptr, x: Ptr, outer: number, n: number, inner: number) {
    this.#run(OP.argMax, outer * n * inner, 0, y, x, outer, n, inner);
  }

  copy(
    dst: Ptr,
    src: Ptr,
    dims: readonly number[],
    dstStrides: readonly number[],
    srcStrides: readonly number[],
    accumulate: boolean,
  ) {
    const ints = this.#ints;
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
    this.#run(OP.copyBox, races ? 0 : dims.reduce((a, b) => a * b, 1), dst, src, +accumulate);
  }

  copyInts(dst: Ptr, src: Ptr, dims: readonly number[], dstStrides: readonly number[], srcStrides: readonly number[]) {
    this.copy(dst, src, dims, dstStrides, srcStrides, false);
  }

  gatherRows(y: Ptr, table: Ptr, index: Ptr, n: number, cols: number) {
    this.#run(OP.gatherRows, n * cols, y, table, index, n, cols);
  }

  scatterAddRows(dtable: Ptr, dy: Ptr, index: Ptr, n: number, cols: number) {
    this.#run(OP.scatterAddRows, n * cols, dtable, dy, index, n, cols);
  }

  rangeOfInts(x: Ptr, n: number): [number, number] {
    if (n === 0) return [0, -1];
    return [this.#exports.extremeOfInts(x, n, 0), this.#exports.extremeOfInts(x, n, 1)];
  }

  softmax(y: Ptr, x: Ptr, rows: number, cols: number) {
    this.#run(OP.softmax, rows * cols * 4, y, x, rows, cols, 0);
  }

  softmaxGrad(dx: Ptr, dy: Ptr, y: Ptr, rows: number, cols: number) {
    this.#run(OP.softmaxGrad, rows * cols * 4, dx, dy, y, rows, cols);
  }

  sparseCrossEntropy(loss: Ptr, p: Ptr, x: Ptr, label: Ptr, rows: number, cols: number) {
    this.#run(OP.softmax, rows * cols * 4, p, x, rows, cols, loss, label);
  }

  sparseCrossEntropyGrad(dx: Ptr, dloss: Ptr, p: Ptr, label: Ptr, rows: number, cols: number) {
    this.#run(OP.sparseCrossEntropyGrad, rows * cols, dx, dloss, p, label, rows, cols);
  }

  layerNorm(y: Ptr, stats: Ptr, x: Ptr, gamma: Ptr, beta: Ptr, eps: number, rows: number, cols: number) {
    this.#run(OP.layerNorm, rows * cols * 4, y, stats, x, gamma, beta, this.#bits(eps), rows, cols);
  }

  layerNormGrad(dx: Ptr, dgamma: Ptr, dbeta: Ptr, dy: Ptr, stats: Ptr, x: Ptr, gamma: Ptr, rows: number, cols: number) {
    this.#run(OP.layerNormGrad, rows * cols * 4, dx, dgamma, dbeta, dy, stats, x, gamma, rows, cols);
  }

  dropoutMask(y: Ptr, seed: number, rate: number, n: number) {
    const threshold = Math.min(Math.ceil(rate * 2 ** 32), 2 ** 32 - 1);
    this.#run(OP.dropoutMask, n * 4, y, seed, threshold, this.#bits(1 / (1 - rate)), n);
  }

  savedLength(cell: Cell, B: number, T: number, H: number): number {
    return T * B * H * (1 + SAVED_SLOTS[cell]);
  }

  recurrentForward(cell: Cell, call: RecurrentCall) {
    this.#describe(cell, call);
    const { arena } = this.memory;
    const mark = arena.mark();
    const parts = this.#recurrentParts(call);
    const scratch = arena.alloc(this.#exports.forwardScratch(parts));
    this.#ints[22] = scratch;
    this.#exports.run(OP.recurrentForward, parts);
    arena.release(mark);
  }

  recurrentBackward(cell: Cell, call: RecurrentCall, gradients: RecurrentGradients) {
    this.#describe(cell, call);
    const ints = this.#ints;
    ints[23] = gradients.dy;
    ints[24] = gradients.dhT;
    ints[25] = gradients.dcT;
    ints[26] = gradients.dx;
    ints[27] = gradients.dW;
    ints[28] = gradients.dU;
    ints[29] = gradients.db;
    ints[30] = gradients.dh0;
    ints[31] = gradients.dc0;
    const { arena } = this.memory;
    const mark = arena.mark();
    const scratch = arena.alloc(this.#exports.backwardScratch());
    this.#ints[22] = scratch;
    this.#exports.run(OP.recurrentBackward, this.#recurrentParts(call));
    arena.release(mark);
  }

  /** Rows of the batch are dealt out in fours. */
  #recurrentParts({ B, T, D, H }: RecurrentCall): number {
    return B >= 8 && B * T * H * (D + H) > WORTH_SHARING ? this.threads : 1;
  }

  /** Slots of assembly/call.ts, one by one: a step of a stream is over in a few microseconds. */
  #describe(cell: Cell, call: RecurrentCall): void {
    const ints = this.#ints;
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

  sgd(p: Ptr, g: Ptr, v: Ptr, n: number, lr: number, momentum: number, nesterov: boolean) {
    this.#optimize(OP.sgd, p, g, v, 0, 0, n, lr, momentum, +nesterov);
  }

  adam(
    p: Ptr,
    g: Ptr,
    m: Ptr,
    v: Ptr,
    n: number,
    lrT: number,
    beta1: number,
    beta2: number,
    epsT: number,
    cm: number,
    cg: number,
  ) {
    this.#optimize(OP.adam, p, g, m, v, 0, n, lrT, beta1, 1 - beta1, beta2, 1 - beta2, epsT, cm, cg);
  }

  rmsprop(p: Ptr, g: Ptr, v: Ptr, a: Ptr, m: Ptr, n: number, lr: number, rho: number, momentum: number, eps: number) {
    this.#optimize(OP.rmsprop, p, g, v, a, m, n, lr, rho, 1 - rho, momentum, eps);
  }

  adagrad(p: Ptr, g: Ptr, s: Ptr, n: number, lr: number, eps: number) {
    this.#optimize(OP.adagrad, p, g, s, 0, 0, n, lr, eps);
  }

  #optimize(op: number, p: Ptr, g: Ptr, s1: Ptr, s2: Ptr, s3: Ptr, n: number, ...numbers: number[]): void {
    for (let i = 0; i < numbers.length; i++) this.#numbers[6 + i] = numbers[i]!;
    this.#run(op, n * 2, p, g, s1, s2, s3, n);
  }

  /** The float32 of a number as an int, to pass it among whole numbers. */
  #bits(value: number): number {
    this.#numbers[BITS_SLOT] = value;
    return this.#ints[BITS_SLOT]!;
  }
}
