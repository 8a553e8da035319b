/** What `inspectData` finds, with pictures of the columns and the first rows, to be looked at by people. */
import type { Column, Table } from "../../data/table/table.js";
import type { ReadingOptions } from "../common-options.js";
import type { DataFacts } from "./facts.js";
import { histogramOf, type Histogram } from "./histogram.js";
import { inspectData } from "./inspect-data.js";
import { countWords } from "./table.js";

const HEAD_ROWS = 20;
/** Longer texts are cut. */
const MOST_CHARACTERS = 200;

export interface Look {
  readonly facts: DataFacts;
  /** Of tables, by column: of numbers, of dates as milliseconds since 1970, of texts their words. */
  readonly histograms: Readonly<Record<string, Histogram>>;
  /** Of tables: the first rows as texts, null for what is missing. */
  readonly head: { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] } | null;
}

/** @throws SluiceError where it cannot be read */
export async function lookAtData(path: string, options: Partial<ReadingOptions> = {}): Promise<Look> {
  let table: Table | null = null;
  const facts = await inspectData(path, options, (read) => {
    table = read;
  });
  return { facts, ...(table === null ? { histograms: {}, head: null } : pictured(table)) };
}

function pictured(table: Table): Pick<Look, "histograms" | "head"> {
  const { columns, length } = table;
  const histograms = columns.map((column) => [column.name, histogramOf(numbersIn(column))] as const);
  const rows = Array.from({ length: Math.min(length, HEAD_ROWS) }, (_, row) =>
    columns.map((column) => cellOf(column, row)),
  );
  return { histograms: Object.fromEntries(histograms), head: { columns: columns.map(({ name }) => name), rows } };
}

function numbersIn({ type, values }: Column): ArrayLike<number> {
  if (type !== "text") return values as Float64Array;
  return (values as readonly (string | null)[]).filter((text) => text !== null).map(countWords);
}

function cellOf({ type, values }: Column, row: number): string | null {
  const value = values[row];
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  if (type === "date") return new Date(value as number).toISOString().replace(/T00:00:00\.000Z$/, "");
  const text = String(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} …` : text;
}
