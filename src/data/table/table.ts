import { nearest } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { parseNumber } from "../readers/number-text.js";

/** Numbers; NaN where the file has none. */
export interface NumberColumn {
  readonly name: string;
  readonly type: "number";
  readonly values: Float64Array;
}

/** Points in time as milliseconds since 1970-01-01T00:00Z; NaN where the file has none. */
export interface DateColumn {
  readonly name: string;
  readonly type: "date";
  readonly values: Float64Array;
}

/** Texts; null where the file has none. */
export interface TextColumn {
  readonly name: string;
  readonly type: "text";
  readonly values: readonly (string | null)[];
}

export type Column = NumberColumn | DateColumn | TextColumn;
export type ColumnType = Column["type"];

/** Columns of equal length, as a reader found them. */
export interface Table {
  /** Where the rows came from, for messages: a file's name, or "rows". */
  readonly source: string;
  readonly length: number;
  readonly columns: readonly Column[];
  /** Where a row stands in the source, such as "line 12"; for messages. */
  placeOf(row: number): string;
}

/** The column of that name. @throws SluiceError that names the nearest column where there is none */
export function columnOf(where: string, table: Table, name: string): Column {
  const column = table.columns.find((c) => c.name === name);
  if (column) return column;
  const known = table.columns.map((c) => c.name);
  const hint = nearest(name, known);
  check(false, () => {
    const tail = hint ? `did you mean ${show(hint)}?` : `there are ${known.join(", ")}`;
    return `${where}: ${table.source} has no column ${show(name)}; ${tail}`;
  });
}

/** The column as numbers. @throws SluiceError with line and column where the file holds something else */
export function numbersOf(where: string, table: Table, name: string): Float64Array {
  const column = columnOf(where, table, name);
  if (column.type === "number") return checkedRange(where, table, column);
  check(column.type === "text", () => {
    return `${where}: column ${show(name)} of ${table.source} must hold numbers, got dates`;
  });
  const row = column.values.findIndex((text) => text !== null && Number.isNaN(parseNumber(text, ".")));
  check(false, () => {
    const place = `${table.source}, ${table.placeOf(Math.max(0, row))}`;
    return `${where}: column ${show(name)} must hold numbers, got ${show(column.values[Math.max(0, row)])} (${place})`;
  });
}

/** Networks compute in float32, whose largest number this is; a value beyond it is a slip of the pen or a mark of a missing one. */
const LARGEST = 3.4028234663852886e38;

function checkedRange(where: string, table: Table, { name, values }: NumberColumn): Float64Array {
  const row = values.findIndex((value) => Math.abs(value) > LARGEST);
  check(row < 0, () => {
    const place = `${table.source}, ${table.placeOf(row)}`;
    return `${where}: column ${show(name)} must hold numbers up to 3.4e38, got ${values[row]} (${place})`;
  });
  return values;
}

/** The column as texts, numbers and dates as they would be written; null where there is none. */
export function textsOf(where: string, table: Table, name: string): readonly (string | null)[] {
  const column = columnOf(where, table, name);
  if (column.type === "text") return column.values;
  const write = column.type === "date" ? (v: number) => new Date(v).toISOString() : String;
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : write(value)));
}

/** The column as points in time, in milliseconds since 1970. @throws SluiceError where it holds no dates and no numbers */
export function datesOf(where: string, table: Table, name: string): Float64Array {
  const column = columnOf(where, table, name);
  check(column.type !== "text", () => {
    return `${where}: column ${show(name)} of ${table.source} must hold dates, got texts such as ${show(column.values[0])}`;
  });
  return column.values as Float64Array;
}

/** The rows with these numbers, in this order. */
export function takeRows(table: Table, rows: ArrayLike<number>): Table {
  const take = (column: Column): Column =>
    column.type === "text"
      ? { ...column, values: Array.from(rows, (row) => column.values[row]!) }
      : { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) };
  return {
    source: table.source,
    length: rows.length,
    columns: table.columns.map(take),
    placeOf: (row) => table.placeOf(rows[row]!),
  };
}
