import { pathOfUrl } from "#disk";
import type { DataSource, Table } from "../data/index.js";

/** The path of a source that is a file or folder of this machine; null for data in memory. */
export function pathOf(source: DataSource): string | null {
  if (typeof source === "string") return source;
  return source instanceof URL && source.protocol === "file:" ? pathOfUrl(source) : null;
}

/** What messages, run folders and reports call the data. */
export function sourceName(source: DataSource): string {
  return pathOf(source) ?? (isTable(source) ? source.source : "rows");
}

/** "prices" for "data/prices.csv.gz": what a run is called when it has been given no name. */
export function slugOf(source: DataSource): string {
  const file = sourceName(source)
    .replace(/[/\\]+$/, "")
    .replace(/^.*[/\\]/, "");
  const slug = file
    .replace(/\..*$/, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return slug === "" ? "data" : slug;
}

/** What the fingerprint of a run is taken of: the file, or the values in memory. */
export function contentOf(source: DataSource): string | Iterable<unknown> {
  const path = pathOf(source);
  if (path !== null) return path;
  if (Array.isArray(source)) return source as Iterable<unknown>;
  if (isTable(source)) return source.columns.map(({ name, type, values }) => [name, type, Array.from<unknown>(values)]);
  return source instanceof Uint8Array ? [Buffer.from(source).toString("base64")] : [];
}

function isTable(source: DataSource): source is Table {
  return typeof source === "object" && "columns" in source && "placeOf" in source;
}
