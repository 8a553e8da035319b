import { temporaryFile, type TemporaryFile } from "#temporary";
import { checkCount, checkOptions } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import type { ReadOptions } from "../readers/options.js";
import { readTableChunks } from "../readers/read-table.js";
import type { DataSource } from "../readers/source.js";
import { columnOf, datesOf, numbersOf, type Table } from "../table/table.js";

export interface RowStoreOptions {
  /** Columns to keep, all of numbers. Default: all that hold numbers. */
  columns?: readonly string[];
  /** Column of dates, which must rise from row to row. Default none. */
  date?: string;
  /** Missing values: left NaN, or taken from the row before (the first rows stay NaN until there is one). Default "none". */
  fill?: "none" | "forward";
  /** How the source is read. */
  read?: Omit<ReadOptions, "columns">;
  /** Where the temporary file is made. Default the system's folder for such files. */
  folder?: string;
}

const SIZE = Float32Array.BYTES_PER_ELEMENT;

/**
 * The numbers of a table that is larger than memory: rows of float32 in a temporary file, read by place. Writing it reads the
 * source once, some thousand rows at a time.
 */
export class RowStore {
  readonly #rows: TemporaryFile;
  readonly #dates: TemporaryFile | null;
  readonly columns: readonly string[];
  /** Rows. */
  readonly length: number;
  /** Values that are NaN, by column. */
  readonly missing: readonly number[];

  private constructor(writer: RowWriter) {
    this.#rows = writer.rows;
    this.#dates = writer.dates;
    this.columns = writer.columns;
    this.length = writer.length;
    this.missing = writer.missing;
  }

  /** @throws SluiceError with the line where the source cannot be read, or a date does not follow the one before */
  static async create(source: DataSource, options: RowStoreOptions = {}): Promise<RowStore> {
    const where = "RowStore.create";
    checkOptions(where, options, ["columns", "date", "fill", "read", "folder"]);
    const { columns, date, read = {} } = options;
    const wanted = columns === undefined ? {} : { columns: date === undefined ? columns : [...columns, date] };
    let writer: RowWriter | undefined;
    try {
      for await (const chunk of readTableChunks(source, { ...read, ...wanted })) {
        writer ??= new RowWriter(where, chunk, options);
        writer.add(chunk);
      }
      check(writer !== undefined, () => `${where}: the source has no rows`);
      return new RowStore(writer);
    } catch (error) {
      writer?.close();
      throw error;
    }
  }

  /**
   * Rows one after another, each in the order of the columns: [count, columns], row-major.
   * @param out where they are written; made when it is left out
   */
  read(first: number, count: number, out = new Float32Array(count * this.columns.length)): Float32Array {
    this.#checkPlace("read", first, count);
    const length = count * this.columns.length;
    check(out.length >= length, () => `RowStore.read: out must hold ${length} numbers, got ${out.length}`);
    this.#rows.read(new Uint8Array(out.buffer, out.byteOffset, length * SIZE), first * this.columns.length * SIZE);
    return out;
  }

  /** Dates of rows, in milliseconds since 1970. @throws SluiceError when the store was made without a column of dates */
  dates(first: number, count: number): Float64Array {
    this.#checkPlace("dates", first, count);
    const dates = this.#dates;
    check(dates !== null, () => "RowStore.dates: the store was made without date");
    const out = new Float64Array(count);
    dates.read(new Uint8Array(out.buffer), first * out.BYTES_PER_ELEMENT);
    return out;
  }

  /** Deletes the file. */
  close(): void {
    this.#rows.close();
    this.#dates?.close();
  }

  #checkPlace(verb: string, first: number, count: number): void {
    checkCount(`RowStore.${verb}`, "first", first, 0);
    checkCount(`RowStore.${verb}`, "count", count, 0);
    check(first + count <= this.length, () => {
      return `RowStore.${verb}: rows ${first} to ${first + count - 1} of ${this.length}`;
    });
  }
}

class RowWriter {
  readonly columns: readonly string[];
  readonly missing: number[];
  readonly rows: TemporaryFile;
  readonly dates: TemporaryFile | null;
  length = 0;
  readonly #where: string;
  readonly #date: string | undefined;
  readonly #forward: boolean;
  /** The last row, for what is missing in the next. */
  readonly #before: Float32Array;
  #lastDate = -Infinity;

  constructor(where: string, first: Table, { columns, date, fill = "none", folder }: RowStoreOptions) {
    check(fill === "none" || fill === "forward", () => `${where}: fill must be none or forward, got ${show(fill)}`);
    this.columns = columns ?? first.columns.filter((c) => c.type === "number" && c.name !== date).map((c) => c.name);
    check(this.columns.length > 0, () => `${where}: ${first.source} has no column of numbers`);
    // Before a file is made: what is asked for must be there.
    if (date !== undefined) columnOf(where, first, date);
    this.#where = where;
    this.#date = date;
    this.#forward = fill === "forward";
    this.missing = this.columns.map(() => 0);
    this.#before = new Float32Array(this.columns.length).fill(NaN);
    this.rows = temporaryFile(where, folder);
    this.dates = date === undefined ? null : temporaryFile(where, folder);
  }

  add(chunk: Table): void {
    if (this.#date !== undefined) this.#addDates(chunk, this.#date);
    const D = this.columns.length;
    const rows = new Float32Array(chunk.length * D);
    for (const [j, name] of this.columns.entries()) {
      const values = numbersOf(this.#where, chunk, name);
      let before = this.#before[j]!;
      for (let row = 0; row < values.length; row++) {
        const value = values[row]!;
        if (!this.#forward || value === value) before = value;
        if (before !== before) this.missing[j]!++;
        rows[row * D + j] = before;
      }
      this.#before[j] = before;
    }
    this.rows.append(new Uint8Array(rows.buffer));
    this.length += chunk.length;
  }

  #addDates(chunk: Table, name: string): void {
    const dates = datesOf(this.#where, chunk, name);
    for (let row = 0; row < dates.length; row++) {
      const date = dates[row]!;
      check(date > this.#lastDate, () => {
        const at = (time: number) => (Number.isNaN(time) ? "no date" : new Date(time).toISOString());
        const place = `${this.#where}: ${chunk.source}, ${chunk.placeOf(row)}, column ${show(name)}`;
        return `${place}: expected a date after ${at(this.#lastDate)}, got ${at(date)}`;
      });
      this.#lastDate = date;
    }
    this.dates!.append(new Uint8Array(dates.buffer, dates.byteOffset, dates.byteLength));
  }

  close(): void {
    this.rows.close();
    this.dates?.close();
  }
}
