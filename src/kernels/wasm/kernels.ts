import { SluiceError } from "../../util/errors.js";
import type { Ptr } from "../../tensor/memory.js";
import type { Cell, Kernels, RecurrentCall, RecurrentGradients, Unary } from "../kernels.js";
import { UNARY } from "../kernels.js";
import { ForwardKernels } from "./forward-kernels.js";
import type { WasmMemory } from "./memory.js";
import { OP, WORKSPACE_SLOT } from "./operations.js";
import type { SpawnThread, Thread } from "./threads.js";
import type { Variant } from "./variants.js";

const MOST_THREADS = 64;
/** The operation that ends other threads. */
const LEAVE = -1;

/** All wasm kernels: to the forward ones gradients, optimizers and threads. */
export class WasmKernels extends ForwardKernels implements Kernels {
  readonly #module: WebAssembly.Module;
  readonly #spawn: SpawnThread;
  readonly #shared: boolean;
  #others: Thread[] = [];

  /** @param mayWait whether this thread may sleep (the main thread of a page may not) */
  constructor(module: WebAssembly.Module, variant: Variant, spawn: SpawnThread, mayWait: boolean, memory?: WasmMemory) {
    super(module, variant, memory);
    this.#module = module;
    this.#shared = variant.shared;
    this.#spawn = spawn;
    this.exports.setMayWait?.(mayWait);
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
    if (this.threads > 1) this.exports.run(LEAVE, this.threads);
    for (const thread of this.#others) thread.stop();
    this.#others = [];
    this.threads = 1;
    this.memory.heap.free(this.workspace);
    this.workspace = this.memory.heap.alloc(this.exports.workspaceBytes() * count);
    this.ints[WORKSPACE_SLOT] = this.workspace;
    const start = { module: this.#module, memory: this.memory.wasm, job: this.exports.lastJob() };
    this.#others = await Promise.all(
      Array.from({ length: count - 1 }, (_, i) => this.#spawn({ ...start, part: i + 1 })),
    );
    this.threads = count;
  }

  unaryGrad(f: Unary, dx: Ptr, dy: Ptr, x: Ptr, y: Ptr, n: number) {
    this.run(OP.unaryGrad, n, UNARY[f], dx, dy, x, y, n);
  }

  sumSquares(x: Ptr, n: number): number {
    return this.exports.sumSquares(x, n);
  }

  findNonFinite(x: Ptr, n: number): number {
    return this.exports.findNonFinite(x, n);
  }

  clip(y: Ptr, x: Ptr, low: number, high: number, n: number) {
    this.run(OP.clip, n, y, x, this.bits(low), this.bits(high), n);
  }

  argMax(y: Ptr, x: Ptr, outer: number, n: number, inner: number) {
    this.run(OP.argMax, outer * n * inner, 0, y, x, outer, n, inner);
  }

  scatterAddRows(dtable: Ptr, dy: Ptr, index: Ptr, n: number, cols: number) {
    this.run(OP.scatterAddRows, n * cols, dtable, dy, index, n, cols);
  }

  softmaxGrad(dx: Ptr, dy: Ptr, y: Ptr, rows: number, cols: number) {
    this.run(OP.softmaxGrad, rows * cols * 4, dx, dy, y, rows, cols);
  }

  sparseCrossEntropy(loss: Ptr, p: Ptr, x: Ptr, label: Ptr, rows: number, cols: number) {
    this.run(OP.softmax, rows * cols * 4, p, x, rows, cols, loss, label);
  }

  sparseCrossEntropyGrad(dx: Ptr, dloss: Ptr, p: Ptr, label: Ptr, rows: number, cols: number) {
    this.run(OP.sparseCrossEntropyGrad, rows * cols, dx, dloss, p, label, rows, cols);
  }

  layerNormGrad(dx: Ptr, dgamma: Ptr, dbeta: Ptr, dy: Ptr, stats: Ptr, x: Ptr, gamma: Ptr, rows: number, cols: number) {
    this.run(OP.layerNormGrad, rows * cols * 4, dx, dgamma, dbeta, dy, stats, x, gamma, rows, cols);
  }

  dropoutMask(y: Ptr, seed: number, rate: number, n: number) {
    const threshold = Math.min(Math.ceil(rate * 2 ** 32), 2 ** 32 - 1);
    this.run(OP.dropoutMask, n * 4, y, seed, threshold, this.bits(1 / (1 - rate)), n);
  }

  recurrentBackward(cell: Cell, call: RecurrentCall, gradients: RecurrentGradients) {
    this.describe(cell, call);
    this.describeGradients(gradients);
    const { arena } = this.memory;
    const mark = arena.mark();
    const scratch = arena.alloc(this.exports.backwardScratch());
    this.ints[22] = scratch;
    this.exports.run(OP.recurrentBackward, this.recurrentParts(call));
    arena.release(mark);
  }

  protected describeGradients(gradients: RecurrentGradients): void {
    const ints = this.ints;
    ints[23] = gradients.dy;
    ints[24] = gradients.dhT;
    ints[25] = gradients.dcT;
    ints[26] = gradients.dx;
    ints[27] = gradients.dW;
    ints[28] = gradients.dU;
    ints[29] = gradients.db;
    ints[30] = gradients.dh0;
    ints[31] = gradients.dc0;
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
    for (let i = 0; i < numbers.length; i++) this.numbers[6 + i] = numbers[i]!;
    this.run(op, n * 2, p, g, s1, s2, s3, n);
  }
}
