import { checkChoice } from "../../util/checks.js";
import { bleuTokens, BLEU_TOKENIZERS, type BleuTokenizer } from "./bleu-tokens.js";
import { nGrams, overlap } from "./n-grams.js";
import { checkReferences, type References } from "./references.js";

export interface BleuOptions {
  /** Default "13a"; "zh" for Chinese. */
  tokenizer?: BleuTokenizer;
}

const ORDER = 4;

/**
 * BLEU of a corpus (Papineni et al. 2002) as sacreBLEU defines it (Post 2018, arXiv 1804.08771): 100 · BP · (p₁p₂p₃p₄)^(1/4), with
 * smoothing "exp" of precisions that are 0, and of several references the nearest length and the largest counts.
 * Its signature there: nrefs:…|case:mixed|eff:no|tok:13a|smooth:exp.
 * @param references for each hypothesis one text, or several
 * @returns 0 to 100
 * @throws SluiceError where there are not as many references as hypotheses
 */
export function bleu(references: References, hypotheses: readonly string[], options: BleuOptions = {}): number {
  const { tokenizer = "13a" } = options;
  checkChoice("bleu", "tokenizer", tokenizer, BLEU_TOKENIZERS);
  const lists = checkReferences("bleu", references, hypotheses);
  const [correct, all] = [new Float64Array(ORDER), new Float64Array(ORDER)];
  let [length, closest] = [0, 0];
  for (const [i, hypothesis] of hypotheses.entries()) {
    const tokens = bleuTokens(hypothesis, tokenizer);
    const others = lists[i]!.map((text) => bleuTokens(text, tokenizer));
    length += tokens.length;
    closest += closestLength(tokens.length, others);
    for (let n = 1; n <= ORDER; n++) {
      all[n - 1]! += Math.max(0, tokens.length - n + 1);
      correct[n - 1]! += overlap(nGrams(tokens, n), most(others.map((other) => nGrams(other, n))));
    }
  }
  if (correct.every((count) => count === 0)) return 0;
  const brevity = length < closest ? Math.exp(1 - closest / length) : 1;
  return brevity * Math.exp(logPrecision(correct, all));
}

/** Mean of ln p; a precision that is 0 counts as 1/2, 1/4, … of a match, in turn. Without any run of n tokens the score is 0. */
function logPrecision(correct: Float64Array, all: Float64Array): number {
  let [sum, half] = [0, 1];
  for (let n = 0; n < ORDER; n++) {
    if (all[n] === 0) return -Infinity;
    if (correct[n] === 0) half /= 2;
    sum += Math.log((100 * (correct[n] === 0 ? half : correct[n]!)) / all[n]!);
  }
  return sum / ORDER;
}

function closestLength(length: number, others: readonly (readonly string[])[]): number {
  const lengths = others.map((other) => other.length);
  return lengths.reduce((best, n) => {
    const [near, so] = [Math.abs(n - length), Math.abs(best - length)];
    return near < so || (near === so && n < best) ? n : best;
  });
}

/** The largest count of each run in any of the references. */
function most(counts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  if (counts.length === 1) return counts[0]!;
  const merged = new Map<string, number>();
  for (const own of counts) for (const [gram, n] of own) merged.set(gram, Math.max(n, merged.get(gram) ?? 0));
  return merged;
}
