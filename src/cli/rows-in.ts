/** Rows on standard input: JSON lines, JSON or CSV, as `--format` or their first character says. */
import type { ReadOptions } from "../data/readers/options.js";
import { readTable } from "../data/readers/read-table.js";
import type { Table } from "../data/table/table.js";
import { check } from "../util/errors.js";

export const ROW_FORMATS = ["csv", "tsv", "jsonl", "json"] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** How a JSON text and a JSON line begin; everything else is CSV. */
const FIRST: Readonly<Record<string, RowFormat>> = { "{": "jsonl", "[": "json" };

/**
 * @param reading as the training data were read, but for their format
 * @param format default by the first character
 */
export async function readRows(
  input: AsyncIterable<Uint8Array>,
  reading: ReadOptions,
  format: RowFormat | undefined,
): Promise<Table> {
  const blocks = input[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let first = "";
  while (first === "") {
    const { done, value } = await blocks.next();
    check(!done, () => "standard input: there are no rows");
    seen.push(value);
    first = Buffer.from(value)
      .toString("latin1")
      .replace(/^\xef\xbb\xbf/, "")
      .trim()
      .slice(0, 1);
  }
  const all = async function* () {
    yield* seen;
    for (let next = await blocks.next(); !next.done; next = await blocks.next()) yield next.value;
  };
  const found = FIRST[first] ?? (reading.format === "tsv" ? "tsv" : "csv");
  return readTable(all(), { ...reading, format: format ?? found, name: "standard input" });
}
