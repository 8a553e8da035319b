import { verdictOf, type Entry, type Evaluation, type Judge, type Picture } from "../../runs/evaluation.js";
import { bleu } from "../scores/bleu.js";
import { bleuTokens, type BleuTokenizer } from "../scores/bleu-tokens.js";
import { chrf } from "../scores/chrf.js";
import { editDistance } from "../scores/edit-distance.js";
import type { Codec } from "./codec.js";
import type { Translation } from "./decode.js";
import type { Pairs } from "./pairs.js";

/** Each sentence once, with all its translations. */
export interface Grouped {
  readonly sources: readonly string[];
  readonly references: readonly (readonly string[])[];
}

export function grouped({ sources, targets }: Pick<Pairs, "sources" | "targets">): Grouped {
  const found = new Map<string, string[]>();
  for (const [i, source] of sources.entries()) {
    const list = found.get(source);
    if (list) list.push(targets[i]!);
    else found.set(source, [targets[i]!]);
  }
  return { sources: [...found.keys()], references: [...found.values()] };
}

export interface Judged extends Grouped {
  readonly part: string;
  readonly network: readonly Translation[];
  readonly rivals: readonly { name: string; kind: "trivial" | "simple"; texts: readonly string[] }[];
}

export function judge(judged: Judged, target: Codec, tokenizer: BleuTokenizer): Evaluation {
  const { part, sources, references, network, rivals } = judged;
  const bySpace = target.rules.level === "space";
  const judge: Judge = bySpace
    ? { name: "tokenErrorRate", mode: "min" }
    : { name: hasFours(references, tokenizer) ? "bleu" : "chrf", mode: "max" };
  const values = (texts: readonly string[]) => {
    const rates = ratesOf(references, texts, target);
    if (bySpace) return rates;
    const scores = { bleu: bleu(references, texts, { tokenizer }), chrf: chrf(references, texts) };
    return { ...scores, chrfPlusPlus: chrf(references, texts, { wordOrder: 2 }), ...rates };
  };
  const entries: Entry[] = [
    { name: "network", kind: "network", values: values(network.map(({ text }) => text)) },
    ...rivals.map(({ name, kind, texts }) => ({ name, kind, values: values(texts) })),
  ];
  const pictures = [samplesOf(judged), ...attentionPictures(network)];
  return { count: sources.length, of: "sentences", part, judge, entries, verdict: verdictOf(judge, entries), pictures };
}

/** BLEU counts runs of four tokens: where most sentences are shorter, it says nothing of them. */
function hasFours(references: Grouped["references"], tokenizer: BleuTokenizer): boolean {
  const long = references.filter((list) => bleuTokens(list[0]!, tokenizer).length >= 4);
  return 2 * long.length >= references.length;
}

/**
 * tokenErrorRate: Σ edit distance to the nearest reference / Σ its length, in the tokens of the target; sentenceErrorRate: the share of sentences
 * that are none of their references.
 */
function ratesOf(references: Grouped["references"], texts: readonly string[], codec: Codec): Record<string, number> {
  let [errors, length, wrong] = [0, 0, 0];
  for (const [i, list] of references.entries()) {
    const tokens = codec.split(texts[i]!);
    const options = list.map((text) => {
      const other = codec.split(text);
      return { distance: editDistance(other, tokens), length: other.length };
    });
    const nearest = options.reduce((a, b) => (b.distance < a.distance ? b : a));
    errors += nearest.distance;
    length += nearest.length;
    wrong += nearest.distance > 0 ? 1 : 0;
  }
  return { tokenErrorRate: errors / length, sentenceErrorRate: wrong / references.length };
}

const SHOWN = 12;

/** Sentences from all over the part, which lie in random order. */
function samplesOf({ sources, references, network, rivals }: Judged): Picture {
  const samples = sources.slice(0, SHOWN).map((title, i) => {
    const own = `network: ${network[i]!.text}\nreference: ${references[i]!.join(" | ")}`;
    const others = rivals.filter(({ kind }) => kind === "simple").map(({ name, texts }) => `${name}: ${texts[i]}`);
    return { title, text: [own, ...others].join("\n") };
  });
  return { kind: "samples", samples };
}

/** Tokens up to which each has its name beside the picture. */
const MOST_TOKENS = 12;
const PICTURES = 2;

function attentionPictures(network: readonly Translation[]): Picture[] {
  const fits = network.filter(({ sourceTokens, targetTokens }) => {
    const n = sourceTokens.length;
    return n >= 3 && n <= MOST_TOKENS && targetTokens.length >= 3 && targetTokens.length <= 2 * MOST_TOKENS;
  });
  return fits.slice(0, PICTURES).map(({ text, sourceTokens, targetTokens, attention }) => ({
    kind: "heat",
    title: `What was looked at: ${text}`,
    subtitle: "Rows are the tokens that were written, from the top; the stronger the colour, the more they looked at that token of the source.",
    xLabel: "source",
    x: sourceTokens,
    y: targetTokens,
    values: attention,
  })); // prettier-ignore
}
