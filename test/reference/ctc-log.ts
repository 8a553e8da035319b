/**
 * The forward-backward recursion of CTC as the paper's rescaling is mostly replaced today: on logarithms, every sum an exponential
 * and a logarithm. Slow and obviously right: the twin of src/ops/ctc-lattice.ts.
 */
import type { Rows } from "../../src/ops/ctc-lattice.js";
import type { TensorData } from "../../src/tensor/dtype.js";

/**
 * The forward-backward recursion of CTC on one sample after another; its memory is used again. l' is the text with a blank before,
 * between and after its labels, S = 2L + 1 symbols; everything is logarithms in float64.
 */
export class CtcLogLattice {
  readonly #K: number;
  readonly #blank: number;
  /** ln Σ e^x of each step. */
  readonly #norm: Float64Array;
  readonly #row: Float64Array;
  #alpha = new Float64Array(0);

  constructor(T: number, K: number, blank: number) {
    this.#K = K;
    this.#blank = blank;
    this.#norm = new Float64Array(T);
    this.#row = new Float64Array(K);
  }

  /**
   * −ln p(l|x), Infinity where no path is possible.
   * @param steps those that count, in order
   * @param slope where the gradient at the logits of these steps goes; others are left alone
   */
  run(logits: Rows, steps: readonly number[], text: readonly number[], slope: Rows | null): number {
    const symbols = Int32Array.from({ length: 2 * text.length + 1 }, (_, s) => (s % 2 ? text[s >> 1]! : this.#blank));
    if (steps.length === 0) return text.length === 0 ? 0 : Infinity;
    const logP = this.#forward(logits, steps, symbols);
    if (slope && logP > -Infinity) this.#backward(logits, steps, symbols, logP, slope);
    return -logP;
  }

  /** α_t(s) = ln p(π_1…t passes s at t), with the emission at t (eqs. 5 to 8); ln p(l|x). */
  #forward({ data, from }: Rows, steps: readonly number[], symbols: Int32Array): number {
    const [T, S, K] = [steps.length, symbols.length, this.#K];
    if (this.#alpha.length < T * S) this.#alpha = new Float64Array(T * S);
    const alpha = this.#alpha.fill(-Infinity, 0, T * S);
    for (let t = 0; t < T; t++) {
      const x = from + steps[t]! * K;
      const norm = (this.#norm[t] = logSumRow(data, x, K));
      const above = (t - 1) * S;
      // Cells from which the end cannot be reached, or that no path reaches, are left out.
      for (let s = Math.max(0, S - 2 * (T - t)); s < Math.min(S, 2 * (t + 1)); s++) {
        const before =
          t === 0
            ? 0
            : logSum(
                alpha[above + s]!,
                s > 0 ? alpha[above + s - 1]! : -Infinity,
                skips(symbols, s) ? alpha[above + s - 2]! : -Infinity,
              );
        alpha[t * S + s] = before + data[x + symbols[s]!]! - norm;
      }
    }
    const end = T * S;
    return logSum(alpha[end - 1]!, S > 1 ? alpha[end - 2]! : -Infinity, -Infinity);
  }

  /** β_t(s) = ln p(π_(t+1)…T ends the text | s at t), without the emission at t, so that p(s at t | l, x) = exp(α + β − ln p). */
  #backward({ data, from }: Rows, steps: readonly number[], symbols: Int32Array, logP: number, slope: Rows): void {
    const [T, S, K] = [steps.length, symbols.length, this.#K];
    const [alpha, row] = [this.#alpha, this.#row];
    const beta = new Float64Array(S).fill(-Infinity);
    beta.fill(0, Math.max(0, S - 2));
    for (let t = T - 1; t >= 0; t--) {
      const x = from + steps[t]! * K;
      const norm = this.#norm[t]!;
      const [low, high] = [Math.max(0, S - 2 * (T - t)), Math.min(S, 2 * (t + 1))];
      for (let k = 0; k < K; k++) row[k] = Math.exp(data[x + k]! - norm);
      for (let s = low; s < high; s++) {
        row[symbols[s]!]! -= Math.exp(alpha[t * S + s]! + beta[s]! - logP);
        beta[s]! += data[x + symbols[s]!]! - norm; // β of the step before takes the emissions of this one
      }
      slope.data.set(row, slope.from + steps[t]! * K);
      for (let s = Math.max(0, low - 2); s < Math.min(S, 2 * t); s++)
        beta[s] = logSum(
          beta[s]!,
          s + 1 < S ? beta[s + 1]! : -Infinity,
          s + 2 < S && skips(symbols, s + 2) ? beta[s + 2]! : -Infinity,
        );
    }
  }
}

/** Whether s may be reached from s − 2: a label after another one, without the blank between them. */
function skips(symbols: Int32Array, s: number): boolean {
  return s % 2 === 1 && s > 1 && symbols[s] !== symbols[s - 2];
}

/** ln(e^a + e^b + e^c), -∞ for three of them. */
function logSum(a: number, b: number, c: number): number {
  const most = Math.max(a, b, c);
  return most === -Infinity ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most) + Math.exp(c - most));
}

function logSumRow(x: TensorData, from: number, K: number): number {
  let most = -Infinity;
  for (let i = from; i < from + K; i++) most = Math.max(most, x[i]!);
  let sum = 0;
  for (let i = from; i < from + K; i++) sum += Math.exp(x[i]! - most);
  return most + Math.log(sum);
}
