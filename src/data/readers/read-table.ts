import { check, show } from "../../util/errors.js";
import { takeRows, type Table } from "../table/table.js";
import { openCsv } from "./csv.js";
import { openJson, openJsonLines } from "./json.js";
import { openRows, rowsTable } from "./rows.js";
import { openArrow } from "./arrow.js";
import { checkReadOptions, CHUNK_ROWS, TABLE_FORMATS, type ReadOptions, type TableFormat } from "./options.js";
import { openParquet } from "./parquet.js";
import { readAll, readChunks, type PieceSource } from "./pieces.js";
import { isTable, openSource, type DataSource, type OpenSource, type Rows } from "./source.js";

const ENDINGS: Readonly<Record<string, TableFormat>> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  txt: "csv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "json",
  parquet: "parquet",
  arrow: "arrow",
  feather: "arrow",
  ipc: "arrow",
};

/**
 * Reads a table: CSV, TSV, JSON lines, JSON (a list of objects), Parquet or Arrow, each also packed by gzip, or rows as objects.
 * The columns' types are those that all their cells fit; see {@link ReadOptions} for how each is found and said.
 * @throws SluiceError with file, line and column where the file is not what it should be; nothing is repaired
 */
export async function readTable(source: DataSource, options: ReadOptions = {}): Promise<Table> {
  const where = "readTable";
  checkReadOptions(where, options);
  if (isTable(source)) return source;
  if (Array.isArray(source)) return rowsTable(where, source as Rows, options);
  const pieces = await open(where, source, "all", options);
  try {
    return await readAll(pieces);
  } finally {
    await pieces.close?.();
  }
}

/**
 * The same in chunks of some thousand rows, of which only one is held at a time. Types are found in the first megabyte: a later
 * cell that contradicts them is an error, which says how to give them.
 */
export async function* readTableChunks(source: DataSource, options: ReadOptions = {}): AsyncGenerator<Table> {
  const where = "readTableChunks";
  checkReadOptions(where, options);
  const { chunkRows = CHUNK_ROWS } = options;
  if (isTable(source)) return yield* chunksOf(source, chunkRows);
  const pieces = await open(where, source, "head", options);
  try {
    yield* readChunks(pieces, chunkRows);
  } finally {
    await pieces.close?.();
  }
}

/**
 * Rows as objects as a table; columns are all names that a row has. Numbers and booleans (1 and 0) are numbers, Dates and texts
 * that are dates are dates, other texts are texts; null, NaN and what is not there are missing.
 * @throws SluiceError with row and column where a column holds numbers and texts, or a list or an object
 */
export function tableOf(
  rows: Rows,
  options: Pick<ReadOptions, "name" | "types" | "dateFormat" | "missing"> = {},
): Table {
  checkReadOptions("tableOf", options);
  return rowsTable("tableOf", rows, options);
}

async function open(
  where: string,
  source: Exclude<DataSource, Table>,
  keep: "head" | "all",
  options: ReadOptions,
): Promise<PieceSource> {
  if (Array.isArray(source)) return openRows(where, source as Rows, options);
  const bytes = source as Exclude<DataSource, Table | Rows>;
  const format = formatOf(where, openSource(where, bytes, options.name), options);
  // Only of CSV the head is looked at before the rest.
  const kept = keep === "head" && format !== "csv" && format !== "tsv" ? "none" : keep;
  const opened = openSource(where, bytes, options.name, kept);
  if (format === "csv" || format === "tsv") return openCsv(where, opened, options);
  if (format === "parquet") return openParquet(where, opened, options);
  if (format === "arrow") return openArrow(where, opened, options);
  return format === "json" ? openJson(where, opened, options) : openJsonLines(where, opened, options);
}

function formatOf(where: string, { name, ending }: OpenSource, options: ReadOptions): TableFormat {
  const format = options.format ?? ENDINGS[ending];
  check(format !== undefined, () => {
    const folder = ending === "" ? "; of folders only those of recordings are read, with the option audio" : "";
    const ways = `give format: one of ${TABLE_FORMATS.join(", ")}${folder}`;
    return `${where}: cannot tell the format of ${show(name)} by its ending; ${ways}`;
  });
  return format;
}

function* chunksOf(table: Table, chunkRows: number): Generator<Table> {
  for (let from = 0; from < table.length; from += chunkRows) {
    const length = Math.min(chunkRows, table.length - from);
    yield takeRows(
      table,
      Int32Array.from({ length }, (_, i) => from + i),
    );
  }
}
