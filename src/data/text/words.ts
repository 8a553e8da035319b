/**
 * Cuts a text into pieces whose concatenation is the text: a Han character alone; a word, which is a run of other letters,
 * marks, digits and underscores, with the apostrophes and hyphens inside it ("don't", "well-known") and the points and commas
 * between digits ("3.14"); a run of white space; any other character alone.
 *
 * A regular expression, not Intl.Segmenter: what a segmenter calls a Chinese word depends on the dictionary of the engine, and
 * a vocabulary saved by one engine must fit the pieces cut by another.
 */
const PIECE = new RegExp(
  [
    String.raw`\p{Script=Han}`,
    String.raw`WORD(?:(?:['’-]|(?<=\p{N})[.,](?=\p{N}))WORD)*`.replaceAll(
      "WORD",
      String.raw`(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}_])+`,
    ),
    String.raw`\s+`,
    String.raw`[^]`,
  ].join("|"),
  "gu",
);
const HAN = /^\p{Script=Han}$/u;
const WORD_START = /^[\p{L}\p{M}\p{N}_]/u;

/** The pieces of a text, white space and punctuation among them. */
export function splitPieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}

/** The words and Han characters of a text, without white space and punctuation. */
export function splitWords(text: string): string[] {
  return splitPieces(text).filter((piece) => WORD_START.test(piece));
}

/** Whether a piece is a word that a space parts from the next word: not Han, not punctuation. */
export function isSpacedWord(piece: string): boolean {
  return WORD_START.test(piece) && !HAN.test(piece);
}
