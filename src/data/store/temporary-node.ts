/** Temporary files in Node. Its twin temporary-browser.ts stands in for it where there are none (package.json, "imports"). */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, SluiceError } from "../../util/errors.js";

export interface TemporaryFile {
  append(bytes: Uint8Array): void;
  /** Fills the bytes from this position on, in one positional read. */
  read(into: Uint8Array, position: number): void;
  /** Deletes the file. */
  close(): void;
}

/** Folders of files that nobody has closed yet; they go when the process ends. */
const left = new Set<string>();
let watching = false;

/** @param folder where the file is made. Default the system's folder for temporary files */
export function temporaryFile(where: string, folder: string = tmpdir()): TemporaryFile {
  const { own, file } = make(where, folder);
  left.add(own);
  if (!watching) process.once("exit", () => left.forEach(remove));
  watching = true;
  return {
    append: (bytes) => {
      try {
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      } catch (error) {
        throw new SluiceError(`${where}: cannot write to ${own}: ${(error as Error).message}`, { cause: error });
      }
    },
    read: (into, position) => {
      const count = readSync(file, into, 0, into.length, position);
      check(count === into.length, () => `${where}: ${own} ends after ${position + count} bytes`);
    },
    close: () => {
      if (!left.has(own)) return;
      closeSync(file);
      remove(own);
    },
  };
}

function make(where: string, folder: string): { own: string; file: number } {
  try {
    const own = mkdtempSync(join(folder, "sluice-rows-"));
    return { own, file: openSync(join(own, "rows"), "wx+", 0o600) };
  } catch (error) {
    throw new SluiceError(`${where}: cannot make a file in ${folder}: ${(error as Error).message}`, { cause: error });
  }
}

function remove(own: string): void {
  left.delete(own);
  rmSync(own, { recursive: true, force: true });
}
