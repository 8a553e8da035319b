import { nameOfPath, readBlocks } from "#disk";
import { check, show } from "../../util/errors.js";
import type { Table } from "../table/table.js";
import { gunzipped, streamOf } from "./streams.js";

/** Where bytes come from: a path (in browsers an address), a file: URL, a Blob or File, bytes, or blocks of bytes. */
export type ByteSource = string | URL | Blob | Uint8Array | AsyncIterable<Uint8Array>;

/** Where a table comes from: bytes in a format that is read, a table, or rows as objects. */
export type DataSource = ByteSource | Table | readonly Readonly<Record<string, unknown>>[];

export interface OpenSource {
  /** For messages: the file's name without its folders. */
  readonly name: string;
  /** Lower-case ending of the name without .gz, such as "csv"; "" where there is none. */
  readonly ending: string;
  /** What was given, for formats that are not read from the beginning to the end. */
  readonly source: ByteSource;
  /** The bytes, unpacked where they are gzip. Opened when the first is asked for. */
  bytes(): AsyncIterable<Uint8Array>;
}

export function isTable(source: DataSource): source is Table {
  return typeof source === "object" && "columns" in source && "placeOf" in source;
}

export function openSource(where: string, source: ByteSource, given?: string): OpenSource {
  const name = given ?? nameOf(source);
  const ending = /\.(\w+)$/.exec(name.toLowerCase().replace(/\.gz$/, ""))?.[1] ?? "";
  return { name, ending, source, bytes: () => gunzipped(where, name, blocksOf(where, source)) };
}

function nameOf(source: ByteSource): string {
  if (typeof source === "string" || source instanceof URL) return nameOfPath(source);
  return source instanceof Blob && "name" in source ? String(source.name) : "bytes";
}

function blocksOf(where: string, source: ByteSource): AsyncIterable<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return readBlocks(where, source);
  if (source instanceof Blob) return streamOf(source.stream());
  if (source instanceof Uint8Array) return piecesOf(source);
  const blocks = typeof source === "object" && source !== null && Symbol.asyncIterator in source;
  check(blocks, () => `${where}: expected a path, file: URL, Blob, bytes, table or rows, got ${show(source)}`);
  return source;
}

/** Pieces of a size that bounds what is decoded at once. */
async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += 1 << 20) yield bytes.subarray(i, i + (1 << 20));
}
