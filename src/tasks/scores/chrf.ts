import { checkCount } from "../../util/checks.js";
import { splitSpaces } from "./bleu-tokens.js";
import { nGrams, overlap, total } from "./n-grams.js";
import { checkReferences, type References } from "./references.js";

export interface ChrfOptions {
  /** Runs of words that count beside those of characters: 0 for chrF (default), 2 for chrF++. */
  wordOrder?: number;
}

const CHARACTERS = 6;
/** Recall counts β² times as much as precision. */
const BETA = 2;

/**
 * chrF2 of a corpus (Popović 2015) as sacreBLEU defines it: the F-score, with recall counting four times as much, of runs of 1 to 6 characters
 * without white space, whose precisions and recalls are averaged over the orders that occur. With wordOrder 2 it is chrF++ (Popović 2017).
 * Of several references that with the best score counts. Its signature there: nrefs:…|case:mixed|eff:yes|nc:6|nw:0|space:no.
 * @param references for each hypothesis one text, or several
 * @returns 0 to 100
 * @throws SluiceError where there are not as many references as hypotheses
 */
export function chrf(references: References, hypotheses: readonly string[], options: ChrfOptions = {}): number {
  const { wordOrder = 0 } = options;
  checkCount("chrf", "wordOrder", wordOrder, 0);
  const lists = checkReferences("chrf", references, hypotheses);
  const sums = Array.from({ length: CHARACTERS + wordOrder }, (): Counts => [0, 0, 0]);
  for (const [i, hypothesis] of hypotheses.entries()) {
    const own = gramsOf(hypothesis, wordOrder);
    const candidates = lists[i]!.map((text) => countsOf(own, gramsOf(text, wordOrder)));
    const scores = candidates.map(scoreOf);
    for (const [n, counts] of candidates[scores.indexOf(Math.max(...scores))]!.entries()) {
      for (const k of [0, 1, 2] as const) sums[n]![k] += counts[k];
    }
  }
  return scoreOf(sums);
}

/** Of one order: how many runs the hypothesis has, the reference, and both. */
type Counts = [hypothesis: number, reference: number, both: number];

function countsOf(own: readonly Map<string, number>[], other: readonly Map<string, number>[]): Counts[] {
  return own.map((grams, n) => {
    const reference = total(other[n]!);
    return [reference === 0 ? 0 : total(grams), reference, overlap(grams, other[n]!)];
  });
}

function gramsOf(text: string, wordOrder: number): Map<string, number>[] {
  const parts = splitSpaces(text);
  const characters = parts.flatMap((part) => [...part]);
  const words = parts.flatMap(withoutPunctuation);
  return [
    ...Array.from({ length: CHARACTERS }, (_, i) => nGrams(characters, i + 1)),
    ...Array.from({ length: wordOrder }, (_, i) => nGrams(words, i + 1)),
  ];
}

const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

/** A sign at the end of a word is a word of its own, else one at its beginning. */
function withoutPunctuation(word: string): string[] {
  const chars = [...word];
  if (chars.length === 1) return [word];
  if (PUNCTUATION.has(chars.at(-1)!)) return [chars.slice(0, -1).join(""), chars.at(-1)!];
  return PUNCTUATION.has(chars[0]!) ? [chars[0]!, chars.slice(1).join("")] : [word];
}

/** F of the mean precision and recall over the orders that both have. */
function scoreOf(counts: readonly Counts[]): number {
  const used = counts.filter(([own, reference]) => own > 0 && reference > 0);
  if (used.length === 0) return 0;
  const precision = used.reduce((sum, [own, , both]) => sum + both / own, 0) / used.length;
  const recall = used.reduce((sum, [, reference, both]) => sum + both / reference, 0) / used.length;
  if (precision + recall === 0) return 0;
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall);
}
