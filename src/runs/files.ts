/** Files that are there whole or not at all, written without waiting: runs write few and small ones. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isMainThread, threadId } from "node:worker_threads";
import { parseJson, type Json } from "../format/json.js";
import { SluiceError } from "../util/errors.js";

/** Threads of one process write beside each other too. */
const WRITER = isMainThread ? `${process.pid}` : `${process.pid}-${threadId}`;

/** Writes beside the target, syncs and renames: a crash or a full disk leaves the file that was there. */
export function writeWhole(path: string, text: string | Uint8Array): void {
  const temporary = `${path}.${WRITER}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "w");
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw new SluiceError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The error that led here says more.
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new SluiceError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

export function readJson(path: string): Json {
  return parseJson(readText(path), path);
}
