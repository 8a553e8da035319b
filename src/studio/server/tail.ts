/** A file of lines of JSON that another process writes: what is new since the last look. */
import { closeSync, openSync, readSync, statSync } from "node:fs";

/** Read at one look; the rest comes with the next. */
const MOST_BYTES = 4 << 20;

export interface News<T> {
  /** Forget what came before: the file is another one, since a run that is resumed writes it anew. */
  readonly reset: boolean;
  readonly rows: readonly T[];
}

export class JsonlTail<T> {
  #at = 0;
  #file = "";

  constructor(readonly path: string) {}

  /** Null where nothing is new. */
  news(): News<T> | null {
    const stat = statSync(this.path, { throwIfNoEntry: false });
    if (!stat) return this.#gone();
    const file = `${stat.dev}:${stat.ino}`;
    const reset = file !== this.#file || stat.size < this.#at;
    if (reset) [this.#file, this.#at] = [file, 0];
    const rows = stat.size > this.#at ? this.#read(stat.size) : [];
    return reset || rows.length > 0 ? { reset, rows } : null;
  }

  #gone(): News<T> | null {
    if (this.#file === "") return null;
    [this.#file, this.#at] = ["", 0];
    return { reset: true, rows: [] };
  }

  /** What stands behind the last line's end is still being written. */
  #read(size: number): T[] {
    const bytes = Buffer.alloc(Math.min(size - this.#at, MOST_BYTES));
    const file = openSync(this.path, "r");
    let read = 0;
    try {
      read = readSync(file, bytes, 0, bytes.length, this.#at);
    } finally {
      closeSync(file);
    }
    const end = bytes.subarray(0, read).lastIndexOf(10) + 1;
    this.#at += end;
    return bytes
      .toString("utf8", 0, end)
      .split("\n")
      .flatMap(parsed<T>);
  }
}

/** A line that a crash has damaged says nothing. */
function parsed<T>(line: string): T[] {
  if (line === "") return [];
  try {
    return [JSON.parse(line) as T];
  } catch {
    return [];
  }
}
