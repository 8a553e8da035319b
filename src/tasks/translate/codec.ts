import { isSpacedWord, splitPieces } from "../../data/text/words.js";
import { checkChoice, checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { splitSpaces } from "../scores/bleu-tokens.js";

export const LEVELS = ["word", "char", "space"] as const;
export type Level = (typeof LEVELS)[number];

/** Numbers below the pieces': padding, the beginning and the end of a sequence, a piece that is not known. */
export const [START, END, UNKNOWN] = [1, 2, 3];
const FIRST = 4;
const UNKNOWN_TEXT = "[UNK]";

export interface CodecRules {
  /** word: as `splitPieces` cuts; char: code points; space: what stands between white space, such as phonemes. */
  readonly level: Level;
  readonly lower: boolean;
  /** Whether texts are written again from tokens: white space beside punctuation is then a token too. */
  readonly writes: boolean;
}

/** Texts of one side to tokens and back; the vocabulary is that of the training part. */
export class Codec {
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(
    readonly rules: CodecRules,
    /** In the order of their numbers. */
    readonly pieces: readonly string[],
  ) {
    this.#ids = new Map(pieces.map((piece, i) => [piece, FIRST + i]));
  }

  /** @param most pieces that are kept, at most: the most frequent of those that came `minCount` times */
  static fit(
    texts: readonly string[],
    rules: CodecRules,
    { minCount, most }: { minCount: number; most: number },
  ): Codec {
    const counts = new Map<string, number>();
    for (const text of texts) for (const piece of split(text, rules)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    const known = [...counts].filter(([, count]) => count >= minCount).sort((a, b) => b[1] - a[1]);
    check(
      known.length > 0,
      () => `translate: no token came ${minCount} times in the training part; give a smaller minCount`,
    );
    return new Codec(rules, known.slice(0, most).map(([piece]) => piece)); // prettier-ignore
  }

  static revive(saved: unknown): Codec {
    const where = "translate: the saved model";
    const { level, lower, writes, pieces } = (saved ?? {}) as Record<string, unknown>;
    checkChoice(where, "level", level, LEVELS);
    check(
      typeof lower === "boolean" && typeof writes === "boolean",
      () => `${where} must hold rules of its tokens, got ${show(saved)}`,
    );
    check(Array.isArray(pieces) && pieces.length > 0 && pieces.every((p) => typeof p === "string"), () => {
      return `${where} must hold its tokens, got ${show(pieces)}`;
    });
    return new Codec({ level: level as Level, lower, writes }, pieces as string[]);
  }

  toJSON(): object {
    return { ...this.rules, pieces: this.pieces };
  }

  /** V */
  get size(): number {
    return checkCount("translate", "vocabulary", FIRST + this.pieces.length);
  }

  /** The pieces of a text, known or not. */
  split(text: string): string[] {
    return split(text, this.rules);
  }

  encode(text: string): number[] {
    return this.split(text).map((piece) => this.#ids.get(piece) ?? UNKNOWN);
  }

  /** A piece by its number. */
  pieceOf(id: number): string {
    return this.pieces[id - FIRST] ?? UNKNOWN_TEXT;
  }

  decode(ids: readonly number[]): string {
    const pieces = ids.map((id) => this.pieceOf(id));
    if (this.rules.level !== "word") return pieces.join(this.rules.level === "space" ? " " : "");
    return pieces.map((piece, i) => (i > 0 && parted(pieces[i - 1]!, piece) ? ` ${piece}` : piece)).join("");
  }
}

const parted = (a: string, b: string) => isSpacedWord(a) && isSpacedWord(b);

function split(text: string, { level, lower, writes }: CodecRules): string[] {
  const plain = text.normalize("NFC").trim();
  const cased = lower ? plain.toLowerCase() : plain;
  if (level === "space") return splitSpaces(cased);
  if (level === "char") return [...cased];
  const pieces = splitPieces(cased);
  // Between two words a space is a matter of course; where nothing is written again white space says nothing at all.
  return pieces.filter((piece, i) => {
    if (!/^\s+$/u.test(piece)) return true;
    return writes && !(piece === " " && parted(pieces[i - 1] ?? "", pieces[i + 1] ?? ""));
  });
}
