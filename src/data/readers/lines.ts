/** A line without its break, and its number from 1. */
export interface Line {
  readonly text: string;
  readonly line: number;
}

/** Lines of a text that comes in pieces; \n, \r\n and \r end one. */
export async function* textLines(pieces: AsyncIterable<string>): AsyncGenerator<Line> {
  let rest = "";
  let line = 1;
  for await (const piece of pieces) {
    const text = rest + piece;
    // A \r at the end may be the first half of \r\n.
    const whole = text.endsWith("\r") ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    rest = lines.pop()! + text.slice(whole.length);
    for (const one of lines) yield { text: one, line: line++ };
  }
  for (const one of rest === "" ? [] : rest.split(/\r$/).slice(0, 1)) yield { text: one, line };
}
