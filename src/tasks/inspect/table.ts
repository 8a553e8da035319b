import { readTableChunks } from "../../data/readers/read-table.js";
import type { ByteSource } from "../../data/readers/source.js";
import type { Column, Table } from "../../data/table/table.js";
import { check } from "../../util/errors.js";
import type { Reading } from "../common-options.js";
import { dateFacts } from "./dates.js";
import { countClasses, spreadOf, type ColumnFacts, type TableFacts } from "./facts.js";
import { proposeForTable } from "./propose.js";

/** Enough to know a file by, and held in memory. */
const MOST_ROWS = 500_000;
const MOST_CHARACTERS = 100_000_000;
/** More different values are not counted, and no classes. */
const MOST_DISTINCT = 10_000;
const MOST_CLASSES = 50;

export async function inspectTable(
  source: ByteSource,
  reading: Reading = {},
  onTable?: (table: Table) => void,
): Promise<TableFacts> {
  const { table, whole } = await beginningOf(source, reading);
  onTable?.(table);
  const columns = table.columns.map((column) => columnFacts(column, table));
  const facts = { kind: "table", source: table.source, rows: table.length, whole, columns } as const;
  return { ...facts, proposals: proposeForTable(table, columns) };
}

async function beginningOf(source: ByteSource, reading: Reading): Promise<{ table: Table; whole: boolean }> {
  const chunks: Table[] = [];
  let [rows, characters] = [0, 0];
  let whole = true;
  for await (const chunk of readTableChunks(source, reading)) {
    chunks.push(chunk);
    rows += chunk.length;
    for (const column of chunk.columns) {
      if (column.type === "text") for (const text of column.values) characters += text?.length ?? 0;
    }
    if (rows < MOST_ROWS && characters < MOST_CHARACTERS) continue;
    whole = false;
    break;
  }
  const [first] = chunks;
  check(first !== undefined, () => `inspect: the table has no rows`);
  return { table: { ...first, length: rows, columns: first.columns.map((_, i) => joined(chunks, i)) }, whole };
}

function joined(chunks: readonly Table[], i: number): Column {
  const parts = chunks.map(({ columns }) => columns[i]!);
  const [first] = parts;
  if (first!.type === "text") return { ...first!, values: parts.flatMap(({ values }) => values as string[]) };
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values as Float64Array, at);
    at += part.values.length;
  }
  return { ...first!, values };
}

function columnFacts(column: Column, table: Table): ColumnFacts {
  const { name, type } = column;
  const present = presentValues(column);
  const different = new Set(present);
  const facts = {
    name,
    type,
    missing: table.length - present.length,
    distinct: different.size > MOST_DISTINCT ? null : different.size,
  };
  const few = different.size <= MOST_CLASSES && different.size <= Math.max(2, present.length / 2);
  const classes = few && present.length > 0 && isClass(column) ? { classes: countClasses(present.map(String)) } : {};
  if (type === "date") return { ...facts, ...(present.length > 0 && { dates: dateFacts(column, table) }) };
  if (type === "text") return { ...facts, words: spreadOf((present as string[]).map(countWords)), ...classes };
  return { ...facts, ...(present.length > 0 && { range: rangeOf(present as number[]) }), ...classes };
}

function presentValues({ type, values }: Column): readonly (string | number)[] {
  return type === "text"
    ? (values as readonly (string | null)[]).filter((text) => text !== null)
    : Array.from(values as Float64Array).filter((value) => !Number.isNaN(value));
}

/** Numbers stand for classes where they are whole. */
function isClass({ type, values }: Column): boolean {
  return (
    type === "text" ||
    (type === "number" && (values as Float64Array).every((v) => Number.isNaN(v) || Number.isInteger(v)))
  );
}

function rangeOf(values: readonly number[]): NonNullable<ColumnFacts["range"]> {
  let [least, greatest, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    sum += value;
  }
  return { least, mean: sum / values.length, greatest };
}

/** Chinese and Japanese have no spaces: their characters count as words. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu;

export function countWords(text: string): number {
  return text.match(WORD)?.length ?? 0;
}
