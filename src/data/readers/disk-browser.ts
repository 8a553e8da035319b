/** The twin of disk-node.ts in browsers: a path is an address to fetch. */
import { SluiceError } from "../../util/errors.js";
import { streamOf } from "./streams.js";

export const nameOfPath = (path: string | URL): string =>
  String(path)
    .replace(/[?#].*$/, "")
    .replace(/^.*\//, "");

export const pathOfUrl = (url: URL): string => url.href;

export const besideFile = (file: string, name: string): string =>
  new URL(name, new URL(file, globalThis.location?.href)).href;

export const insideFolder = (folder: string, name: string): string => `${folder.replace(/\/$/, "")}/${name}`;

/** What an address holds is known when it is fetched. */
export const kindOfPath = (_path: string): Promise<"file" | "folder" | null> => Promise.resolve("file");

export interface OpenFile {
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** All of it is fetched: not every server gives parts. */
export async function openFile(where: string, path: string | URL): Promise<OpenFile> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const block of readBlocks(where, path)) parts.push(new Uint8Array(block));
  const blob = new Blob(parts);
  const read = async (start: number, end: number) => new Uint8Array(await blob.slice(start, end).arrayBuffer());
  return { size: blob.size, read, close: () => Promise.resolve() };
}

export async function* readBlocks(where: string, path: string | URL): AsyncGenerator<Uint8Array> {
  const response = await fetch(path).catch((error: Error) => {
    throw new SluiceError(`${where}: cannot fetch ${String(path)}: ${error.message}`, { cause: error });
  });
  if (!response.ok || !response.body)
    throw new SluiceError(`${where}: cannot fetch ${String(path)}: status ${response.status}`);
  yield* streamOf(response.body);
}
