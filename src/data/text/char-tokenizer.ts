import { checkChoice } from "../../util/checks.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { checkState, checkTexts, checkWords, type SavedText, type TextStep } from "./saved.js";

export interface CharTokenizerOptions {
  /** "codePoint" (default): numbered by code point; "frequency": by falling count, equal counts by first occurrence. */
  order?: "codePoint" | "frequency";
}

const WHERE = "charTokenizer";

/**
 * Characters to numbers from 0, for generating text. A character is a code point, so that `decode(encode(text))` is the text;
 * no number is kept for filling or for unknown characters.
 */
export class CharTokenizer implements TextStep {
  readonly className = "charTokenizer";
  readonly config: Readonly<Record<string, unknown>>;
  readonly #order: "codePoint" | "frequency";
  #chars: readonly string[] = [];
  #ids: ReadonlyMap<string, number> = new Map();

  constructor(options: CharTokenizerOptions = {}) {
    const defaults = { order: "codePoint" as "codePoint" | "frequency" };
    const { order } = withDefaults(WHERE, defaults, options);
    this.#order = checkChoice(WHERE, "order", order, ["codePoint", "frequency"]);
    this.config = { order };
  }

  /** Takes the characters of these texts; those of an earlier call are forgotten. */
  fit(texts: string | readonly string[]): void {
    const list = typeof texts === "string" ? [texts] : texts;
    checkTexts(WHERE, list);
    const counts = new Map<string, number>();
    for (const text of list) for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
    check(counts.size > 0, () => `${WHERE}: fit needs at least one character, got ${show(texts)}`);
    const byCode = (a: string, b: string) => a.codePointAt(0)! - b.codePointAt(0)!;
    const chars = [...counts.keys()];
    this.#number(chars.sort(this.#order === "codePoint" ? byCode : (a, b) => counts.get(b)! - counts.get(a)!));
  }

  /** All characters by number. */
  get vocabulary(): readonly string[] {
    return this.#chars;
  }

  /** @throws SluiceError naming the unknown characters, with line and column of the first */
  encode(text: string): Int32Array {
    this.#checkFitted("encode");
    check(typeof text === "string", () => `${WHERE}: encode expects a string, got ${show(text)}`);
    const chars = [...text];
    const ids = Int32Array.from(chars, (char) => this.#ids.get(char) ?? -1);
    const bad = ids.indexOf(-1);
    if (bad >= 0) throw this.#unknown(chars, bad);
    return ids;
  }

  decode(ids: ArrayLike<number>): string {
    this.#checkFitted("decode");
    return Array.from(ids, (id, i) => {
      const char = this.#chars[id];
      check(char !== undefined, () => {
        return `${WHERE}: decode expects numbers from 0 to ${this.#chars.length - 1}, got ${show(id)} at ${i}`;
      });
      return char;
    }).join("");
  }

  toJSON(): SavedText {
    const state = this.#chars.length > 0 ? { chars: [...this.#chars] } : null;
    return { className: this.className, config: this.config, state };
  }

  restore(saved: unknown): void {
    const chars = checkWords(WHERE, "chars", checkState(WHERE, saved, ["chars"])["chars"]);
    const bad = chars.find((char) => [...char].length !== 1);
    check(bad === undefined, () => `${WHERE}: chars must be single characters, got ${show(bad)}`);
    check(chars.length > 0, () => `${WHERE}: chars must not be empty`);
    this.#number(chars);
  }

  #number(chars: readonly string[]): void {
    this.#chars = chars;
    this.#ids = new Map(chars.map((char, id) => [char, id]));
  }

  #unknown(chars: readonly string[], first: number): SluiceError {
    const unknown = [...new Set(chars.filter((char) => !this.#ids.has(char)))];
    const rest = unknown.slice(1, 6).map(showChar).join(", ") + (unknown.length > 6 ? ", …" : "");
    const place = placeOf(chars, first);
    const more = rest === "" ? "" : `; also unknown: ${rest}`;
    return new SluiceError(
      `${WHERE}: the character ${showChar(chars[first]!)} at ${place} is not in the training text${more}`,
    );
  }

  #checkFitted(method: string): void {
    check(this.#chars.length > 0, () => `${WHERE}: ${method} was called before fit`);
  }
}

/** Makes a {@link CharTokenizer}. */
export function charTokenizer(options: CharTokenizerOptions = {}): CharTokenizer {
  return new CharTokenizer(options);
}

/** Counted from 1, as editors do; columns in characters. */
export function placeOf(before: readonly string[], at: number): string {
  const lines = before.slice(0, at).join("").split("\n");
  return `line ${lines.length}, column ${[...lines.at(-1)!].length + 1}`;
}

/** With its code, since many characters look alike or cannot be seen. */
function showChar(char: string): string {
  const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return `${JSON.stringify(char)} (U+${code})`;
}
