/** Rows of several series as one content of the store: an Arrow stream, from which the readers get the same columns back to the last bit. */
import type { Vector } from "apache-arrow";
import { columnOf, readTable, textsOf, type Column, type ColumnType, type Table } from "../../data/index.js";
import { check, show } from "../../util/errors.js";

/** What the columns are must be told: of texts that all look like dates nobody could see that they are texts. */
export type Columns = readonly { readonly name: string; readonly type: ColumnType }[];

export function columnsOf({ columns }: Table): { name: string; type: ColumnType }[] {
  return columns.map(({ name, type }) => ({ name, type }));
}

/** Where each row stands in the data, for messages. */
const PLACE = "place";
/** Names by number: not every name of a column can be one of a field. */
const fieldOf = (i: number) => `c${i}`;

/** @throws SluiceError for text that UTF-8 cannot hold */
export async function packTable(where: string, table: Table): Promise<Uint8Array> {
  const { Table: Batch, Utf8, tableToIPC, vectorFromArray } = await import("apache-arrow");
  const places = Array.from({ length: table.length }, (_, row) => table.placeOf(row));
  const vectors: Record<string, Vector> = { [PLACE]: vectorFromArray(places, new Utf8()) };
  for (const [i, column] of table.columns.entries()) vectors[fieldOf(i)] = await vectorOf(where, table, column);
  return tableToIPC(new Batch(vectors), "stream");
}

async function vectorOf(where: string, table: Table, column: Column): Promise<Vector> {
  const { Float64, TimestampMillisecond, Utf8, makeVector, vectorFromArray } = await import("apache-arrow");
  if (column.type === "number") return makeVector({ type: new Float64(), data: column.values } as never) as Vector;
  if (column.type === "date") {
    const dates = Array.from(column.values, (date) => (Number.isNaN(date) ? null : date));
    return vectorFromArray(dates, new TimestampMillisecond()) as Vector;
  }
  const row = column.values.findIndex((text) => text !== null && /\p{Surrogate}/u.test(text));
  check(row < 0, () => {
    return `${where}: column ${show(column.name)} holds half a character that no file can keep (${table.source}, ${table.placeOf(row)})`;
  });
  return vectorFromArray(column.values, new Utf8()) as Vector;
}

/** @param source what messages call the data @throws SluiceError where the bytes are no such table */
export async function unpackTable(bytes: Uint8Array, source: string, columns: Columns): Promise<Table> {
  const types = Object.fromEntries(columns.map(({ type }, i) => [fieldOf(i), type]));
  const read = await readTable(bytes, { format: "arrow", name: source, types: { ...types, [PLACE]: "text" } });
  const places = textsOf("series", read, PLACE);
  return {
    source,
    length: read.length,
    columns: columns.map(({ name }, i): Column => ({ ...columnOf("series", read, fieldOf(i)), name })),
    placeOf: (row) => places[row]!,
  };
}
