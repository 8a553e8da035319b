/** Files for the readers in Node. Its twin disk-browser.ts stands in for it where there is no file system (package.json, "imports"). */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { check, SluiceError } from "../../util/errors.js";
import { checkReadable } from "./confined.js";

/** As long as a disk is read fastest; measured on 2 GB, 64 KiB (Node's own choice) takes a tenth longer. */
const BLOCK = 1 << 20;

export const nameOfPath = (path: string | URL): string => basename(pathOf(path));

/** The path that a file: URL means. */
export const pathOfUrl = (url: URL): string => fileURLToPath(url);

/** A path that counts from the folder of a file. */
export const besideFile = (file: string, name: string): string => resolve(dirname(file), name);

/** A path that counts from a folder. */
export const insideFolder = (folder: string, name: string): string => join(folder, name);

/** Whether there is a file or a folder; null where there is neither. */
export async function kindOfPath(path: string): Promise<"file" | "folder" | null> {
  const found = await stat(path).catch(() => null);
  return found === null ? null : found.isDirectory() ? "folder" : "file";
}

const pathOf = (path: string | URL): string => (path instanceof URL ? fileURLToPath(path) : path);

/** The bytes of a file, a block at a time. */
export async function* readBlocks(where: string, path: string | URL): AsyncGenerator<Uint8Array> {
  const file = pathOf(path);
  checkReadable(file);
  try {
    check(!(await stat(file)).isDirectory(), () => `${where}: ${file} is a folder; expected a file`);
    yield* createReadStream(file, { highWaterMark: BLOCK }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw asReadError(where, file, error);
  }
}

export interface OpenFile {
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** A file of which any part can be read. */
export async function openFile(where: string, path: string | URL): Promise<OpenFile> {
  const file = pathOf(path);
  checkReadable(file);
  try {
    const handle = await open(file);
    const { size } = await handle.stat();
    const read = async (start: number, end: number) => {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      return bytesRead === bytes.length ? bytes : bytes.slice(0, bytesRead);
    };
    return { size, read, close: () => handle.close() };
  } catch (error) {
    throw asReadError(where, file, error);
  }
}

function asReadError(where: string, file: string, error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "not allowed" : message;
  return new SluiceError(`${where}: cannot read ${file}: ${reason}`, { cause: error });
}
