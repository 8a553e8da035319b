import { checkCount } from "../../util/checks.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { placeOf } from "./char-tokenizer.js";
import { checkState, checkTexts, checkWords, type SavedText, type TextStep } from "./saved.js";
import { isSpacedWord, splitPieces } from "./words.js";

export interface WordTokenizerOptions {
  /** Lower case first, default false. */
  lower?: boolean;
  /** Size of the vocabulary, the unknown word among it: the most frequent pieces. Left out: all. */
  maxWords?: number | undefined;
  /** Stands in for unknown pieces, at number 0, default "[UNK]"; null: an unknown piece is an error. */
  unknownWord?: string | null;
}

const WHERE = "wordTokenizer";

/**
 * Words, Han characters, punctuation and white space to numbers, for generating text (pieces as `splitPieces` cuts them). One
 * space between two words has no number of its own: two words never touch, so `decode` puts it back, and
 * `decode(encode(text))` is the text where nothing is unknown and `lower` is off. Numbered by falling count, equal counts by
 * first occurrence.
 */
export class WordTokenizer implements TextStep {
  readonly className = "wordTokenizer";
  readonly config: Readonly<Record<string, unknown>>;
  readonly #options: { lower: boolean; maxWords: number | undefined; unknownWord: string | null };
  #words: readonly string[] = [];
  #ids: ReadonlyMap<string, number> = new Map();
  #spaced: readonly boolean[] = [];

  constructor(options: WordTokenizerOptions = {}) {
    const defaults = { lower: false, maxWords: undefined as number | undefined, unknownWord: "[UNK]" as string | null };
    // Saved JSON writes null where maxWords is not set.
    const given = { ...options, maxWords: options.maxWords ?? undefined };
    const { lower, maxWords, unknownWord } = (this.#options = withDefaults(WHERE, defaults, given));
    check(typeof lower === "boolean", () => `${WHERE}: lower must be true or false, got ${show(lower)}`);
    if (maxWords !== undefined) checkCount(WHERE, "maxWords", maxWords, 2);
    check(unknownWord === null || (typeof unknownWord === "string" && unknownWord !== ""), () => {
      return `${WHERE}: unknownWord must be a word or null, got ${show(unknownWord)}`;
    });
    this.config = { lower, maxWords: maxWords ?? null, unknownWord };
  }

  /** Takes the pieces of these texts; those of an earlier call are forgotten. */
  fit(texts: string | readonly string[]): void {
    const list = typeof texts === "string" ? [texts] : texts;
    checkTexts(WHERE, list);
    const counts = new Map<string, number>();
    for (const text of list) for (const piece of this.#pieces(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    check(counts.size > 0, () => `${WHERE}: fit needs at least one word, got ${show(texts)}`);
    const { maxWords, unknownWord } = this.#options;
    if (unknownWord !== null) counts.delete(unknownWord);
    const sorted = [...counts].sort((a, b) => b[1] - a[1]).map(([piece]) => piece);
    this.#number([...(unknownWord === null ? [] : [unknownWord]), ...sorted].slice(0, maxWords));
  }

  /** All pieces by number. */
  get vocabulary(): readonly string[] {
    return this.#words;
  }

  /** @throws SluiceError where unknownWord is null, naming the unknown piece with line and column */
  encode(text: string): Int32Array {
    this.#checkFitted("encode");
    check(typeof text === "string", () => `${WHERE}: encode expects a string, got ${show(text)}`);
    const pieces = this.#pieces(text);
    const fallback = this.#options.unknownWord === null ? -1 : 0;
    const ids = Int32Array.from(pieces, (piece) => this.#ids.get(piece) ?? fallback);
    const bad = ids.indexOf(-1);
    if (bad < 0) return ids;
    const place = placeOf(this.#written(pieces), this.#written(pieces.slice(0, bad + 1)).length - 1);
    throw new SluiceError(`${WHERE}: ${show(pieces[bad])} at ${place} is not in the training text`);
  }

  decode(ids: ArrayLike<number>): string {
    this.#checkFitted("decode");
    const pieces = Array.from(ids, (id, i) => {
      const piece = this.#words[id];
      check(piece !== undefined, () => {
        return `${WHERE}: decode expects numbers from 0 to ${this.#words.length - 1}, got ${show(id)} at ${i}`;
      });
      return { piece, spaced: this.#spaced[id]! };
    });
    return pieces.map(({ piece, spaced }, i) => (spaced && pieces[i - 1]?.spaced ? ` ${piece}` : piece)).join("");
  }

  toJSON(): SavedText {
    const state = this.#words.length > 0 ? { words: [...this.#words] } : null;
    return { className: this.className, config: this.config, state };
  }

  restore(saved: unknown): void {
    const words = checkWords(WHERE, "words", checkState(WHERE, saved, ["words"])["words"]);
    const { maxWords = Infinity, unknownWord } = this.#options;
    check(words.length > 0 && words.length <= maxWords && !words.includes(""), () => {
      return `${WHERE}: words must be pieces of text, at least 1 and no more than maxWords, got ${show(words)}`;
    });
    check(unknownWord === null || words[0] === unknownWord, () => {
      return `${WHERE}: words must begin with unknownWord ${show(unknownWord)}, got ${show(words[0])}`;
    });
    this.#number(words);
  }

  #pieces(text: string): string[] {
    const pieces = splitPieces(this.#options.lower ? text.toLowerCase() : text);
    const isWord = pieces.map(isSpacedWord);
    return pieces.filter((piece, i) => !(piece === " " && isWord[i - 1] && isWord[i + 1]));
  }

  /** The pieces with the spaces between words back in their places. */
  #written(pieces: readonly string[]): string[] {
    return pieces.flatMap((piece, i) => {
      return i > 0 && isSpacedWord(piece) && isSpacedWord(pieces[i - 1]!) ? [" ", piece] : [piece];
    });
  }

  #number(words: readonly string[]): void {
    const { unknownWord } = this.#options;
    this.#words = words;
    this.#ids = new Map(words.map((word, id) => [word, id]));
    // "[UNK]" does not look like a word, but most of what it stands for is one.
    this.#spaced = words.map((word) => word === unknownWord || isSpacedWord(word));
  }

  #checkFitted(method: string): void {
    check(this.#words.length > 0, () => `${WHERE}: ${method} was called before fit`);
  }
}

/** Makes a {@link WordTokenizer}. */
export function wordTokenizer(options: WordTokenizerOptions = {}): WordTokenizer {
  return new WordTokenizer(options);
}
