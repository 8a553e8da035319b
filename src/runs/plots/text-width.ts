/**
 * How wide texts are about. Where there is no canvas to measure with, Vega takes every character for 0.8 of the font's size: too
 * much for Latin letters, so that labels were cut that have room, and too little for Chinese. The shares are those of DejaVu Sans,
 * the widest of the usual sans-serif faces.
 */
interface TextMetrics {
  width: (item: TextItem, text: string) => number;
  readonly estimateWidth: TextMetrics["width"];
}

interface TextItem {
  readonly fontSize?: number;
  readonly limit?: number;
}

const SHARES: readonly (readonly [pattern: RegExp, share: number])[] = [
  [/[ijlI.,:;'|!()[\]]/, 0.36],
  [/[ frt/-]/, 0.42],
  [/[mwMW@%—…]/, 0.98],
  [/[\p{Lu}&]/u, 0.72],
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}＀-￯]/u, 1.05],
];
const OTHERS = 0.62;

/** In pixels. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += SHARES.find(([pattern]) => pattern.test(character))?.[1] ?? OTHERS;
  return width * fontSize;
}

/** Has Vega estimate so, unless it can measure. */
export function installTextWidth(vega: object): void {
  const { textMetrics } = vega as { textMetrics: TextMetrics };
  if (textMetrics.width !== textMetrics.estimateWidth) return;
  textMetrics.width = ({ fontSize = 11, limit = 0 }, text) => {
    const width = textWidth(String(text ?? ""), fontSize);
    return limit > 0 ? Math.min(limit, width) : width;
  };
}
