/** Text on a terminal: how many cells it takes, and how it is kept from steering the terminal. */

/** East Asian wide and full-width characters, and pictures (Unicode Standard Annex 11, classes W and F). */
const WIDE =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|^[\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|^\p{Emoji_Presentation}/u;
const NO_WIDTH = /^[\p{Mark}\p{Format}]+$/u;
// eslint-disable-next-line no-control-regex
const COLOUR = /\x1b\[[\d;]*m/g;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Cells that a text takes; colours take none. */
export function widthOf(text: string): number {
  const plain = text.replaceAll(COLOUR, "");
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of graphemes.segment(plain)) {
    if (!NO_WIDTH.test(segment)) width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

/** The beginning of a text, with "…" where it was cut, in at most `cells`. */
export function fit(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text;
  let kept = "";
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = widthOf(segment);
    if (width + next > cells - 1) break;
    kept += segment;
    width += next;
  }
  return `${kept}…`;
}

/**
 * A text from data, a file's name or a label, on one line: control characters, which could move the cursor, colour or rename the
 * terminal, are shown as escapes.
 */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Control}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, escapeOf);
}

/** The same for a text of several lines: ends of lines and tabs stay. */
export function plainLines(text: string): string {
  return text.replaceAll(/[\p{Control}\u202A-\u202E\u2066-\u2069]/gu, (c) =>
    c === "\n" || c === "\t" ? c : escapeOf(c),
  );
}

function escapeOf(character: string): string {
  const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return named[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A line that begins with a count or a name and two spaces goes on below what follows them, if there is room. */
const MOST_HANGING = 16;

/** Remarks as they come, each line broken at spaces where it is longer than the terminal; what stands before its first word stays. */
export function wrapLines(text: string, cells: number): string {
  return text.split("\n").map((line) => wrapLine(line, cells)).join("\n");
} // prettier-ignore

function wrapLine(line: string, cells: number): string {
  if (widthOf(line) <= cells) return line;
  const [label] = /^\s*(?:\S+(?: \S+)?\s{2,})?/.exec(line)!;
  const lead = widthOf(label) <= MOST_HANGING ? label : "";
  const rest = wrap(line.slice(lead.length), cells - widthOf(lead)).split("\n");
  return lead + rest.join(`\n${" ".repeat(widthOf(lead))}`);
}

/** A command that can be copied: where it is longer than the terminal, it is broken before its flags, with the shell's sign that it goes on. */
export function wrapCommand(command: string, cells: number): string {
  const breakable = process.platform !== "win32" && !/['"]/.test(command);
  if (widthOf(command) <= cells || !breakable) return command;
  const indent = " ".repeat(command.search(/\S/) + 2);
  return command.split(/ (?=--)/).join(` \\\n${indent}`);
}

/** Lines of at most `cells`, broken at spaces; what is longer than a line stays whole. */
export function wrap(text: string, cells: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > cells - indent.length) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => indent + part).join("\n");
}
