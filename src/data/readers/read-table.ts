import { check, show } from "../../util/errors.js";
import type { Table } from "../table/table.js";
import { readCsv } from "./csv.js";
import { checkReadOptions, TABLE_FORMATS, type ReadOptions, type TableFormat } from "./options.js";
import { isTable, openSource, type DataSource, type OpenSource } from "./source.js";

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

/** The format that was asked for, or the one of the name's ending. */
export function formatOf(where: string, { name, ending }: OpenSource, options: ReadOptions): TableFormat {
  const format = options.format ?? ENDINGS[ending];
  check(format !== undefined, () => {
    return `${where}: cannot tell the format of ${show(name)} by its ending; give format: one of ${TABLE_FORMATS.join(", ")}`;
  });
  return format;
}

/**
 * Reads a table: CSV, TSV, JSON lines, JSON (a list of objects), Parquet or Arrow, each also packed by gzip, or rows as objects.
 * @throws SluiceError with file, line and column where the file is not what it should be; nothing is repaired
 */
export async function readTable(source: DataSource, options: ReadOptions = {}): Promise<Table> {
  const where = "readTable";
  checkReadOptions(where, options);
  if (isTable(source)) return source;
  check(!Array.isArray(source), () => `${where}: rows`);
  const opened = openSource(where, source as Exclude<DataSource, Table | readonly unknown[]>, options.name);
  const format = formatOf(where, opened, options);
  check(format === "csv" || format === "tsv", () => `${where}: ${format}`);
  return readCsv(where, opened, options);
}
