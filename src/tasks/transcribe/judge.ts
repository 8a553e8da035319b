import { verdictOf, type Entry, type Evaluation, type Picture } from "../../runs/evaluation.js";
import { align, editsOf } from "../scores/edit-distance.js";
import { characterErrorRate, charactersOf, wordErrorRate, wordsOf } from "../scores/error-rates.js";
import type { Logits } from "./decode.js";
import type { Symbols } from "./symbols.js";

/** Texts of one part, normalized, beside what was heard by the network and by its rivals. */
export interface Judged {
  readonly part: string;
  readonly paths: readonly string[];
  readonly references: readonly string[];
  readonly network: readonly string[];
  readonly rivals: readonly { name: string; kind: "trivial" | "simple"; texts: readonly string[] }[];
  /** Of each clip. */
  readonly logits: readonly Logits[];
}

/** Clips that the report shows word for word: of the wrong ones, and of all. */
const SHOWN_WRONG = 6;
const SHOWN = 10;

export function judge({ part, paths, references, network, rivals, logits }: Judged, symbols: Symbols): Evaluation {
  const byWord = symbols.rules.level === "word";
  const judge = { name: byWord ? "wordErrorRate" : "characterErrorRate", mode: "min" } as const;
  const own = { ...ratesOf(references, network), ...editShares(references, network, byWord) };
  const entries: Entry[] = [
    { name: "network", kind: "network", values: own },
    ...rivals.map(({ name, kind, texts }) => ({ name, kind, values: ratesOf(references, texts) })),
  ];
  const chosen = shownOf(references, network);
  const samples = chosen.map((i) => ({ title: paths[i]!, text: comparison(references[i]!, network[i]!, byWord) }));
  const pictures: Picture[] = [{ kind: "samples", samples }];
  if (chosen.length > 0)
    pictures.unshift(posteriors(paths[chosen[0]!]!, references[chosen[0]!]!, logits[chosen[0]!]!, symbols));
  return { count: references.length, of: "clips", part, judge, entries, verdict: verdictOf(judge, entries), pictures };
}

/** sentenceErrorRate: the share of texts that are not right to the letter. */
function ratesOf(references: readonly string[], texts: readonly string[]): Record<string, number> {
  const wrong = references.filter((reference, i) => reference !== texts[i]).length;
  return {
    characterErrorRate: characterErrorRate(references, texts),
    wordErrorRate: wordErrorRate(references, texts),
    sentenceErrorRate: wrong / references.length,
  };
}

/** What the errors are, by characters or words of the references. */
function editShares(references: readonly string[], texts: readonly string[], byWord: boolean): Record<string, number> {
  const cut = byWord ? wordsOf : charactersOf;
  const edits = references.map((reference, i) => editsOf(cut(reference), cut(texts[i]!)));
  const sum = (name: "substitutions" | "deletions" | "insertions" | "length") =>
    edits.reduce((total, edit) => total + edit[name], 0);
  const share = (name: "substitutions" | "deletions" | "insertions") => sum(name) / sum("length");
  return { substitutions: share("substitutions"), deletions: share("deletions"), insertions: share("insertions") };
}

/** Some of the wrong ones, and others. */
function shownOf(references: readonly string[], texts: readonly string[]): number[] {
  const all = references.map((_, i) => i);
  const wrong = all.filter((i) => references[i] !== texts[i]).slice(0, SHOWN_WRONG);
  return [...wrong, ...all.filter((i) => references[i] === texts[i])].slice(0, SHOWN);
}

/** "reference: 3 1 4", "heard: 3 4" and what is different between them. */
function comparison(reference: string, text: string, byWord: boolean): string {
  const cut = byWord ? wordsOf : charactersOf;
  const wrong = align(cut(reference), cut(text)).filter(([a, b]) => a !== b);
  const told = wrong.map(([a, b]) => {
    if (a === undefined) return `“${b}” added`;
    return b === undefined ? `“${a}” left out` : `“${a}” taken for “${b}”`;
  });
  return `said: ${reference}\nheard: ${text}\n${wrong.length === 0 ? "all right" : told.join(", ")}`;
}

/** Symbols of a picture, at most: the likeliest ones. */
const MOST_ROWS = 24;
/** Columns of a picture, at most: steps beyond are joined, the likeliest of them stands. */
const MOST_COLUMNS = 240;

/** How likely each symbol is at each step. */
function posteriors(path: string, reference: string, { data, steps, K }: Logits, symbols: Symbols): Picture {
  const p = new Float64Array(steps * K);
  for (let t = 0; t < steps; t++) {
    const row = data.subarray(t * K, (t + 1) * K);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = row.reduce((total, x) => total + Math.exp(x - most), 0);
    for (let k = 0; k < K; k++) p[t * K + k] = Math.exp(row[k]! - most) / sum;
  }
  const peak = (k: number, from: number, to: number) => {
    let most = 0;
    for (let t = from; t < to; t++) most = Math.max(most, p[t * K + k]!);
    return most;
  };
  const ranked = Array.from({ length: K - 1 }, (_, i) => i + 1).sort((a, b) => peak(b, 0, steps) - peak(a, 0, steps));
  const kept = [0, ...ranked.slice(0, MOST_ROWS).sort((a, b) => a - b)];
  const width = Math.ceil(steps / MOST_COLUMNS);
  const columns = Array.from({ length: Math.ceil(steps / width) }, (_, n) => n * width);
  return {
    kind: "heat",
    title: "What is heard at each step",
    subtitle: `${path}: “${reference}”. The stronger the colour, the likelier the symbol; – is CTC's blank.`,
    xLabel: "step",
    x: columns,
    y: kept.map((k) => (k === 0 ? "–" : symbols.list[k - 1] === " " ? "␣" : symbols.list[k - 1]!)),
    values: kept.map((k) => columns.map((from) => peak(k, from, Math.min(from + width, steps)))),
  };
}
