import type { parse } from "csv-parse/sync";
import { check, SluiceError } from "../../util/errors.js";

/** Records of a piece of a file. */
export interface Records {
  readonly rows: string[][];
  /** The line on which each record begins, from 1. */
  readonly lines: Int32Array;
}

export interface RecordOptions {
  readonly where: string;
  readonly name: string;
  readonly delimiter: string;
  readonly quote: boolean;
}

/** No record is longer: what a quote that is never closed may cost in memory. In UTF-16 units. */
const LONGEST = 1 << 24;

/**
 * Pieces of text as pieces of records. A piece without a quote needs no parser: lines and delimiters cut it, at 150 MB/s and
 * more where csv-parse reads 25. The others go to csv-parse, from one record's beginning to another's end.
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
  const begin = line + countLines(before);
  return `${where}: ${name}, line ${begin}: a record of more than ${LONGEST} characters; a quote (") is not closed`;
}

/** After the last line break that is not within quotes: one before which stands an even number of them (RFC 4180). */
function endOfRecords(text: string, quote: boolean): number {
  // A line break may be two characters, of which the second is in the next piece.
  const whole = text.endsWith("\r") ? text.length - 1 : text.length;
  if (!quote || !text.includes('"')) return lastBreak(text, 0, whole);
  let end = 0;
  let inside = false;
  for (let from = 0; from < whole;) {
    const at = text.indexOf('"', from);
    const to = at === -1 ? whole : Math.min(at, whole);
    if (!inside) end = Math.max(end, lastBreak(text, from, to));
    inside = !inside;
    from = to + 1;
  }
  return end;
}

function lastBreak(text: string, from: number, to: number): number {
  if (to <= from) return 0;
  const at = Math.max(text.lastIndexOf("\n", to - 1), text.includes("\n") ? -1 : text.lastIndexOf("\r", to - 1));
  return at >= from ? at + 1 : 0;
}

function countLines(text: string): number {
  return text.split(/\r\n|\n|\r/).length - 1;
}

async function parsePiece(text: string, line: number, options: RecordOptions): Promise<Records & { next: number }> {
  return options.quote && text.includes('"')
    ? parseQuoted(text, line, options)
    : splitPlain(text, line, options.delimiter);
}

function splitPlain(text: string, line: number, delimiter: string): Records & { next: number } {
  const plain = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  const texts = plain.split("\n");
  const next = line + texts.length - 1;
  const rows: string[][] = [];
  const lines = new Int32Array(texts.length);
  for (const [i, record] of texts.entries()) {
    if (isBlank(record)) continue;
    lines[rows.length] = line + i;
    rows.push(record.split(delimiter));
  }
  return { rows, lines: lines.subarray(0, rows.length), next };
}

const isBlank = (record: string): boolean => record.length === 0;

async function parseQuoted(text: string, line: number, options: RecordOptions): Promise<Records & { next: number }> {
  const parseCsv = await loadParse();
  const { delimiter, where, name } = options;
  try {
    const settings = { delimiter, relax_column_count: true, record_delimiter: ["\r\n", "\n", "\r"] };
    const all: string[][] = parseCsv(text, settings);
    return placed(all, line);
  } catch (error) {
    const { code, lines = 1, message } = error as { code?: string; lines?: number; message: string };
    if (code === undefined) throw error;
    const place = `${where}: ${name}, line ${line + lines - 1}`;
    const hint = `a " is written "" within quotes (RFC 4180); where it is a character like others, give quote: false`;
    throw new SluiceError(`${place}: ${message.split(":")[0]!.toLowerCase()}; ${hint}`, { cause: error });
  }
}

/** With the line of each record: one that has line breaks within its quotes takes several. */
function placed(all: string[][], line: number): Records & { next: number } {
  const rows: string[][] = [];
  const lines = new Int32Array(all.length);
  let next = line;
  for (const row of all) {
    const blank = row.length === 1 && row[0] === "";
    if (!blank) {
      lines[rows.length] = next;
      rows.push(row);
    }
    next++;
    for (const cell of row) if (cell.includes("\n") || cell.includes("\r")) next += countLines(cell);
  }
  return { rows, lines: lines.subarray(0, rows.length), next };
}

/** Browsers have no Buffer, which the package's main build needs. */
async function loadParse(): Promise<typeof parse> {
  if (typeof Buffer === "undefined")
    return (await import("csv-parse/browser/esm/sync")).parse as unknown as typeof parse;
  return (await import("csv-parse/sync")).parse;
}
