import { blankOf } from "../../ops/ctc-labels.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkCount, checkOptions, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { Prefix } from "./prefix.js";
import { decodeEach, logProbabilities, type CtcDecodeOptions } from "./rows.js";

/** ln P(label | the labels before it) of a language model. */
export type LabelModel = (before: readonly number[], label: number) => number;

export interface CtcBeamOptions {
  /** Texts that are followed at once. Default 32. */
  beams?: number | undefined;
  /** A class that is less likely than this at a step begins no label there. Default 0: all are tried. */
  leastProbability?: number | undefined;
  /** ln P(label | labels before it): α times it counts in the score. Default: none. */
  languageModel?: LabelModel | undefined;
  /** α, the weight of the language model. Default 1. */
  languageWeight?: number | undefined;
  /** β, added to the score for each label: what a language model takes from long texts. Default 0. */
  labelBonus?: number | undefined;
}

export interface CtcText {
  readonly labels: readonly number[];
  /** ln p(text | steps), over all paths of the text that stayed within the beams. */
  readonly logProbability: number;
  /** logProbability + α · ln P of the language model + β · labels: what texts are ranked by. */
  readonly score: number;
}

const WHERE = "ctcBeamSearch";
const KNOWN = ["beams", "leastProbability", "languageModel", "languageWeight", "labelBonus"];

/**
 * Prefix beam search (Hannun, Maas, Jurafsky and Ng 2014, arXiv 1408.2873, algorithm 1; without a language model Graves 2012, section
 * 7.5.3), one step after another: the probability of a text is added up over its paths, so that a text of many likely paths wins over
 * the likeliest single path. With beams for all texts it is exact.
 */
export class CtcBeamDecoder {
  readonly #blank: number;
  readonly #beams: number;
  readonly #cutoff: number;
  readonly #row: Float64Array;
  readonly #score: (prefix: Prefix) => number;
  readonly #languageOf: (prefix: Prefix, label: number) => number;
  #beam: Prefix[];

  /** @param K classes, the blank among them */
  constructor(K: number, blank = 0, options: CtcBeamOptions = {}) {
    checkOptions(WHERE, options, KNOWN);
    const { beams = 32, leastProbability = 0, languageModel, languageWeight = 1, labelBonus = 0 } = options;
    this.#blank = blankOf(WHERE, blank, K);
    this.#beams = checkCount(WHERE, "beams", beams);
    this.#cutoff = Math.log(checkRange(WHERE, "leastProbability", leastProbability, 0, 1));
    checkRange(WHERE, "languageWeight", languageWeight);
    checkRange(WHERE, "labelBonus", labelBonus);
    check(languageModel === undefined || typeof languageModel === "function", () => {
      return `${WHERE}: languageModel must be a function (labels, label) => ln P, got ${show(languageModel)}`;
    });
    this.#row = new Float64Array(K);
    this.#score = (prefix) => prefix.total + languageWeight * prefix.language + labelBonus * prefix.length;
    this.#languageOf = languageModel ? (prefix, label) => languageModel(prefix.labels(), label) : () => 0;
    this.#beam = [Prefix.empty()];
  }

  /** @param row logits or logarithms of probabilities [K] of the next step */
  push(row: ArrayLike<number>): void {
    const ln = logProbabilities(row, this.#row);
    const reached = new Set<Prefix>();
    for (const prefix of this.#beam) {
      const { total, ending, label } = prefix;
      prefix.stay(total + ln[this.#blank]!, label < 0 ? -Infinity : ending + ln[label]!);
      reached.add(prefix);
      for (let k = 0; k < ln.length; k++) {
        if (k === this.#blank || ln[k]! < this.#cutoff) continue;
        // The same label again is a new one only after a blank.
        const p = (k === label ? prefix.pausing : total) + ln[k]!;
        if (p === -Infinity) continue;
        const longer = prefix.longer(k, () => this.#languageOf(prefix, k));
        longer.reach(p);
        reached.add(longer);
      }
    }
    const ranked = [...reached].map((prefix) => ({ prefix: prefix.settle(), score: this.#score(prefix) }));
    ranked.sort((a, b) => b.score - a.score);
    for (const { prefix } of ranked.slice(this.#beams)) prefix.drop();
    this.#beam = ranked.slice(0, this.#beams).map(({ prefix }) => prefix);
  }

  /** The best texts so far, the best first; later steps may change them. */
  best(count = 1): CtcText[] {
    return this.#beam.slice(0, count).map((prefix) => ({
      labels: prefix.labels(),
      logProbability: prefix.total,
      score: this.#score(prefix),
    }));
  }
}

/**
 * The best texts of each sample by prefix beam search: logits [B, T, K] → for each of B samples up to `best` texts (default 1), the best
 * first.
 */
export function ctcBeamSearch(
  logits: Tensor,
  options: CtcDecodeOptions & CtcBeamOptions & { best?: number } = {},
): CtcText[][] {
  const { blank = 0, mask = null, best = 1, ...rest } = options;
  checkCount(WHERE, "best", best);
  return decodeEach(WHERE, logits, mask, (K) => new CtcBeamDecoder(K, blank, rest)).map((decoder) =>
    decoder.best(best),
  );
}
