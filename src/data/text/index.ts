import { check, show } from "../../util/errors.js";
import { makeNamed, type Factories } from "../../util/named.js";
import { charTokenizer, type CharTokenizer } from "./char-tokenizer.js";
import type { TextStep } from "./saved.js";
import { textVectorization, type TextVectorization } from "./text-vectorization.js";
import { tokenizer, type Tokenizer } from "./tokenizer.js";
import { wordTokenizer, type WordTokenizer } from "./word-tokenizer.js";

export { CharTokenizer, charTokenizer, type CharTokenizerOptions } from "./char-tokenizer.js";
export { padSequences, type PadOptions } from "./pad-sequences.js";
export type { SavedText, TextStep } from "./saved.js";
export { TextVectorization, textVectorization, type TextVectorizationOptions } from "./text-vectorization.js";
export { Tokenizer, tokenizer, type MatrixMode, type TextOrWords, type TokenizerOptions } from "./tokenizer.js";
export { WordTokenizer, wordTokenizer, type WordTokenizerOptions } from "./word-tokenizer.js";
export { splitPieces, splitWords } from "./words.js";

export type AnyTextStep = Tokenizer | TextVectorization | CharTokenizer | WordTokenizer;

const FACTORIES: Factories<TextStep> = { tokenizer, textVectorization, charTokenizer, wordTokenizer };

/**
 * Makes what `toJSON()` of a text step wrote, fitted as it was.
 * @throws SluiceError when the class is unknown, or its options or state are not what the class writes
 */
export function reviveText(saved: unknown, where = "reviveText"): AnyTextStep {
  check(typeof saved === "object" && saved !== null && "className" in saved && "state" in saved, () => {
    return `${where}: expected { className, config, state }, got ${show(saved)}`;
  });
  const step = makeNamed(where, "text step", FACTORIES, saved);
  if (saved.state !== null) step.restore(saved.state);
  return step as AnyTextStep;
}
