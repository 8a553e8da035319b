import { check, show, SluiceError } from "../../util/errors.js";
import type { Column, Table } from "../table/table.js";
import { findReading, MISSING, missingSet, readColumn, type Reading, type TypeOptions } from "./column-types.js";
import { readRecords, type Records } from "./csv-records.js";
import { quotesAreRegular, sniffDelimiter } from "./csv-sniff.js";
import { FOUND_FORMATS, parseDate } from "./date-formats.js";
import { decodeText } from "./decode.js";
import { parseNumber } from "./number-text.js";
import type { ReadOptions } from "./options.js";
import type { OpenSource } from "./source.js";

/** Characters at the beginning of a file from which delimiter and quoting are found out. */
const SAMPLE = 1 << 18;

/** A CSV file whose columns have names: records in pieces, checked to have one field for each column. */
export interface CsvFile {
  readonly columns: readonly string[];
  readonly types: TypeOptions;
  records(): AsyncGenerator<Records>;
}

/** Reads the beginning of a CSV or TSV file. @throws SluiceError where it is empty or two columns have one name */
export async function openCsv(where: string, source: OpenSource, options: ReadOptions): Promise<CsvFile> {
  const { name } = source;
  const pieces = decodeText(where, name, source.bytes(), options.encoding);
  const sample = await readSample(pieces);
  check(sample.trim().length > 0, () => `${where}: ${name} is empty`);
  const tabs = source.ending === "tsv" || source.ending === "tab" || options.format === "tsv";
  const delimiter = options.delimiter ?? (tabs ? "\t" : sniffDelimiter(sample));
  const quote = options.quote ?? (delimiter !== "\t" || quotesAreRegular(sample, delimiter));
  const records = readRecords(joined(sample, pieces), { where, name, delimiter, quote });
  const { value: first } = await records.next();
  const head = (first as Records | undefined)?.rows[0];
  check(head !== undefined, () => `${where}: ${name} is empty`);
  const hasHeader = options.header ?? looksLikeHeader(head);
  const columns = hasHeader ? headerNames(where, name, head) : head.map((_, j) => `c${j + 1}`);
  checkNames(where, name, columns, options);
  const types = {
    where,
    name,
    types: options.types ?? {},
    decimal: options.decimal,
    comma: delimiter === ";",
    missing: options.missing,
    dateFormat: options.dateFormat,
  };
  return { columns, types, records: () => checked(types, columns, withFirst(first as Records, records, hasHeader)) };
}

async function readSample(pieces: AsyncGenerator<string>): Promise<string> {
  let sample = "";
  while (sample.length < SAMPLE) {
    const { done, value } = await pieces.next();
    if (done) break;
    sample += value;
  }
  return sample;
}

async function* joined(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

async function* withFirst(first: Records, rest: AsyncGenerator<Records>, skip: boolean): AsyncGenerator<Records> {
  yield skip ? { rows: first.rows.slice(1), lines: first.lines.subarray(1) } : first;
  yield* rest;
}

/** Names are texts: a record with a number or a date in it is one of data. */
function looksLikeHeader(head: readonly string[]): boolean {
  const isMissing = missingSet(MISSING);
  const named = head.some((cell) => !isMissing.has(cell));
  return named && head.every((cell) => Number.isNaN(parseNumber(cell, ".")) && !isDate(cell));
}

const isDate = (cell: string): boolean => FOUND_FORMATS.some((format) => !Number.isNaN(parseDate(cell, format)));

function headerNames(where: string, file: string, head: readonly string[]): string[] {
  const names = head.map((cell, j) => cell.trim() || `column ${j + 1}`);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  check(twice === undefined, () => `${where}: ${file}: two columns have the name ${show(twice)}; rename one`);
  return names;
}

function checkNames(where: string, file: string, columns: readonly string[], { types }: ReadOptions): void {
  for (const name of Object.keys(types ?? {}))
    check(columns.includes(name), () => {
      return `${where}: types names the column ${show(name)}; ${file} has ${columns.join(", ")}`;
    });
}

async function* checked(
  { where, name }: TypeOptions,
  columns: readonly string[],
  pieces: AsyncGenerator<Records>,
): AsyncGenerator<Records> {
  for await (const { rows, lines } of pieces) {
    const ragged = rows.findIndex((row) => row.length !== columns.length);
    if (ragged !== -1) {
      const counts = `expected ${columns.length} fields, got ${rows[ragged]!.length}`;
      throw new SluiceError(`${where}: ${name}, line ${lines[ragged]}: ${counts}`);
    }
    yield { rows, lines };
  }
}

/** The whole file, each column in the reading that fits all of it. */
export async function readCsv(where: string, source: OpenSource, options: ReadOptions): Promise<Table> {
  const file = await openCsv(where, source, options);
  const texts = file.columns.map((): string[] => []);
  const lines: number[] = [];
  for await (const piece of file.records()) {
    for (const row of piece.rows) for (let j = 0; j < texts.length; j++) texts[j]!.push(row[j]!);
    for (const line of piece.lines) lines.push(line);
  }
  const lineOf = (row: number) => lines[row]!;
  const readings: Reading[] = [];
  const columns = file.columns.map((column, j): Column => {
    const at = { column, texts: texts[j]!, lineOf };
    const reading = findReading(file.types, at);
    readings.push(reading);
    return readColumn(file.types, at, reading);
  });
  return tableAt(source.name, columns, lines);
}

/** A table whose rows stand on these lines. */
export function tableAt(source: string, columns: readonly Column[], lines: ArrayLike<number>): Table {
  return { source, length: lines.length, columns, placeOf: (row) => `line ${lines[row]}` };
}
