import { Tensor } from "../../tensor/tensor.js";
import { canonical } from "../../util/aliases.js";
import { checkChoice, checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { checkState, checkTexts, checkWords, type SavedText, type TextStep } from "./saved.js";
import { padSequences } from "./pad-sequences.js";

const STANDARDIZE = ["lowerAndStripPunctuation", "lower", "stripPunctuation", "none"] as const;
const SPLIT = ["whitespace", "character", "none"] as const;
const OUTPUT = ["int", "multiHot", "count", "tfIdf"] as const;

export interface TextVectorizationOptions {
  /** Size of the vocabulary, "" and "[UNK]" among it. Left out: no bound. */
  maxTokens?: number | undefined;
  /** Default lowerAndStripPunctuation. Lower case and punctuation are those of ASCII, as in Keras. */
  standardize?: (typeof STANDARDIZE)[number];
  /** Default whitespace (of ASCII); "none": each text is one token. */
  split?: (typeof SPLIT)[number];
  /** "int" (default): indices; the others: one row of vocabulary size per text. */
  outputMode?: (typeof OUTPUT)[number];
  /** With "int", the length to which every row is cut or filled at its end; left out, that of the longest text of the call. */
  outputSequenceLength?: number | undefined;
  /** With the other modes, rows have maxTokens columns even where the vocabulary is smaller. Default false. */
  padToMaxTokens?: boolean;
  /** A fixed vocabulary in place of `adapt`. */
  vocabulary?: readonly string[] | undefined;
  /** With a fixed vocabulary and "tfIdf", the weight of each of its words. */
  idfWeights?: readonly number[] | undefined;
}

const WHERE = "textVectorization";
const UNKNOWN = "[UNK]";
/** tf.strings.regex_replace(…) of Keras's layer: the 32 punctuation characters of ASCII. */
const PUNCTUATION = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;
/** tf.strings.split without a separator cuts at what C's isspace knows. */
const TOKENS = /[^\t\n\v\f\r ]+/g;

interface Options {
  maxTokens: number | undefined;
  standardize: (typeof STANDARDIZE)[number];
  split: (typeof SPLIT)[number];
  outputMode: (typeof OUTPUT)[number];
  outputSequenceLength: number | undefined;
  padToMaxTokens: boolean;
  vocabulary: readonly string[] | undefined;
  idfWeights: readonly number[] | undefined;
}

/**
 * Texts to numbers as Keras 3's `TextVectorization` does it: standardize, split, look up. Index 0 is filling and 1 an unknown
 * word with "int" output; in the other modes there is no filling and 0 is an unknown word. Words are numbered by falling
 * count, equal counts by falling order of code points.
 */
export class TextVectorization implements TextStep {
  readonly className = "textVectorization";
  readonly config: Readonly<Record<string, unknown>>;
  readonly #options: Options;
  /** Learned or given words, without "" and "[UNK]"; undefined before adapt. */
  #words: readonly string[] | undefined;
  #index: ReadonlyMap<string, number> = new Map();
  /** Weight of each column with "tfIdf" output, that of unknown words first. */
  #idf: Float32Array = new Float32Array();

  constructor(options: TextVectorizationOptions = {}) {
    this.#options = readOptions(options);
    this.config = Object.fromEntries(Object.entries(this.#options).map(([name, value]) => [name, value ?? null]));
    const { vocabulary, idfWeights } = this.#options;
    if (vocabulary !== undefined) this.#setVocabulary(vocabulary, idfWeights);
  }

  /** Learns the vocabulary of these texts, and with "tfIdf" their weights; what was learned before is forgotten. */
  adapt(texts: readonly string[]): void {
    check(this.#options.vocabulary === undefined, () => `${WHERE}: adapt was called, but the vocabulary is fixed`);
    checkTexts(WHERE, texts);
    const counts = new Map<string, number>();
    const docs = new Map<string, number>();
    for (const text of texts) {
      const tokens = this.#tokens(text);
      for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
      for (const token of new Set(tokens)) docs.set(token, (docs.get(token) ?? 0) + 1);
    }
    counts.delete("");
    counts.delete(UNKNOWN);
    check(counts.size > 0, () => `${WHERE}: adapt found no word in ${texts.length} texts`);
    const sorted = [...counts].sort((a, b) => b[1] - a[1] || -compareCodePoints(a[0], b[0]));
    const words = sorted.slice(0, this.#room()).map(([word]) => word);
    this.#learn(
      words,
      this.#weighs()
        ? idfOf(
            words.map((word) => docs.get(word)!),
            texts.length,
          )
        : [],
    );
  }

  /**
   * @returns with "int" int32 `[texts, length]`; with the other modes float32 `[texts, vocabulary]`: 1 where the word occurs,
   * its count, or its count times ln(1 + texts / (1 + texts with the word))
   */
  call(texts: readonly string[]): Tensor {
    check(this.#words !== undefined, () => `${WHERE}: call needs a vocabulary: adapt first, or give one`);
    checkTexts(WHERE, texts);
    const rows = texts.map((text) => this.#tokens(text));
    return this.#options.outputMode === "int" ? this.#indices(rows) : this.#bags(rows);
  }

  /** All words by index; first "" (only with "int" output) and "[UNK]". */
  getVocabulary(): string[] {
    return [...this.#special(), ...(this.#words ?? [])];
  }

  toJSON(): SavedText {
    const learned = this.#words !== undefined && this.#options.vocabulary === undefined;
    const state = learned ? { words: [...this.#words!], idfWeights: Array.from(this.#idf) } : null;
    return { className: this.className, config: this.config, state };
  }

  restore(saved: unknown): void {
    check(this.#options.vocabulary === undefined, () => `${WHERE}: a fixed vocabulary goes with no saved state`);
    const { words, idfWeights } = checkState(WHERE, saved, ["words", "idfWeights"]);
    const list = checkWords(WHERE, "words", words);
    check(list.length > 0 && list.length <= this.#room() && !list.includes("") && !list.includes(UNKNOWN), () => {
      return `${WHERE}: words must be words other than "" and "${UNKNOWN}", at least 1 and no more than maxTokens, got ${show(words)}`;
    });
    this.#learn(list, checkWeights(idfWeights, this.#weighs() ? list.length + 1 : 0));
  }

  #tokens(text: string): string[] {
    const { standardize, split } = this.#options;
    let plain = text;
    if (standardize === "lower" || standardize === "lowerAndStripPunctuation")
      plain = plain.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    if (standardize === "stripPunctuation" || standardize === "lowerAndStripPunctuation")
      plain = plain.replace(PUNCTUATION, "");
    if (split === "none") return [plain];
    return split === "character" ? [...plain] : (plain.match(TOKENS) ?? []);
  }

  #indices(rows: readonly string[][]): Tensor {
    const indices = rows.map((row) => row.map((token) => (token === "" ? 0 : (this.#index.get(token) ?? 1))));
    const longest = indices.reduce((most, row) => Math.max(most, row.length), 0);
    const length = this.#options.outputSequenceLength ?? longest;
    if (length === 0) return Tensor.of(new Int32Array(), [rows.length, 0]);
    return padSequences(indices, { maxLen: length, padding: "post", truncating: "post" });
  }

  #bags(rows: readonly string[][]): Tensor {
    const { outputMode, padToMaxTokens, maxTokens } = this.#options;
    const width = padToMaxTokens ? maxTokens! : this.#words!.length + 1;
    const out = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      for (const token of row) {
        if (token === "") continue;
        const at = i * width + (this.#index.get(token) ?? 0);
        out[at] = outputMode === "multiHot" ? 1 : out[at]! + 1;
      }
    });
    if (this.#weighs()) for (let i = 0; i < out.length; i++) out[i]! *= this.#idf[i % width] ?? 0;
    return Tensor.of(out, [rows.length, width]);
  }

  #setVocabulary(vocabulary: readonly string[], idfWeights: readonly number[] | undefined): void {
    const given = checkWords(WHERE, "vocabulary", vocabulary);
    const special = this.#special();
    const found = special.every((word, i) => given[i] === word);
    const words = found ? given.slice(special.length) : given;
    check(given.length > 0, () => `${WHERE}: vocabulary must not be empty`);
    check(!words.includes(""), () => {
      return `${WHERE}: "" stands for filling; in vocabulary it may only come first, as ${show(special)}`;
    });
    check(words.length <= this.#room(), () => {
      const size = words.length + special.length;
      return `${WHERE}: vocabulary has ${size} words with ${special.map(show).join(" and ")}, maxTokens is ${this.#options.maxTokens}`;
    });
    check(this.#weighs() === (idfWeights !== undefined), () => {
      return `${WHERE}: idfWeights go with outputMode "tfIdf" and a vocabulary, and only with them`;
    });
    const weights = checkWeights(idfWeights ?? [], this.#weighs() ? given.length : 0);
    this.#learn(words, found || !this.#weighs() ? weights : withUnknown(weights));
  }

  #learn(words: readonly string[], idf: readonly number[]): void {
    const first = this.#special().length;
    this.#words = words;
    this.#index = new Map(words.map((word, i) => [word, i + first]));
    this.#idf = Float32Array.from(idf);
  }

  #special(): string[] {
    return this.#options.outputMode === "int" ? ["", UNKNOWN] : [UNKNOWN];
  }

  #room(): number {
    return (this.#options.maxTokens ?? Infinity) - this.#special().length;
  }

  #weighs(): boolean {
    return this.#options.outputMode === "tfIdf";
  }
}

/** Makes a {@link TextVectorization}. */
export function textVectorization(options: TextVectorizationOptions = {}): TextVectorization {
  return new TextVectorization(options);
}

const DEFAULTS: Options = {
  maxTokens: undefined,
  standardize: "lowerAndStripPunctuation",
  split: "whitespace",
  outputMode: "int",
  outputSequenceLength: undefined,
  padToMaxTokens: false,
  vocabulary: undefined,
  idfWeights: undefined,
};

function readOptions(given: TextVectorizationOptions): Options {
  // Keras writes None where nothing is done, and saved JSON writes null where nothing is set.
  const none = (name: string) => (name === "standardize" || name === "split" ? "none" : undefined);
  const named = Object.entries(given).map(([name, value]) => [name, value === null ? none(name) : value]);
  const options = withDefaults(WHERE, DEFAULTS, Object.fromEntries(named) as Partial<Options>);
  const choose = <T extends string>(name: keyof Options, known: readonly T[]) =>
    checkChoice(WHERE, name, canonical(options[name], known, { binary: "multiHot", "tf-idf": "tfIdf" }), known);
  const read: Options = {
    ...options,
    standardize: choose("standardize", STANDARDIZE),
    split: choose("split", SPLIT),
    outputMode: choose("outputMode", OUTPUT),
  };
  const { maxTokens, outputSequenceLength, padToMaxTokens, outputMode, idfWeights, vocabulary } = read;
  // A vocabulary of the special entries alone would know no word.
  if (maxTokens !== undefined) checkCount(WHERE, "maxTokens", maxTokens, outputMode === "int" ? 3 : 2);
  if (outputSequenceLength !== undefined) {
    checkCount(WHERE, "outputSequenceLength", outputSequenceLength);
    check(outputMode === "int", () => `${WHERE}: outputSequenceLength goes with outputMode "int" only`);
  }
  check(typeof padToMaxTokens === "boolean", () => {
    return `${WHERE}: padToMaxTokens must be true or false, got ${show(padToMaxTokens)}`;
  });
  check(!padToMaxTokens || maxTokens !== undefined, () => `${WHERE}: padToMaxTokens needs maxTokens`);
  check(idfWeights === undefined || vocabulary !== undefined, () => `${WHERE}: idfWeights need a vocabulary`);
  return read;
}

function checkWeights(value: unknown, length: number): number[] {
  check(Array.isArray(value) && value.length === length && value.every(Number.isFinite), () => {
    return `${WHERE}: idfWeights must be ${length} finite numbers, got ${show(value)}`;
  });
  return [...(value as number[])];
}

/** Keras's weighting: ln(1 + texts / (1 + texts with the word)), and for unknown words the mean of all. */
function idfOf(docs: readonly number[], texts: number): number[] {
  return withUnknown(docs.map((n) => Math.fround(Math.log(1 + texts / (1 + n)))));
}

function withUnknown(weights: readonly number[]): number[] {
  return [weights.reduce((sum, w) => sum + w, 0) / weights.length, ...weights];
}

/** The order of UTF-8 bytes, in which Keras compares: as that of UTF-16 units, but surrogates come after all other units. */
function compareCodePoints(a: string, b: string): number {
  const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
