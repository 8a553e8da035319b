import { Tensor } from "../../tensor/tensor.js";
import { checkChoice, checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { checkCounts, checkState, checkWords, type SavedText, type TextStep } from "./saved.js";
import { splitWords } from "./words.js";

/** One text, or its words where the caller has split it. */
export type TextOrWords = string | readonly string[];
export type MatrixMode = "binary" | "count" | "tfidf" | "freq";

export interface TokenizerOptions {
  /** Only indices below this are given out: the `numWords - 1` most frequent words. Left out: all. */
  numWords?: number | undefined;
  /** Characters that count as `split`; default: ASCII punctuation but the apostrophe, tab and line feed. */
  filters?: string;
  /** Lower case first, default true. */
  lower?: boolean;
  /** What stands between words, default one space. */
  split?: string;
  /** Every character is a word; `filters` and `split` then do nothing. Default false. */
  charLevel?: boolean;
  /** Stands in for words that are unknown or beyond `numWords`, at index 1. Left out: they are dropped. */
  oovToken?: string | undefined;
  /**
   * "split" (default): by `filters` and `split`, as Keras. "words": runs of letters and digits, and Han characters one by one
   * (see `splitWords`), for texts in Chinese or in any punctuation.
   */
  analyzer?: "split" | "words";
}

const WHERE = "tokenizer";
const DEFAULTS = {
  numWords: undefined as number | undefined,
  filters: '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n',
  lower: true,
  split: " ",
  charLevel: false,
  oovToken: undefined as string | undefined,
  analyzer: "split" as "split" | "words",
};

/**
 * Words to numbers as Keras's `Tokenizer` does it (keras.src.legacy.preprocessing.text), its quirks included: index 0 is
 * never a word, words are numbered by falling count and then by first occurrence, and `sequencesToTexts` writes the `oovToken`
 * for index 0 also.
 */
export class Tokenizer implements TextStep {
  readonly className = "tokenizer";
  readonly config: Readonly<Record<string, unknown>>;
  /** How often each word came, in order of first occurrence. */
  readonly wordCounts = new Map<string, number>();
  /** In how many texts each word came. */
  readonly wordDocs = new Map<string, number>();
  /** Index of each word, from 1. */
  wordIndex: ReadonlyMap<string, number> = new Map();
  indexWord: ReadonlyMap<number, string> = new Map();
  /** Number of texts seen. */
  documentCount = 0;
  readonly #options: typeof DEFAULTS;

  constructor(options: TokenizerOptions = {}) {
    this.#options = checkTokenizer(withDefaults(WHERE, DEFAULTS, withoutNull(options)));
    const { numWords = null, oovToken = null, ...rest } = this.#options;
    this.config = { ...rest, numWords, oovToken };
  }

  /** Counts the words of these texts on top of those seen before, and numbers all words anew. */
  fitOnTexts(texts: readonly TextOrWords[]): void {
    for (const words of this.#split(texts)) {
      this.documentCount++;
      for (const word of words) add(this.wordCounts, word);
      for (const word of new Set(words)) add(this.wordDocs, word);
    }
    this.#number();
  }

  /** The indices of each text's words. */
  textsToSequences(texts: readonly TextOrWords[]): number[][] {
    this.#checkFitted("textsToSequences");
    const { numWords, oovToken } = this.#options;
    const oov = oovToken === undefined ? [] : [this.wordIndex.get(oovToken)!];
    return this.#split(texts).map((words) =>
      words.flatMap((word) => {
        const index = this.wordIndex.get(word);
        return index === undefined || (numWords !== undefined && index >= numWords) ? oov : [index];
      }),
    );
  }

  /** The words of each sequence with spaces between; unknown indices become the `oovToken`, or nothing. */
  sequencesToTexts(sequences: readonly ArrayLike<number>[]): string[] {
    this.#checkFitted("sequencesToTexts");
    const { numWords, oovToken } = this.#options;
    // Where the oovToken also came as a word of the texts, that word's index is the later one, and Keras leaves 1 without a word.
    const oov = oovToken === undefined ? [] : [oovToken];
    return sequences.map((sequence) =>
      Array.from(sequence)
        .flatMap((index) => {
          const word = this.indexWord.get(index);
          return word === undefined || (numWords !== undefined && index >= numWords) ? oov : [word];
        })
        .join(" "),
    );
  }

  /** `sequencesToMatrix` of `textsToSequences`. */
  textsToMatrix(texts: readonly TextOrWords[], mode: MatrixMode = "binary"): Tensor {
    return this.sequencesToMatrix(this.textsToSequences(texts), mode);
  }

  /**
   * One row per text and one column per index, c being how often the index came: "binary" 1, "count" c, "freq" c / length,
   * "tfidf" (1 + ln c) · ln(1 + texts / (1 + texts with the word)).
   * @returns float32 `[texts, numWords]`, without numWords `[texts, words + 1]`
   */
  sequencesToMatrix(sequences: readonly ArrayLike<number>[], mode: MatrixMode = "binary"): Tensor {
    this.#checkFitted("sequencesToMatrix");
    checkChoice(WHERE, "mode", mode, ["binary", "count", "tfidf", "freq"]);
    const width = this.#options.numWords ?? this.wordIndex.size + 1;
    const out = new Float32Array(sequences.length * width);
    sequences.forEach((sequence, i) => {
      const counts = new Map<number, number>();
      for (const index of Array.from(sequence)) {
        checkCount(WHERE, `an index of sequence ${i}`, index, 0);
        if (index < width) add(counts, index);
      }
      for (const [index, c] of counts) out[i * width + index] = this.#weight(mode, index, c, sequence.length);
    });
    return Tensor.of(out, [sequences.length, width]);
  }

  toJSON(): SavedText {
    const words = [...this.wordCounts.keys()];
    const state = {
      documentCount: this.documentCount,
      words,
      counts: [...this.wordCounts.values()],
      docs: words.map((word) => this.wordDocs.get(word)!),
    };
    return { className: this.className, config: this.config, state: this.documentCount > 0 ? state : null };
  }

  restore(saved: unknown): void {
    const state = checkState(WHERE, saved, ["documentCount", "words", "counts", "docs"]);
    const documentCount = checkCount(WHERE, "documentCount", state["documentCount"]);
    const words = checkWords(WHERE, "words", state["words"]);
    const counts = checkCounts(WHERE, "counts", state["counts"], words.length);
    const docs = checkCounts(WHERE, "docs", state["docs"], words.length);
    const bad = docs.findIndex((n, i) => n > counts[i]! || n > documentCount);
    check(bad < 0, () => {
      const facts = `${counts[bad]} times in ${docs[bad]} of ${documentCount} texts`;
      return `${WHERE}: the saved state cannot be: ${show(words[bad])} came ${facts}`;
    });
    this.documentCount = documentCount;
    this.wordCounts.clear();
    this.wordDocs.clear();
    words.forEach((word, i) => {
      this.wordCounts.set(word, counts[i]!);
      this.wordDocs.set(word, docs[i]!);
    });
    this.#number();
  }

  #split(texts: readonly TextOrWords[]): string[][] {
    check(Array.isArray(texts), () => `${WHERE}: expected a list of texts, got ${show(texts)}`);
    const { lower, charLevel, analyzer } = this.#options;
    const toCase = (text: string) => (lower ? text.toLowerCase() : text);
    return texts.map((text: TextOrWords, i) => {
      if (Array.isArray(text) && text.every((word) => typeof word === "string")) return text.map(toCase);
      check(
        typeof text === "string",
        () => `${WHERE}: text ${i} must be a string or a list of words, got ${show(text)}`,
      );
      if (charLevel) return [...toCase(text)];
      return analyzer === "words" ? splitWords(toCase(text)) : this.#splitAsKeras(toCase(text));
    });
  }

  #splitAsKeras(text: string): string[] {
    const { filters, split } = this.#options;
    const drop = new Set(filters);
    let filtered = "";
    for (const char of text) filtered += drop.has(char) ? split : char;
    return filtered.split(split).filter((word) => word !== "");
  }

  #number(): void {
    const { oovToken } = this.#options;
    // Array.prototype.sort is stable, so that equal counts stay in order of first occurrence.
    const sorted = [...this.wordCounts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
    if (oovToken !== undefined) sorted.unshift(oovToken);
    this.wordIndex = new Map(sorted.map((word, i) => [word, i + 1]));
    this.indexWord = new Map([...this.wordIndex].map(([word, index]) => [index, word]));
  }

  #weight(mode: MatrixMode, index: number, c: number, length: number): number {
    if (mode === "binary") return 1;
    if (mode === "count") return c;
    if (mode === "freq") return c / length;
    const word = this.indexWord.get(index);
    const docs = word === undefined ? 0 : (this.wordDocs.get(word) ?? 0);
    return (1 + Math.log(c)) * Math.log(1 + this.documentCount / (1 + docs));
  }

  #checkFitted(method: string): void {
    check(this.documentCount > 0, () => `${WHERE}: ${method} was called before fitOnTexts`);
  }
}

/** Makes a {@link Tokenizer}. */
export function tokenizer(options: TokenizerOptions = {}): Tokenizer {
  return new Tokenizer(options);
}

function checkTokenizer(options: typeof DEFAULTS): typeof DEFAULTS {
  if (options.numWords !== undefined) checkCount(WHERE, "numWords", options.numWords);
  for (const name of ["filters", "split", "oovToken"] as const) {
    const value = options[name];
    const ok = typeof value === "string" || (name === "oovToken" && value === undefined);
    check(ok, () => `${WHERE}: ${name} must be a string, got ${show(value)}`);
  }
  check(options.split !== "", () => `${WHERE}: split must not be empty; for characters take charLevel: true`);
  for (const name of ["lower", "charLevel"] as const)
    check(
      typeof options[name] === "boolean",
      () => `${WHERE}: ${name} must be true or false, got ${show(options[name])}`,
    );
  checkChoice(WHERE, "analyzer", options.analyzer, ["split", "words"]);
  return options;
}

/** JSON has no undefined: a saved configuration writes null for an option that is not set. */
function withoutNull<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as T;
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
