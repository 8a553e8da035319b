import { numberAt } from "./number-text.js";

/** Records of a piece of a CSV file. */
export interface Records {
  readonly length: number;
  /** The line on which each record begins, from 1. */
  readonly lines: Int32Array;
  /** The line after the last record. */
  readonly next: number;
  /** Fields of a record. */
  width(row: number): number;
  /** All fields of one record. */
  record(row: number): readonly string[];
  /** Field j of the records from `first` on, all of which must have it. */
  column(j: number, first: number): readonly string[];
  /** Field j as a number, NaN where {@link numberAt} is; left out where the fields are texts of their own. */
  numberAt?(row: number, j: number): number;
}

/** Records without quotes: where fields begin is all that is kept beside the text. Blank lines are left out. */
export function splitRecords(text: string, line: number, delimiter: string): Records {
  const plain = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  const cut = new Cutter();
  const mark = delimiter.charCodeAt(0);
  let next = line;
  let begin = 0;
  for (let end = 0; begin < plain.length; begin = end + 1, next++) {
    end = plain.indexOf("\n", begin);
    if (end === -1) end = plain.length;
    if (end > begin) cut.add(plain, begin, end, mark, next);
    if (end === plain.length) break;
  }
  const { starts, firsts } = cut;
  const length = cut.rows;
  const field = (row: number, j: number) => plain.slice(starts[firsts[row]! + j], starts[firsts[row]! + j + 1]! - 1);
  const width = (row: number) => firsts[row + 1]! - firsts[row]! - 1;
  return {
    length,
    next,
    lines: cut.lines.slice(0, length),
    width,
    record: (row) => Array.from({ length: width(row) }, (_, j) => field(row, j)),
    column: (j, first) => Array.from({ length: length - first }, (_, i) => field(first + i, j)),
    numberAt: (row, j) => {
      const at = firsts[row]! + j;
      return numberAt(plain, starts[at]!, starts[at + 1]! - 1);
    },
  };
}

/** Beginnings of fields: of each record its fields' and one past its end. */
class Cutter {
  starts = new Int32Array(1 << 14);
  /** Where the beginnings of a record begin. */
  firsts = new Int32Array(1 << 10);
  lines = new Int32Array(1 << 10);
  rows = 0;
  #count = 0;

  add(text: string, begin: number, end: number, mark: number, line: number): void {
    if (this.rows + 2 > this.firsts.length) {
      this.firsts = doubled(this.firsts);
      this.lines = doubled(this.lines);
    }
    let starts = this.starts;
    let count = this.#count;
    starts[count++] = begin;
    for (let at = begin; at < end; at++) {
      if (count + 2 > starts.length) starts = this.starts = doubled(starts);
      if (text.charCodeAt(at) === mark) starts[count++] = at + 1;
    }
    starts[count++] = end + 1;
    if (count + 1 > starts.length) this.starts = doubled(starts);
    this.#count = count;
    this.lines[this.rows++] = line;
    this.firsts[this.rows] = count;
  }
}

function doubled(list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

/** Records that csv-parse has read: one that has line breaks within its quotes takes several lines. Blank lines are left out. */
export function quotedRecords(all: readonly (readonly string[])[], line: number): Records {
  const rows: (readonly string[])[] = [];
  const lines = new Int32Array(all.length);
  let next = line;
  for (const row of all) {
    const blank = row.length === 1 && row[0] === "";
    if (!blank) {
      lines[rows.length] = next;
      rows.push(row);
    }
    next++;
    for (const cell of row) if (/[\r\n]/.test(cell)) next += cell.split(/\r\n|\n|\r/).length - 1;
  }
  return {
    length: rows.length,
    lines: lines.slice(0, rows.length),
    next,
    width: (row) => rows[row]!.length,
    record: (row) => rows[row]!,
    column: (j, first) => Array.from({ length: rows.length - first }, (_, i) => rows[first + i]![j]!),
  };
}
