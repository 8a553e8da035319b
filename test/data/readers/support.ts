import { gzipSync } from "node:zlib";
import assert from "node:assert/strict";
import { readTable, type ReadOptions, type Table } from "../../../src/data/index.js";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads a text as a CSV file named t.csv. */
export const csv = (text: string, options: ReadOptions = {}): Promise<Table> =>
  readTable(bytes(text), { name: "t.csv", ...options });

export const packed = (text: string): Uint8Array => new Uint8Array(gzipSync(text));

/** Bytes in blocks of some length, as a stream that can be read once. */
export async function* blocks(all: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

/** Columns by name, with null where a value is missing. */
export function plain(table: Table): Record<string, unknown[]> {
  return Object.fromEntries(
    table.columns.map(({ name, values }) => [
      name,
      Array.from<number | string | null, unknown>(values, (v) => (typeof v === "number" && Number.isNaN(v) ? null : v)),
    ]),
  );
}

export const typesOf = (table: Table): string => table.columns.map(({ type }) => type).join();

/** Exactly this message. */
export const fails = (work: Promise<unknown>, message: string): Promise<void> =>
  assert.rejects(work, { name: "SluiceError", message });
