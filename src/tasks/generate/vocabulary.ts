import { charTokenizer, reviveText, wordTokenizer, type CharTokenizer, type WordTokenizer } from "../../data/index.js";
import { placeOf } from "../../data/text/char-tokenizer.js";
import { isSpacedWord, splitPieces } from "../../data/text/words.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Corpus } from "./corpus.js";
import { makeIds, type Ids } from "./id-list.js";
import type { Level } from "./pieces.js";

/** Unicode's own sign for a character that cannot be shown. */
const UNKNOWN_CHAR = "\uFFFD";
const UNKNOWN_WORD = "[UNK]";

export interface VocabularyOptions {
  readonly level: Level;
  readonly lower: boolean;
  /** Pieces that occur less often in the training part count as unknown. */
  readonly minCount: number;
  /** Words that are kept, at most, the unknown one among them. */
  readonly maxWords: number;
}

/** The characters or words that a model knows, one of which stands for all that it does not. */
export class Vocabulary {
  readonly level: Level;
  readonly size: number;
  /** The number of the unknown piece, which is never written. */
  readonly unknown: number;
  /** What comes before a text without a beginning: a line break, or the most frequent piece. */
  readonly start: number;

  private constructor(
    private readonly tokenizer: CharTokenizer | WordTokenizer,
    readonly lower: boolean,
    /** How often each piece occurs in the training part. */
    readonly counts: readonly number[],
  ) {
    const { vocabulary } = tokenizer;
    this.level = tokenizer.className === "charTokenizer" ? "char" : "word";
    this.size = vocabulary.length;
    this.unknown = vocabulary.indexOf(this.level === "char" ? UNKNOWN_CHAR : UNKNOWN_WORD);
    const newLine = vocabulary.indexOf("\n");
    this.start = newLine >= 0 ? newLine : counts.indexOf(Math.max(...counts.filter((_, id) => id !== this.unknown)));
  }

  /** Takes the pieces of the first `length` of the text: those after it are the data on which the model is judged. */
  static of(corpus: Corpus, length: number, options: VocabularyOptions): Vocabulary {
    const counts = new Float64Array(corpus.pieces.length);
    for (let i = 0; i < length; i++) counts[corpus.ids[i]!]!++;
    const unknown = options.level === "char" ? UNKNOWN_CHAR : UNKNOWN_WORD;
    const known = corpus.pieces
      .map((piece, id) => ({ piece, count: counts[id]! }))
      .filter(({ piece, count }) => count >= options.minCount && piece !== unknown);
    check(known.length > 1, () => {
      return `generate: ${corpus.name} needs at least 2 different pieces that occur ${options.minCount} times, got ${known.length}`;
    });
    const kept =
      options.level === "char"
        ? [...known, { piece: unknown, count: 0 }].sort((a, b) => a.piece.codePointAt(0)! - b.piece.codePointAt(0)!)
        : [{ piece: unknown, count: 0 }, ...known.sort((a, b) => b.count - a.count).slice(0, options.maxWords - 1)];
    const rest = length - kept.reduce((sum, { count }) => sum + count, 0);
    const pieces = kept.map(({ piece }) => piece);
    const tokenizer = options.level === "char" ? charTokenizer() : wordTokenizer({ lower: options.lower });
    tokenizer.restore(options.level === "char" ? { chars: pieces } : { words: pieces });
    return new Vocabulary(
      tokenizer,
      options.lower,
      kept.map(({ piece, count }) => (piece === unknown ? rest : count)),
    );
  }

  static revive(saved: unknown): Vocabulary {
    const { tokenizer, lower, counts } = saved as { tokenizer: unknown; lower: unknown; counts: unknown };
    const step = reviveText(tokenizer, "generate");
    check(step.className === "charTokenizer" || step.className === "wordTokenizer", () => {
      return `generate: the saved vocabulary must be of characters or words, got ${show(step.className)}`;
    });
    const size = (step as CharTokenizer).vocabulary.length;
    check(Array.isArray(counts) && counts.length === size && counts.every((n) => Number.isInteger(n) && n >= 0), () => {
      return `generate: the saved counts must be ${size} whole numbers, got ${show(counts)}`;
    });
    check(typeof lower === "boolean", () => `generate: the saved lower must be true or false, got ${show(lower)}`);
    const vocabulary = new Vocabulary(step as CharTokenizer | WordTokenizer, lower, counts as number[]);
    check(vocabulary.unknown >= 0, () => "generate: the saved vocabulary has no piece for what is unknown");
    return vocabulary;
  }

  toJSON(): object {
    return { tokenizer: this.tokenizer.toJSON(), lower: this.lower, counts: this.counts };
  }

  /** The corpus in this vocabulary's numbers; pieces that it does not have are unknown. */
  number(corpus: Corpus): Ids {
    const own = new Map(this.tokenizer.vocabulary.map((piece, id) => [piece, id]));
    const change = corpus.pieces.map((piece) => own.get(piece) ?? this.unknown);
    const ids = makeIds(corpus.ids.length, this.size - 1);
    for (let i = 0; i < ids.length; i++) ids[i] = change[corpus.ids[i]!]!;
    return ids;
  }

  /**
   * A prompt in numbers.
   * @throws SluiceError with the place of the first character or word that is unknown, unless these are to be skipped
   */
  encode(prompt: string, unknown: "error" | "skip"): Int32Array {
    const text = this.lower ? prompt.toLowerCase() : prompt;
    if (this.level === "char" && unknown === "skip") {
      const known = new Set(this.tokenizer.vocabulary);
      return this.tokenizer.encode([...text].filter((char) => known.has(char)).join(""));
    }
    const ids = this.tokenizer.encode(text);
    if (unknown === "skip") return ids.filter((id) => id !== this.unknown);
    const bad = ids.indexOf(this.unknown);
    if (bad >= 0 && this.level === "word") throw this.#unknownWord(text, ids, bad);
    return ids;
  }

  decode(ids: ArrayLike<number>): string {
    return this.tokenizer.decode(ids);
  }

  /** What stands between two pieces in a text: a space between words, else nothing. */
  written(before: number | undefined, id: number): string {
    const alone = this.decode([id]);
    return before === undefined ? alone : this.decode([before, id]).slice(this.decode([before]).length);
  }

  /** The words before the unknown one are known, so that their text says where it begins. */
  #unknownWord(text: string, ids: Int32Array, bad: number): SluiceError {
    const rest = text.slice(this.decode(ids.subarray(0, bad)).length);
    const [first, second] = splitPieces(rest);
    const piece = first === " " && second && bad > 0 && isSpacedWord(second) ? second : first!; // the space is no piece then
    const place = placeOf([...text], Array.from(text.slice(0, text.length - rest.length + rest.indexOf(piece))).length);
    return new SluiceError(`${show(piece)} at ${place} is not in the vocabulary`);
  }
}
