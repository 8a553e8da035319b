/**
 * The one interface between mathematics and machine. Each kernel set (reference/, wasm/) owns a linear memory and computes
 * on byte addresses in it. All arrays are dense and row-major; `Ptr` 0 means "absent". Outputs come first, then inputs, then
 * sizes. Unless said otherwise outputs are overwritten and do not overlap inputs (element-wise kernels may work in place).
 * Kernels allocate scratch from `memory.arena` and give it back before they return.
 */
import type { Memory, Ptr } from "../tensor/memory.js";

/** Element-wise functions of one variable; the number is the code that the fast kernels switch on. */
export const UNARY = {
  linear: 0, sigmoid: 1, tanh: 2, relu: 3, hardSigmoid: 4, softsign: 5, elu: 6, selu: 7, softplus: 8, exponential: 9,
  relu6: 10, silu: 11, gelu: 12, mish: 13, neg: 14, log: 15, sqrt: 16, square: 17, abs: 18, reciprocal: 19, sign: 20,
  leakyRelu: 21, log1p: 22, sin: 23, cos: 24,
} as const; // prettier-ignore
export type Unary = keyof typeof UNARY;

/**
 * Activations whose slope is a function of their value, f'(a) = s(f(a)): the fused recurrent kernels take these and keep the
 * value only. hardSigmoid is Keras 3's clip(a/6 + 0.5, 0, 1).
 */
export const FUSED_ACTIVATIONS = ["linear", "sigmoid", "tanh", "relu", "hardSigmoid"] as const;
export type FusedActivation = (typeof FUSED_ACTIVATIONS)[number];

export const BINARY = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  pow: 4,
  max: 5,
  min: 6,
  greater: 7,
  greaterEqual: 8,
  equal: 9,
} as const;
export type Binary = keyof typeof BINARY;

export const REDUCE = { sum: 0, mean: 1, max: 2 } as const;
export type Reduce = keyof typeof REDUCE;

/** What every recurrent kernel is told. Time runs from 0 to T-1, or from T-1 to 0 with `reverse`; outputs stay at their own t. */
export interface RecurrentCall {
  B: number;
  T: number;
  D: number;
  H: number;
  reverse: boolean;
  /** [B, T, D] */
  x: Ptr;
  /** [D, GH]; G gates: GRU 3 (z r g), LSTM 4 (i f g o), simple RNN 1 */
  W: Ptr;
  /** [H, GH] */
  U: Ptr;
  /** [GH], or [2, 3H] for a GRU with resetAfter (input bias b, then recurrent bias c); 0 without bias */
  b: Ptr;
  /** [B, H] initial state; 0 means zeros */
  h0: Ptr;
  /** int32 [B, T], 1 = use the step, 0 = skip it (the state is carried over); 0 means that all steps count */
  mask: Ptr;
  /** [B, H] factors on the state before it meets U (recurrent dropout, the same at all steps; already scaled); 0 means none */
  stateDropout: Ptr;
  activation: FusedActivation;
  /** the gates' activation; not read by the simple RNN */
  recurrentActivation: FusedActivation;
  /** GRU only: the reset gate acts after (true) or before (false) the product with U_g */
  resetAfter: boolean;
  /** masked steps give zeros in `y` instead of the previous output (which is zeros before the first unmasked step) */
  zeroOutputForMask: boolean;
  /** [B, T, H] outputs of all steps; 0 when not wanted */
  y: Ptr;
  /** [B, H] state after the last step in running order */
  hT: Ptr;
  /**
   * What backward and explanations need, time-major (t as in x; running order does not change it):
   * h [T, B, H] the state after each step, then gates [T, B, S·H] with S slots:
   * GRU  z | r | g | q, where q = U_g h + c_g with resetAfter, else q = r ⊙ h;  LSTM  i | f | g | o | c;  simple RNN none.
   * `savedLength` gives the number of elements; 0 = inference, nothing is kept.
   */
  saved: Ptr;
  /** LSTM only: [B, H] initial and last cell state */
  c0: Ptr;
  cT: Ptr;
}

/** Gradients of a recurrent call. dW, dU, db accumulate (+=); dx, dh0, dc0 overwrite and are skipped where 0. */
export interface RecurrentGradients {
  /** [B, T, H]; 0 when no gradient arrives at the sequence of outputs */
  dy: Ptr;
  /** [B, H] gradient at the last state; 0 when none */
  dhT: Ptr;
  dcT: Ptr;
  dx: Ptr;
  dW: Ptr;
  dU: Ptr;
  db: Ptr;
  dh0: Ptr;
  dc0: Ptr;
}

export type Cell = "gru" | "lstm" | "simpleRnn";

export interface Kernels {
  readonly name: string;
  readonly memory: Memory;
  /** threads that share this memory, this one included */
  readonly threads: number;

  /** c = op(a) op(b) (+ c with accumulate); op(a) [M, K], op(b) [K, N], c [M, N]; transA: a is stored [K, M]. */
  gemm(
    c: Ptr,
    a: Ptr,
    b: Ptr,
    M: number,
    N: number,
    K: number,
    transA: boolean,
    transB: boolean,
    accumulate: boolean,
  ): void;

  unary(f: Unary, y: Ptr, x: Ptr, n: number): void;
  /** dx = dy · f'(x), given y = f(x). */
  unaryGrad(f: Unary, dx: Ptr, dy: Ptr, x: Ptr, y: Ptr, n: number): void;
  /** y[i] = f(a[i or 0], b[i or 0]); an operand of length 1 is repeated (na, nb = n or 1). Comparisons give 1 or 0. */
  binary(f: Binary, y: Ptr, a: Ptr, na: number, b: Ptr, nb: number, n: number): void;
  /** y[r, c] = f(a[r, c], b[c]): a vector along the last axis (bias). */
  binaryRow(f: Binary, y: Ptr, a: Ptr, b: Ptr, rows: number, cols: number): void;
  fill(y: Ptr, value: number, n: number): void;
  /** y = alpha·x + y */
  axpy(y: Ptr, alpha: number, x: Ptr, n: number): void;
  /** y = alpha·x */
  scale(y: Ptr, alpha: number, x: Ptr, n: number): void;
  /** Σ x², added up in float64; n may be 0. */
  sumSquares(x: Ptr, n: number): number;
  /** Index of the first element that is NaN or infinite, or -1. */
  findNonFinite(x: Ptr, n: number): number;
  /** y[i] = cond[i] ? a[i] : b[i]; cond int32. */
  where(y: Ptr, cond: Ptr, a: Ptr, b: Ptr, n: number): void;
  clip(y: Ptr, x: Ptr, low: number, high: number, n: number): void;
  /** int32 to float and back (towards zero). */
  intToFloat(y: Ptr, x: Ptr, n: number): void;
  floatToInt(y: Ptr, x: Ptr, n: number): void;

  /** x [outer, n, inner] → y [outer, inner]; y (+)= with accumulate (sum and mean only). */
  reduce(f: Reduce, y: Ptr, x: Ptr, outer: number, n: number, inner: number, accumulate: boolean): void;
  /** x [outer, n, inner] → y int32 [outer, inner]: index of the first largest along n. */
  argMax(y: Ptr, x: Ptr, outer: number, n: number, inner: number): void;
  /**
   * Copies a box of sizes `dims` (up to 6 axes) between strided layouts of 4- or 8-byte elements (floats or ints of this set):
   * dst[Σ i·dstStrides] (+)= src[Σ i·srcStrides]. Strides are in elements; stride 0 repeats (broadcast) or sums (with accumulate).
   */
  copy(
    dst: Ptr,
    src: Ptr,
    dims: readonly number[],
    dstStrides: readonly number[],
    srcStrides: readonly number[],
    accumulate: boolean,
  ): void;
  /** The same for int32 elements; overwrites. */
  copyInts(
    dst: Ptr,
    src: Ptr,
    dims: readonly number[],
    dstStrides: readonly number[],
    srcStrides: readonly number[],
  ): void;
  /** y[i, :] = table[index[i], :]; index int32, within [0, rows) (checked by the caller). */
  gatherRows(y: Ptr, table: Ptr, index: Ptr, n: number, cols: number): void;
  /** dtable[index[i], :] += dy[i, :] in the order of i. */
  scatterAddRows(dtable: Ptr, dy: Ptr, index: Ptr, n: number, cols: number): void;
  /** Smallest and largest of n int32 values, for the callers' checks; [0, -1] for n = 0. */
  rangeOfInts(x: Ptr, n: number): [number, number];

  /** Rows of y are softmax(rows of x), shifted by the largest. */
  softmax(y: Ptr, x: Ptr, rows: number, cols: number): void;
  softmaxGrad(dx: Ptr, dy: Ptr, y: Ptr, rows: number, cols: number): void;
  /** loss[r] = logsumexp(x[r]) - x[r, label[r]]; p = softmax(x), kept for backward. label int32, checked by the caller. */
  sparseCrossEntropy(loss: Ptr, p: Ptr, x: Ptr, label: Ptr, rows: number, cols: number): void;
  /** dx[r, :] = dloss[r] · (p[r, :] - onehot(label[r])). */
  sparseCrossEntropyGrad(dx: Ptr, dloss: Ptr, p: Ptr, label: Ptr, rows: number, cols: number): void;
  /** y = (x - mean) / √(var + eps) · gamma + beta over rows of `cols`; stats [rows, 2] keeps mean and 1/√(var + eps). gamma, beta may be 0. */
  layerNorm(y: Ptr, stats: Ptr, x: Ptr, gamma: Ptr, beta: Ptr, eps: number, rows: number, cols: number): void;
  /** dgamma, dbeta accumulate; dx overwrites; each skipped where 0. */
  layerNormGrad(
    dx: Ptr,
    dgamma: Ptr,
    dbeta: Ptr,
    dy: Ptr,
    stats: Ptr,
    x: Ptr,
    gamma: Ptr,
    rows: number,
    cols: number,
  ): void;
  /** y[i] = 0 with probability `rate`, else 1 / (1 - rate); a counter-based stream of (seed, i), equal in all kernel sets (util/random.ts). */
  dropoutMask(y: Ptr, seed: number, rate: number, n: number): void;

  /** Elements of `saved` in a call of these sizes. */
  savedLength(cell: Cell, B: number, T: number, H: number): number;
  recurrentForward(cell: Cell, call: RecurrentCall): void;
  recurrentBackward(cell: Cell, call: RecurrentCall, gradients: RecurrentGradients): void;

  /** v = momentum·v - lr·g; p += v, or with nesterov p += momentum·v - lr·g; v is 0 (absent) when momentum is 0. */
  sgd(p: Ptr, g: Ptr, v: Ptr, n: number, lr: number, momentum: number, nesterov: boolean): void;
  /**
   * m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; p -= lrT · (cm·m + cg·g) / (√v + epsT). The caller folds the bias correction
   * into lrT and epsT; Adam has cm = 1, cg = 0; Nadam uses both. Moments below 1e-30 in size become 0 (denormals).
   */
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
  ): void;
  /**
   * Keras's RMSprop: v = ρ·v + (1-ρ)·g²; a = ρ·a + (1-ρ)·g when centered (a ≠ 0), d = v - a², else d = v;
   * u = lr·g / √(d + eps); with momentum (m ≠ 0) m = momentum·m + u, p -= m; else p -= u.
   */
  rmsprop(
    p: Ptr,
    g: Ptr,
    v: Ptr,
    a: Ptr,
    m: Ptr,
    n: number,
    lr: number,
    rho: number,
    momentum: number,
    eps: number,
  ): void;
  /** s += g²; p -= lr·g / √(s + eps). */
  adagrad(p: Ptr, g: Ptr, s: Ptr, n: number, lr: number, eps: number): void;
}
