import type { parse } from "csv-parse/sync";
import { check, SluiceError } from "../../util/errors.js";
import { quotedRecords, splitRecords, type Records } from "./records.js";

export interface RecordOptions {
  readonly where: string;
  readonly name: string;
  readonly delimiter: string;
  readonly quote: boolean;
}

/** No record is longer: what a quote that is never closed may cost in memory. In UTF-16 units. */
const LONGEST = 1 << 24;

/**
 * Pieces of text as pieces of records. A piece without a quote needs no parser: lines and delimiters cut it, several times
 * faster than csv-parse. The others go to csv-parse, from one record's beginning to another's end.
 */
export async function* readRecords(pieces: AsyncIterable<string>, options: RecordOptions): AsyncGenerator<Records> {
  let rest = "";
  let line = 1;
  for await (const piece of pieces) {
    const text = rest + piece;
    const end = endOfRecords(text, options.quote);
    rest = text.slice(end);
    check(rest.length < LONGEST, () => unclosed(options, line, text.slice(0, end)));
    if (end === 0) continue;
    const records = await parsePiece(text.slice(0, end), line, options);
    line = records.next;
    yield records;
  }
  if (rest.length > 0) yield parsePiece(rest, line, options);
}

function unclosed({ where, name }: RecordOptions, line: number, before: string): string {
  const begin = line + before.split(/\r\n|\n|\r/).length - 1;
  return `${where}: ${name}, line ${begin}: a record of more than ${LONGEST} characters; a quote (") is not closed`;
}

/** After the last line break that is not within quotes: one before which stands an even number of them (RFC 4180). */
function endOfRecords(text: string, quote: boolean): number {
  // A line break may be two characters, of which the second is in the next piece.
  const whole = text.endsWith("\r") ? text.length - 1 : text.length;
  const mark = text.includes("\n") ? "\n" : "\r";
  if (!quote || !text.includes('"')) return lastBreak(text, mark, 0, whole);
  let end = 0;
  let inside = false;
  for (let from = 0; from < whole;) {
    const at = text.indexOf('"', from);
    const to = at === -1 ? whole : Math.min(at, whole);
    if (!inside) end = Math.max(end, lastBreak(text, mark, from, to));
    inside = !inside;
    from = to + 1;
  }
  return end;
}

function lastBreak(text: string, mark: string, from: number, to: number): number {
  // Of a short part, so that not the whole text before it is looked at.
  const at = from === 0 ? text.lastIndexOf(mark, to - 1) : text.slice(from, to).lastIndexOf(mark) + from;
  return at >= from && to > from ? at + 1 : 0;
}

async function parsePiece(text: string, line: number, options: RecordOptions): Promise<Records> {
  if (!options.quote || !text.includes('"')) return splitRecords(text, line, options.delimiter);
  const parseCsv = await loadParse();
  const { delimiter, where, name } = options;
  try {
    const settings = { delimiter, relax_column_count: true, record_delimiter: ["\r\n", "\n", "\r"] };
    return quotedRecords(parseCsv(text, settings), line);
  } catch (error) {
    const { code, lines = 1, message } = error as { code?: string; lines?: number; message: string };
    if (code === undefined) throw error;
    const place = `${where}: ${name}, line ${line + lines - 1}`;
    const hint = `a " is written "" within quotes (RFC 4180); where it is a character like others, give quote: false`;
    throw new SluiceError(`${place}: ${message.split(":")[0]!.toLowerCase()}; ${hint}`, { cause: error });
  }
}

/** Browsers have no Buffer, which the package's main build needs. */
async function loadParse(): Promise<typeof parse> {
  if (typeof Buffer === "undefined")
    return (await import("csv-parse/browser/esm/sync")).parse as unknown as typeof parse;
  return (await import("csv-parse/sync")).parse;
}
