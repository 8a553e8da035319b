/** How texts become tokens before BLEU counts them: sacreBLEU 2.6's tokenizers, character for character. */

export const BLEU_TOKENIZERS = ["13a", "zh", "char"] as const;
export type BleuTokenizer = (typeof BLEU_TOKENIZERS)[number];

/** White space as Python's `str.split` takes it, which differs from \s by a few control characters. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const SPACES = new RegExp(`${SPACE}+`, "u");
const SPACES_AT_END = new RegExp(`${SPACE}+$`, "u");
const SPACES_AROUND = new RegExp(`^${SPACE}+|${SPACE}+$`, "gu");

/** What stands between white space. */
export function splitSpaces(text: string): string[] {
  return text.split(SPACES).filter((word) => word !== "");
}

/**
 * "13a": WMT's mteval-v13a for texts in Latin letters. "zh": Chinese characters and full-width signs alone, the rest by 13a's rules.
 * "char": every character.
 */
export function bleuTokens(text: string, tokenizer: BleuTokenizer): string[] {
  const line = text.replace(SPACES_AT_END, "");
  if (tokenizer === "char") return splitSpaces([...line].join(" "));
  return splitSpaces(separated(tokenizer === "zh" ? spread(line) : westernized(line)));
}

function westernized(line: string): string {
  const plain = line.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  const text = plain.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  return ` ${text} `;
}

/** Signs apart; points and commas unless they stand between digits; a dash after a digit. */
function separated(line: string): string {
  return line
    .replace(/([{-~[-` -&(-+:-@/])/gu, " $1 ")
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/gu, "$1 $2 ");
}

/**
 * The code points that sacreBLEU takes for Chinese. Two of its ranges are written with five hexadecimal digits, of which Python reads
 * four: what they really hold stands here, so that scores are the same.
 */
const CHINESE: readonly (readonly [first: number, last: number])[] = [
  [0x2001, 0x2a6d], [0x2e80, 0x2eff], [0x2f00, 0x2fdf], [0x2ff0, 0x2fff], [0x3000, 0x303f], [0x3100, 0x312f], [0x31a0, 0x31bf],
  [0x31c0, 0x31ef], [0x3200, 0x33ff], [0x3400, 0x4db5], [0x4e00, 0x9fbb], [0xf900, 0xfa2d], [0xfa30, 0xfa6a], [0xfa70, 0xfad9],
  [0xfe10, 0xfe1f], [0xfe30, 0xfe4f], [0xff00, 0xffef],
]; // prettier-ignore

function spread(line: string): string {
  const chars = Array.from(line.replace(SPACES_AROUND, ""), (char) => {
    const code = char.codePointAt(0)!;
    return CHINESE.some(([first, last]) => code >= first && code <= last) ? ` ${char} ` : char;
  });
  return chars.join("");
}
