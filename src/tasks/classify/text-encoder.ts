import { ragged, type Ragged } from "sluice";
import { reviveText, tokenizer, type DataSource, type ReadOptions, type Tokenizer } from "../../data/index.js";
import { checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { splitWords } from "../../data/text/words.js";
import type { Field } from "../view.js";
import { textIn } from "../views/fields.js";
import type { NamedInput } from "../views/named.js";
import type { Encoder, Pieces, RawForm } from "./encoder.js";
import type { Samples } from "./samples.js";
import { readTexts, type TextColumns } from "./text-reader.js";

/** Stands for words that are not in the vocabulary, at index 1; index 0 is padding. */
const UNKNOWN = "[UNK]";

export interface TextSettings {
  readonly level: "word" | "char";
  readonly lower: boolean;
  readonly numWords: number;
  readonly minCount: number;
}

interface Config {
  readonly columns: TextColumns;
  readonly maxLength: number;
  readonly keep: "start" | "end";
}

/** Texts to sequences of word numbers, int32 [N, …] of unequal lengths. */
export class TextEncoder implements Encoder<string> {
  readonly kind = "text";
  readonly of = "texts";
  readonly config: Config;
  readonly #tokenizer: Tokenizer;
  /** Indices run from 0 to size - 1. */
  readonly size: number;

  constructor(fitted: Tokenizer, config: Config) {
    this.#tokenizer = fitted;
    this.config = config;
    this.size = fitted.wordIndex.size + 1;
  }

  static revive(saved: unknown): TextEncoder {
    const { tokenizer: step, columns, maxLength, keep } = (saved ?? {}) as Partial<Config> & { tokenizer?: unknown };
    const revived = reviveText(step, "classify: the saved texts");
    check(revived.className === "tokenizer" && typeof columns?.text === "string", () => {
      return `classify: the saved texts must hold a tokenizer and its columns, got ${show(saved)}`;
    });
    checkCount("classify: the saved texts", "maxLength", maxLength);
    return new TextEncoder(revived as Tokenizer, {
      columns,
      maxLength: maxLength!,
      keep: keep === "start" ? keep : "end",
    });
  }

  read(where: string, source: DataSource, labelled: boolean, reading: ReadOptions): Promise<Samples<string>> {
    return readTexts(where, source, this.config.columns, labelled, reading);
  }

  isEmpty(text: string): boolean {
    return text.trim() === "";
  }

  /** Numbers of the words; a text without any word is one unknown word. */
  sequences(texts: readonly string[]): number[][] {
    return this.#tokenizer.textsToSequences(texts).map((sequence) => (sequence.length > 0 ? sequence : [1]));
  }

  encode(texts: readonly string[]): Ragged {
    const { maxLength, keep } = this.config;
    const cut = (words: readonly number[]) => (keep === "end" ? words.slice(-maxLength) : words.slice(0, maxLength));
    return ragged(this.sequences(texts).map((words) => Int32Array.from(cut(words))));
  }

  /** The words of a text as the network takes them, known or not; of a text without any the unknown one. */
  words(text: string): string[] {
    const { lower, charLevel } = this.#tokenizer.config as { lower: boolean; charLevel: boolean };
    const cased = lower ? text.toLowerCase() : text;
    const words = charLevel ? [...cased] : splitWords(cased);
    return words.length > 0 ? words : [UNKNOWN];
  }

  namesOf({ items }: Pick<Samples<string>, "items">): NamedInput[] {
    const { maxLength, keep } = this.config;
    const cut = (words: string[]) => (keep === "end" ? words.slice(-maxLength) : words.slice(0, maxLength));
    const all = items.map((text) => this.words(text));
    const steps = all.map(cut);
    const leftOut = all.map((words, i) => words.length - steps[i]!.length);
    const isUnknown = (word: string) => this.#tokenizer.wordIndex.get(word) === undefined || word === UNKNOWN;
    const unknown = steps.map((words) => words.flatMap((word, t) => (isUnknown(word) ? [t] : [])));
    return [{ kind: "tokens", steps, features: [], unknown, leftOut }];
  }

  get form(): RawForm {
    const field: Field = { name: this.config.columns.text, type: "text" };
    return { sample: "text", inputs: [field], references: [field] };
  }

  get pieces(): Pieces {
    const name = this.#tokenizer.config["charLevel"] === true ? "character" : "word";
    const example = [...this.#tokenizer.wordIndex.keys()].find((word) => word !== UNKNOWN && /^\p{L}+$/u.test(word));
    return {
      fields: [{ name, type: "text", ...(example !== undefined && { example }) }],
      rows: { least: 1, most: this.config.maxLength },
      width: 1,
      encode: (row, frame, offset = 0) => {
        const piece = textIn("classify", row, name);
        const found = this.#tokenizer.textsToSequences([piece])[0]!;
        check(found.length === 1, () => `classify: ${name} must hold one ${name}, got ${show(piece)}`);
        frame[offset] = found[0]!;
      },
    };
  }

  toJSON(): object {
    return { tokenizer: this.#tokenizer.toJSON(), ...this.config };
  }
}

/**
 * Counts words, and keeps those that are frequent enough: the model file holds no others. Words that came once would be learnt
 * by heart, and nothing would be learnt of the unknown word.
 */
export function fitTokenizer(texts: readonly string[], settings: TextSettings): Tokenizer {
  const { level, lower, numWords, minCount } = settings;
  const options = { lower, charLevel: level === "char", analyzer: "words", oovToken: UNKNOWN } as const;
  const all = tokenizer(options);
  all.fitOnTexts(texts);
  const frequent = [...all.wordCounts].filter(([, count]) => count >= minCount).length;
  const size = Math.min(numWords, frequent + 2);
  const { documentCount, words, counts, docs } = all.toJSON().state as unknown as TokenizerState;
  const kept = words.map((word) => all.wordIndex.get(word)! < size);
  const keep = <V>(values: readonly V[]) => values.filter((_, i) => kept[i]);
  const small = tokenizer(options);
  small.restore({ documentCount, words: keep(words), counts: keep(counts), docs: keep(docs) });
  return small;
}

interface TokenizerState {
  documentCount: number;
  words: string[];
  counts: number[];
  docs: number[];
}

/** Letters of scripts that put no space between words. */
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/gu;

/** By character where more than half of the letters are of a script without spaces between words. */
export function levelOf(texts: readonly string[]): "word" | "char" {
  let [spaceless, letters] = [0, 0];
  for (const text of texts) {
    spaceless += text.match(SPACELESS)?.length ?? 0;
    letters += text.match(/\p{L}/gu)?.length ?? 0;
  }
  return 2 * spaceless > letters ? "char" : "word";
}
