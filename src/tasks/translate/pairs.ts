/** Sentences and their translations, as a table holds them. */
import { readLines, readTable, type DataSource, type ReadOptions, type Table } from "../../data/index.js";
import { isTable, openSource } from "../../data/readers/source.js";
import { columnOf, textsOf } from "../../data/table/table.js";
import { check, show } from "../../util/errors.js";

export interface PairColumns {
  readonly source: string;
  readonly target: string;
}

export interface Pairs {
  /** What messages call the data. */
  readonly name: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
}

const isNumber = (column: string) => /^[1-9]\d*$/.test(column);

/**
 * How a table of sentences is read: two numbers mean a file without names of columns, cells are texts whatever they look like, and only an empty
 * cell is a missing one.
 */
export function sentenceReading<R extends ReadOptions>({ source, target }: PairColumns, reading: R): R {
  const named = [source, target].flatMap((column) => (isNumber(column) ? [column, `c${column}`] : [column]));
  return {
    ...reading,
    header: reading.header ?? (isNumber(source) && isNumber(target) ? false : undefined),
    missing: reading.missing ?? [],
    optionalTypes: { ...Object.fromEntries(named.map((name) => [name, "text"])), ...reading.optionalTypes },
  };
}

/** The column of that name, else of that number from 1. */
function sentences(where: string, table: Table, column: string): string[] {
  const byNumber = isNumber(column) && !table.columns.some(({ name }) => name === column);
  const name = byNumber ? table.columns[Number(column) - 1]?.name : columnOf(where, table, column).name;
  check(name !== undefined, () => `${where}: ${table.source} has ${table.columns.length} columns, no column ${column}`);
  return textsOf(where, table, name).map((text, row) => {
    const present = text !== null && text.trim() !== "";
    check(present, () => `${where}: ${table.source}, ${table.placeOf(row)}: column ${show(name)} has no sentence`);
    return text;
  });
}

/** @throws SluiceError where a column is absent or a sentence is missing: it names the line */
export async function readPairs(
  where: string,
  data: DataSource,
  columns: PairColumns,
  reading: ReadOptions,
): Promise<Pairs> {
  const table = await readTable(data, sentenceReading(columns, reading));
  const [sources, targets] = [sentences(where, table, columns.source), sentences(where, table, columns.target)];
  return { name: table.source, sources, targets };
}

const TABLES = ["csv", "tsv", "tab", "jsonl", "ndjson", "json", "parquet", "arrow", "feather", "ipc"];

/**
 * What is to be translated: the lines of a text file, or of a table the column of the source or the only one.
 * @param asTable whether the format was given with these data: then a file of any ending is a table
 */
export async function readSources(
  where: string,
  data: DataSource,
  columns: PairColumns,
  reading: ReadOptions,
  asTable: boolean,
): Promise<readonly string[]> {
  const opened = Array.isArray(data) || isTable(data) ? null : openSource(where, data as string);
  if (opened !== null && !asTable && !TABLES.includes(opened.ending)) {
    const lines: string[] = [];
    const { encoding } = reading;
    for await (const { text } of readLines(data as string, encoding === undefined ? {} : { encoding }))
      lines.push(text);
    return lines.filter((line) => line.trim() !== "");
  }
  const table = await readTable(data, sentenceReading(columns, reading));
  const only = table.columns.length === 1 ? table.columns[0]!.name : columns.source;
  return sentences(where, table, only);
}
