import type { ColumnType } from "../table/table.js";
import { checkChoice, checkCount, checkOptions } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";

export const TABLE_FORMATS = ["csv", "tsv", "jsonl", "json", "parquet", "arrow"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** How the columns of a CSV file are separated. */
export type Delimiter = "," | ";" | "\t" | "|";
export const DELIMITERS: readonly Delimiter[] = [",", ";", "\t", "|"];

export interface ReadOptions {
  /** Default by the name's ending: .csv .tsv .tab .txt .jsonl .ndjson .json .parquet .arrow .feather .ipc, each also with .gz. */
  format?: TableFormat;
  /** What messages call the source, and where its ending is read, when it is no path. Default "rows", "bytes" or the file's own. */
  name?: string;
  /** Of text: any label that TextDecoder knows. Default UTF-8, or UTF-16 where the file begins with its byte-order mark. */
  encoding?: string;
  /** CSV. Default: the one of , ; tab | that gives the first records equally many fields; tab for .tsv. */
  delimiter?: Delimiter;
  /**
   * CSV: whether " encloses fields (RFC 4180). Default true; in files separated by tabs, false where the beginning of the file
   * has a " that stands as RFC 4180 does not allow.
   */
  quote?: boolean;
  /** CSV: whether the first record names the columns. Default: unless a cell of it is a number or a date. Else c1, c2, … */
  header?: boolean;
  /** CSV: the decimal mark of numbers. Default ".", and "," in columns of files separated by ; where it fits. */
  decimal?: "." | ",";
  /**
   * Texts that stand for no value, in columns of every type; "-9999" stands for the number too. Default: "" everywhere, and in
   * columns of numbers and dates also NA, N/A, NaN, nan, null, NULL and ?, which in a column of texts are texts.
   */
  missing?: readonly string[];
  /** Columns to read; the others are left out. Default all. */
  columns?: readonly string[];
  /** Types by column that are not to be found out. */
  types?: Readonly<Record<string, ColumnType>>;
  /** As `types`, of columns that may be absent, such as the target in the rows that it is to be foreseen for. */
  optionalTypes?: Readonly<Record<string, ColumnType>>;
  /** CSV: how dates are written that are not ISO 8601, such as "DD/MM/YYYY". Default: found out over the whole column. */
  dateFormat?: string;
  /** Rows in a chunk of `readTableChunks`, at most. Default 8192; Parquet and Arrow keep the file's own groups. */
  chunkRows?: number;
}

const NAMES = [
  "format",
  "name",
  "encoding",
  "delimiter",
  "quote",
  "header",
  "decimal",
  "missing",
  "columns",
  "types",
  "optionalTypes",
  "dateFormat",
  "chunkRows",
] as const satisfies readonly (keyof ReadOptions)[];

export const CHUNK_ROWS = 8192;

export function checkReadOptions(where: string, options: ReadOptions): void {
  checkOptions(where, options, NAMES);
  const { format, delimiter, decimal, types, optionalTypes, chunkRows, missing, columns } = options;
  if (format !== undefined) checkChoice(where, "format", format, TABLE_FORMATS);
  if (delimiter !== undefined) checkChoice(where, "delimiter", delimiter, DELIMITERS);
  if (decimal !== undefined) checkChoice(where, "decimal", decimal, [".", ","]);
  if (chunkRows !== undefined) checkCount(where, "chunkRows", chunkRows);
  for (const [option, given] of Object.entries({ types, optionalTypes }))
    for (const [name, type] of Object.entries(given ?? {}))
      checkChoice(where, `${option}[${show(name)}]`, type, ["number", "date", "text"]);
  for (const [name, list] of [
    ["missing", missing],
    ["columns", columns],
  ] as const)
    check(list === undefined || (Array.isArray(list) && list.every((m) => typeof m === "string")), () => {
      return `${where}: ${name} must be a list of texts, got ${show(list)}`;
    });
}
