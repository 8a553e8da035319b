import { nameOfPath, readBlocks } from "#disk";
import { check, show } from "../../util/errors.js";
import type { Table } from "../table/table.js";
import { gunzipped, streamOf } from "./streams.js";

/** Where bytes come from: a path (in browsers an address), a file: URL, a Blob or File, bytes, or blocks of bytes. */
export type ByteSource = string | URL | Blob | Uint8Array | AsyncIterable<Uint8Array>;

/** Where a table comes from: bytes in a format that is read, a table, or rows as objects. */
export type DataSource = ByteSource | Table | Rows;

/** Rows as objects: numbers, texts, Dates, booleans (1 and 0), null or nothing where there is no value. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

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

export type Keep = "none" | "head" | "all";

export function isTable(source: DataSource): source is Table {
  return typeof source === "object" && source !== null && "columns" in source && "placeOf" in source;
}

/**
 * @param given the name, where the source itself has none
 * @param keep which blocks of a stream are kept, to be read once more: none, those that the first look at its head takes, or all
 */
export function openSource(where: string, source: ByteSource, given?: string, keep: Keep = "none"): OpenSource {
  const name = given ?? nameOf(source);
  const ending = /\.(\w+)$/.exec(name.toLowerCase().replace(/\.gz$/, ""))?.[1] ?? "";
  const open = isAsync(source) ? replayed(source, keep) : () => blocksOf(where, source);
  return { name, ending, source, bytes: () => gunzipped(where, name, open()) };
}

const isAsync = (source: ByteSource): source is AsyncIterable<Uint8Array> =>
  typeof source === "object" && source !== null && Symbol.asyncIterator in source;

/** Opens a stream again by keeping its blocks. */
function replayed(source: AsyncIterable<Uint8Array>, keep: Keep): () => AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  let opened = 0;
  return async function* () {
    const keeps = keep === "all" || (keep === "head" && opened === 0);
    opened++;
    for (let i = 0; keeps ? i < kept.length : kept.length > 0; i++) yield keeps ? kept[i]! : kept.shift()!;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      if (keeps) kept.push(next.value);
      yield next.value;
    }
  };
}

function nameOf(source: ByteSource): string {
  if (typeof source === "string" || source instanceof URL) return nameOfPath(source);
  return source instanceof Blob && "name" in source ? String(source.name) : "bytes";
}

function blocksOf(where: string, source: Exclude<ByteSource, AsyncIterable<Uint8Array>>): AsyncIterable<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return readBlocks(where, source);
  if (source instanceof Blob) return streamOf(source.stream());
  check(source instanceof Uint8Array, () => {
    return `${where}: expected a path, file: URL, Blob, bytes, table or rows, got ${show(source)}`;
  });
  return piecesOf(source);
}

/** Pieces of a size that bounds what is decoded at once. */
async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += 1 << 20) yield bytes.subarray(i, i + (1 << 20));
}
