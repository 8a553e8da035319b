import { blankOf } from "../../ops/ctc-labels.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkOptions } from "../../util/checks.js";
import { decodeEach, logProbabilities, type CtcDecodeOptions } from "./rows.js";

export interface CtcPath {
  /** The text: repeated classes of the path merged, blanks left out. */
  readonly labels: readonly number[];
  /** The step at which each label begins. */
  readonly steps: readonly number[];
  /** Σ ln p of the path, which is no more than that of the text: other paths give the same text. */
  readonly logProbability: number;
}

/**
 * The likeliest class of every step (best path decoding, Graves et al. 2006, section 3.2), one step after another: `push` gives the
 * label that a step begins, or −1. What was said stands: later steps change nothing.
 */
export class CtcGreedyDecoder implements CtcPath {
  readonly labels: number[] = [];
  readonly steps: number[] = [];
  logProbability = 0;
  readonly #blank: number;
  readonly #row: Float64Array;
  #before: number;
  #step = 0;

  /** @param K classes, the blank among them */
  constructor(K: number, blank = 0) {
    this.#blank = blankOf("ctcGreedy", blank, K);
    this.#before = this.#blank;
    this.#row = new Float64Array(K);
  }

  /** @param row logits or logarithms of probabilities [K] of the next step */
  push(row: ArrayLike<number>): number {
    const ln = logProbabilities(row, this.#row);
    let best = 0;
    for (let k = 1; k < ln.length; k++) if (ln[k]! > ln[best]!) best = k;
    this.logProbability += ln[best]!;
    const begins = best !== this.#blank && best !== this.#before;
    if (begins) {
      this.labels.push(best);
      this.steps.push(this.#step);
    }
    this.#before = best;
    this.#step++;
    return begins ? best : -1;
  }
}

/**
 * The text of the likeliest path of each sample: logits [B, T, K] → B texts. Fast, and nearly as good as a beam search where the network
 * is sure of itself.
 */
export function ctcGreedy(logits: Tensor, options: CtcDecodeOptions = {}): CtcPath[] {
  checkOptions("ctcGreedy", options, ["blank", "mask"]);
  const { blank = 0, mask = null } = options;
  const all = decodeEach("ctcGreedy", logits, mask, (K) => new CtcGreedyDecoder(K, blank));
  return all.map(({ labels, steps, logProbability }) => ({ labels, steps, logProbability }));
}
