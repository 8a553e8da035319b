import { check, show } from "../../util/errors.js";

export interface TextRules {
  readonly level: "char" | "word";
  readonly lower: boolean;
  readonly punctuation: boolean;
}

/** Apostrophes that do not stand between letters or digits. */
const LOOSE = /(?<![\p{L}\p{M}\p{N}])'|'(?![\p{L}\p{N}])/gu;

/** A text as it is learnt and compared: Unicode's composed form (NFC), one blank between words, and what the rules say. */
export function normalized(text: string, { lower, punctuation }: TextRules): string {
  const composed = text.normalize("NFC");
  const cased = lower ? composed.toLowerCase() : composed;
  const bare = punctuation
    ? cased
    : cased
        .replaceAll("’", "'")
        .replace(/[^\p{L}\p{M}\p{N}\s']/gu, " ")
        .replace(LOOSE, " ");
  return bare.replace(/\s+/g, " ").trim();
}

/** Characters, blanks among them, or words, of a text that is normalized. */
export function piecesOf(text: string, level: TextRules["level"]): string[] {
  return level === "char" ? [...text] : text.split(" ").filter((word) => word !== "");
}

/** The characters or words of the training part. Class 0 is CTC's blank, so that the symbol at i is class i + 1. */
export class Symbols {
  readonly #classOf: ReadonlyMap<string, number>;

  constructor(
    readonly list: readonly string[],
    readonly rules: TextRules,
  ) {
    this.#classOf = new Map(list.map((symbol, i) => [symbol, i + 1]));
  }

  /** @param texts normalized */
  static fit(texts: readonly string[], rules: TextRules): Symbols {
    return new Symbols([...new Set(texts.flatMap((text) => piecesOf(text, rules.level)))].sort(), rules);
  }

  static revive(saved: unknown): Symbols {
    const { list, rules } = (saved ?? {}) as { list?: unknown; rules?: Partial<TextRules> };
    const fits =
      Array.isArray(list) &&
      list.length > 0 &&
      list.every((symbol) => typeof symbol === "string" && symbol !== "") &&
      new Set(list).size === list.length &&
      (rules?.level === "char" || rules?.level === "word") &&
      typeof rules.lower === "boolean" &&
      typeof rules.punctuation === "boolean";
    check(
      fits,
      () => `transcribe: the saved symbols must be a list of different texts with their rules, got ${show(saved)}`,
    );
    return new Symbols(list as string[], rules as TextRules);
  }

  /** K: the symbols and the blank. */
  get classes(): number {
    return this.list.length + 1;
  }

  /** Classes of a normalized text; symbols that the training part does not have are left out. */
  encode(text: string): number[] {
    return piecesOf(text, this.rules.level).flatMap((piece) => this.#classOf.get(piece) ?? []);
  }

  /** The first symbol that is not known; undefined where all are. */
  unknownIn(text: string): string | undefined {
    return piecesOf(text, this.rules.level).find((piece) => !this.#classOf.has(piece));
  }

  decode(classes: readonly number[]): string {
    return classes.map((k) => this.list[k - 1]!).join(this.rules.level === "char" ? "" : " ");
  }

  toJSON(): object {
    return { list: this.list, rules: this.rules };
  }
}
