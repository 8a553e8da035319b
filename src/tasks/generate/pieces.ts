import { isSpacedWord, splitPieces } from "../../data/text/words.js";

export type Level = "char" | "word";

/** Cuts a text that comes in blocks into characters or words; a block may end anywhere. */
export function pieceReader(level: Level): (block: string, last: boolean) => Iterable<string> {
  return level === "char" ? characters() : words();
}

/** Code points. TextDecoder never cuts one in two, but a caller's own blocks may. */
function characters() {
  let carry = "";
  return (block: string, last: boolean): Iterable<string> => {
    const text = carry + block;
    const cut = !last && isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
    carry = text.slice(cut);
    return text.slice(0, cut);
  };
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xdc00;

/**
 * The pieces of `wordTokenizer`: words, Han characters, punctuation, white space, without the single space between two words.
 * What stands after the last end of a word waits for the next block.
 */
function words() {
  let carry = "";
  let before = "";
  let space = false;
  return function* (block: string, last: boolean): Generator<string> {
    const text = carry + block;
    const cut = last ? text.length : lastWordEnd(text);
    carry = text.slice(cut);
    for (const piece of splitPieces(text.slice(0, cut))) {
      if (piece === " " && isSpacedWord(before)) {
        space = true;
        continue;
      }
      if (space && !isSpacedWord(piece)) yield " ";
      space = false;
      yield piece;
      before = piece;
    }
    if (last && space) yield " ";
  };
}

/** The last place at which white space follows something else: no piece reaches over it. */
function lastWordEnd(text: string): number {
  for (let i = text.length - 1; i > 0; i--) if (isSpace(text[i]!) && !isSpace(text[i - 1]!)) return i;
  return 0;
}

const isSpace = (char: string) => /\s/.test(char);
