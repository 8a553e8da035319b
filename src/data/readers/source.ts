import type { Table } from "../table/table.js";

/** Where data come from: a path or file URL (Node), bytes, a table that is read already, or rows as objects. */
export type DataSource =
  string | URL | Blob | Uint8Array | AsyncIterable<Uint8Array> | Table | readonly Readonly<Record<string, unknown>>[];
