import type { TensorData } from "../tensor/dtype.js";
import { advance, takeShares, weigh, WideNumbers } from "./ctc-numbers.js";

/** One sample's numbers [T, K], in an array that may hold others too. */
export interface Rows {
  readonly data: TensorData;
  readonly from: number;
}

/**
 * The forward-backward recursion of CTC (Graves et al. 2006, section 4.1) on one sample after another; its memory is used again. l' is
 * the text with a blank before, between and after its labels, S = 2L + 1 symbols.
 */
export class CtcLattice {
  readonly #K: number;
  readonly #blank: number;
  /** Softmax of each step, [T, K]. */
  readonly #p: WideNumbers;
  readonly #row: Float64Array;
  #alpha = new WideNumbers(0);

  constructor(T: number, K: number, blank: number) {
    this.#K = K;
    this.#blank = blank;
    this.#p = new WideNumbers(T * K);
    this.#row = new Float64Array(K);
  }

  /**
   * −ln p(l|x), Infinity where no path is possible.
   * @param steps those that count, in order
   * @param slope where the gradient at the logits of these steps goes; others are left alone
   */
  run(logits: Rows, steps: readonly number[], text: readonly number[], slope: Rows | null): number {
    if (steps.length === 0) return text.length === 0 ? 0 : Infinity;
    for (const [t, step] of steps.entries()) this.#softmax(t, logits.data, logits.from + step * this.#K);
    const chain = new Chain(steps.length, text, this.#blank);
    const logP = this.#forward(chain);
    if (slope && logP > -Infinity) this.#backward(chain, steps, logP, slope);
    return -logP;
  }

  #softmax(t: number, x: TensorData, from: number): void {
    const K = this.#K;
    let most = -Infinity;
    for (let i = from; i < from + K; i++) most = Math.max(most, x[i]!);
    let sum = 0;
    for (let i = from; i < from + K; i++) sum += Math.exp(x[i]! - most);
    const norm = most + Math.log(sum);
    for (let k = 0; k < K; k++) this.#p.setExp(t * K + k, x[from + k]! - norm);
  }

  /** α_t(s) = p(π_1…t passes s at t), with the emission at t (eqs. 5 to 7); gives ln p(l|x) (eq. 8). */
  #forward({ T, S, symbols, skips, cells }: Chain): number {
    const width = S + MARGIN;
    if (this.#alpha.m.length < T * width) this.#alpha = new WideNumbers(T * width);
    const alpha = this.#alpha;
    alpha.clear(0, T * width);
    for (let t = 0; t < T; t++) {
      const row = t * width + MARGIN;
      const range = cells(t);
      if (t > 0) advance(alpha, row, row - width, -1, range, skips);
      else for (let s = range[0]; s < range[1]; s++) alpha.setOne(row + s);
      weigh(alpha, row, this.#p, t * this.#K, range, symbols);
    }
    const end = T * width - 1;
    return alpha.logOfSum(end, end - 1);
  }

  /** β_t(s) = p(π_(t+1)…T ends the text | s at t), without the emission at t, so that p(s at t | l, x) = α β / p(l|x). */
  #backward({ T, S, symbols, skips, cells }: Chain, steps: readonly number[], logP: number, slope: Rows): void {
    const [K, p, out] = [this.#K, this.#p, this.#row];
    const width = S + MARGIN;
    const beta = new WideNumbers(2 * width);
    let [here, next] = [0, width];
    for (let s = Math.max(0, S - 2); s < S; s++) beta.setOne(s);
    for (let t = T - 1; t >= 0; t--) {
      for (let k = 0; k < K; k++) out[k] = p.at(t * K + k);
      takeShares(out, this.#alpha, t * width + MARGIN, beta, here, logP, cells(t), symbols);
      slope.data.set(out, slope.from + steps[t]! * K);
      if (t === 0) break;
      weigh(beta, here, p, t * K, cells(t), symbols); // β of the step before takes the emissions of this one
      beta.clear(next, next + width);
      advance(beta, next, here, 1, cells(t - 1), skips);
      [here, next] = [next, here];
    }
  }
}

/** Places beside a row that stay zero. */
const MARGIN = 2;

/** The symbols of a text and how they follow one another. */
class Chain {
  readonly S: number;
  readonly symbols: Int32Array;
  /** 1 where s may be reached from s − 2: a label after another one, without the blank between them; with zeros after the end. */
  readonly skips: Uint8Array;

  constructor(
    readonly T: number,
    text: readonly number[],
    blank: number,
  ) {
    this.S = 2 * text.length + 1;
    this.symbols = Int32Array.from({ length: this.S }, (_, s) => (s % 2 ? text[s >> 1]! : blank));
    this.skips = new Uint8Array(this.S + MARGIN);
    for (let i = 1; i < text.length; i++) this.skips[2 * i + 1] = Number(text[i] !== text[i - 1]);
  }

  /** The symbols that a path can have reached at t, and from which it can still reach the end. */
  readonly cells = (t: number): readonly [low: number, high: number] => {
    return [Math.max(0, this.S - 2 * (this.T - t)), Math.min(this.S, 2 * (t + 1))];
  };
}
