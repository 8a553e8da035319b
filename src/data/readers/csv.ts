import { check, show, SluiceError } from "../../util/errors.js";
import type { Piece } from "./cells.js";
import { csvRules, looksLikeValue, MISSING } from "./csv-cells.js";
import { readRecords, type RecordOptions } from "./csv-records.js";
import { quotesAreRegular, sniffDelimiter } from "./csv-sniff.js";
import { decodeText } from "./decode.js";
import type { ReadOptions } from "./options.js";
import type { PieceSource } from "./pieces.js";
import type { Records } from "./records.js";
import type { OpenSource } from "./source.js";

/** Characters at the beginning of a file from which delimiter and quoting are found out. */
const SAMPLE = 1 << 18;

interface Head {
  readonly records: RecordOptions;
  readonly names: readonly string[];
  /** Whether the first record is one of names. */
  readonly named: boolean;
}

/** A CSV or TSV file. @throws SluiceError where it is empty or two columns have one name */
export async function openCsv(where: string, source: OpenSource, options: ReadOptions): Promise<PieceSource> {
  const { name } = source;
  const text = () => decodeText(where, name, source.bytes(), options.encoding);
  const head = await readHead(where, source, text(), options);
  const rules = csvRules(where, name, head.records.delimiter === ";", options);
  return { rules, names: head.names, pieces: () => piecesOf(head, readRecords(text(), head.records)) };
}

async function readHead(
  where: string,
  source: OpenSource,
  text: AsyncGenerator<string>,
  options: ReadOptions,
): Promise<Head> {
  const { name, ending } = source;
  let sample = "";
  for await (const piece of text) {
    sample += piece;
    if (sample.length >= SAMPLE) break;
  }
  check(sample.trim().length > 0, () => `${where}: ${name} is empty`);
  const tabs = ending === "tsv" || ending === "tab" || options.format === "tsv";
  const delimiter = options.delimiter ?? (tabs ? "\t" : sniffDelimiter(sample));
  const quote = options.quote ?? (delimiter !== "\t" || quotesAreRegular(sample, delimiter));
  const records = { where, name, delimiter, quote };
  const first = await firstRecord(sample, records);
  const named = options.header ?? looksLikeHeader(first);
  return { records, names: named ? headerNames(where, name, first) : first.map((_, j) => `c${j + 1}`), named };
}

async function firstRecord(sample: string, options: RecordOptions): Promise<readonly string[]> {
  const only = async function* () {
    yield sample;
  };
  for await (const piece of readRecords(only(), options)) if (piece.length > 0) return piece.record(0);
  throw new SluiceError(`${options.where}: ${options.name} is empty`);
}

/** Names are texts: a record with a number or a date in it is one of data. */
function looksLikeHeader(cells: readonly string[]): boolean {
  return cells.some((cell) => !MISSING.includes(cell)) && !cells.some(looksLikeValue);
}

function headerNames(where: string, file: string, cells: readonly string[]): string[] {
  const names = cells.map((cell, j) => cell.trim() || `column ${j + 1}`);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  check(twice === undefined, () => `${where}: ${file}: two columns have the name ${show(twice)}; rename one`);
  return names;
}

async function* piecesOf({ names, named, records }: Head, all: AsyncIterable<Records>): AsyncGenerator<Piece> {
  let skip = named;
  for await (const piece of all) {
    const from = skip && piece.length > 0 ? 1 : 0;
    if (from === 1) skip = false;
    const { length, lines, numberAt } = piece;
    for (let row = 0; row < length; row++)
      check(piece.width(row) === names.length, () => {
        const place = `${records.where}: ${records.name}, line ${lines[row]}`;
        return `${place}: expected ${names.length} fields, got ${piece.width(row)}`;
      });
    yield {
      names,
      length: length - from,
      lines: lines.subarray(from),
      column: (j) => piece.column(j, from),
      ...(numberAt === undefined ? {} : { numberAt: (row: number, j: number) => numberAt(row + from, j) }),
    };
  }
}
