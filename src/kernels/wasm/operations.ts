/** Numbers that the wasm module's `run` switches on (assembly/index.ts), and the places of its arguments (assembly/args.ts). */
export const OP = {
  gemm: 0, recurrentForward: 1, recurrentBackward: 2, unary: 3, unaryGrad: 4, binary: 5, binaryRow: 6, fill: 7, axpy: 8,
  where: 9, clip: 10, convert: 11, dropoutMask: 12, reduce: 13, argMax: 14, copyBox: 15, gatherRows: 16, scatterAddRows: 17,
  softmax: 18, softmaxGrad: 19, sparseCrossEntropyGrad: 20, layerNorm: 21, layerNormGrad: 22, sgd: 23, adam: 24, rmsprop: 25,
  adagrad: 26,
} as const; // prettier-ignore

export const ARGS = 2048;
export const ARG_SLOTS = 64;
export const WORKSPACE_SLOT = 63;
export const WIDE_SLOT = 62;

/** What the module exports. */
export interface WasmExports {
  run(op: number, parts: number): void;
  work(part: number, job: number): void;
  lastJob(): number;
  /** Not in the modules without gradients, which are for one thread. */
  setMayWait?(value: boolean): void;
  workspaceBytes(): number;
  forwardScratch(parts: number): number;
  backwardScratch(): number;
  sumSquares(x: number, n: number): number;
  findNonFinite(x: number, n: number): number;
  extremeOfInts(x: number, n: number, largest: number): number;
}
