import { show, SluiceError } from "../../util/errors.js";
import type { Column, ColumnType } from "../table/table.js";

/** One way to read the cells of a column. */
export interface Reading {
  readonly type: ColumnType;
  /** For messages: "numbers", "dates (iso)". */
  readonly expects: string;
  readonly decimal?: "." | ",";
  /** Whether the caller asked for it, so that another that fits as well is no ambiguity. */
  readonly chosen?: boolean;
  /** A number, for dates milliseconds since 1970; NaN where the cell holds none. Texts: null where it holds none. */
  read(cell: unknown): number | string | null;
}

/** Some records of a source. */
export interface Piece {
  readonly names: readonly string[];
  readonly length: number;
  /** The cells of the column that has this place among the names. */
  column(place: number): ArrayLike<unknown>;
  /** A cell as the plain number that it is, else NaN; where there is a way that is faster than reading its text. */
  numberAt?(row: number, place: number): number;
  /** The line on which each record begins, or its number where the source has no lines; from 1. */
  readonly lines: Int32Array;
}

/** Records as lists of cells in the order of the names. */
export function pieceOf(names: readonly string[], rows: readonly (readonly unknown[])[], lines: Int32Array): Piece {
  return { names, length: rows.length, lines, column: (place) => rows.map((row) => row[place]) };
}

/** What a format says about its cells. */
export interface CellRules {
  /** The reader that was called and its source, for messages. */
  readonly where: string;
  readonly source: string;
  /** "line" or "row". */
  readonly unit: string;
  /** Columns whose type the caller says, and those of them that must be there. */
  readonly typed: readonly string[];
  readonly required: readonly string[];
  /** Columns that the caller wants; undefined for all. */
  readonly wanted: readonly string[] | undefined;
  /** Readings to try, the first that fits all cells is taken. */
  readings(column: string): readonly Reading[];
  /** Cells that the caller says hold no value, though they could be read, such as -9999. */
  readonly marks: readonly unknown[];
  /** Whether the cell holds no value: true for cells that no reading needs to read. */
  isMissing(cell: unknown, type: ColumnType): boolean;
}

/** Cells of one column, read. */
export type Part = Float64Array | (string | null)[];

/** Texts that come again and again are kept once, up to this many of a column. */
const KEPT_TEXTS = 4096;

/** Reads one column, piece by piece, and narrows down how it is to be read. */
export class ColumnReader {
  readonly name: string;
  readonly #rules: CellRules;
  /** Readings that nothing has contradicted. */
  #alive: Reading[];
  #rows = 0;
  #again = false;
  /** The first contradiction, for when no reading is left. */
  #problem: string | undefined;
  readonly #texts = new Map<string, string>();
  /** Readings whose values are not those of the first. */
  readonly #differing = new Set<Reading>();

  constructor(rules: CellRules, name: string, alive: readonly Reading[] = rules.readings(name)) {
    this.name = name;
    this.#rules = rules;
    this.#alive = [...alive];
  }

  get alive(): readonly Reading[] {
    return this.#alive;
  }

  /** Whether earlier pieces were read otherwise than the last ones, so that all have to be read again. */
  get again(): boolean {
    return this.#again;
  }

  /** Readings of the same type that fit all cells as well and give other values; empty where the caller has chosen. */
  get rivals(): readonly Reading[] {
    return this.#alive[0]!.chosen === true ? [] : this.#alive.filter((reading) => this.#differing.has(reading));
  }

  /** From now on, what contradicts the reading is an error. */
  settle(): void {
    this.#alive.length = 1;
  }

  add(piece: Piece, from = 0, to = piece.length): Part {
    const cells = new Cells(piece, this.name);
    for (;;) {
      const reading = this.#alive[0]!;
      const part = this.#read(cells, from, to, reading);
      if (typeof part !== "number") {
        this.#dropRivals(cells, from, to, part);
        this.#rows += to - from;
        return part;
      }
      this.#drop(cells.at(part), piece.lines[part]!);
    }
  }

  #drop(cell: unknown, line: number): void {
    const { where, source, unit } = this.#rules;
    const place = `${where}: ${source}, ${unit} ${line}, column ${show(this.name)}`;
    this.#problem ??= `${place}: expected ${this.#alive[0]!.expects}, got ${show(cell)}${this.#hint(cell)}`;
    if (this.#alive.length === 1) throw new SluiceError(this.#problem);
    this.#alive.shift();
    this.#again ||= this.#rows > 0;
  }

  #hint(cell: unknown): string {
    if (typeof cell === "object")
      return "; lists and objects cannot be read: name the columns that are wanted in columns";
    return this.#rules.typed.includes(this.name)
      ? ""
      : `; if they are texts, give types: { ${show(this.name)}: "text" }`;
  }

  /** Of readings of one type, such as two orders of day and month, it must be known at the end which fit all cells. */
  #dropRivals(cells: Cells, from: number, to: number, part: Part): void {
    const [first, ...others] = this.#alive;
    if (!others.some((other) => other.type === first!.type)) return;
    const fits = (other: Reading) => {
      const rival = this.#read(cells, from, to, other);
      if (typeof rival === "number") return false;
      // 3/3/2024 is the same day in both orders.
      if (other.type === first!.type && part.some((value, i) => !Object.is(value, rival[i])))
        this.#differing.add(other);
      return true;
    };
    this.#alive = [first!, ...others.filter(fits)];
  }

  /** The cells, or the row of the first that is not such a value. */
  #read(cells: Cells, from: number, to: number, reading: Reading): Part | number {
    if (reading.type === "text") return this.#readTexts(cells, from, to, reading);
    const values = new Float64Array(to - from);
    const marks = new Set(this.#rules.marks.map((mark) => reading.read(mark)));
    for (let row = from; row < to; row++) {
      let value = reading.decimal === "." ? cells.numberAt(row) : NaN;
      if (value !== value) {
        const cell = cells.at(row);
        value = reading.read(cell) as number;
        if (value !== value && !this.#rules.isMissing(cell, reading.type)) return row;
      }
      values[row - from] = marks.size > 0 && marks.has(value) ? NaN : value;
    }
    return values;
  }

  #readTexts(cells: Cells, from: number, to: number, reading: Reading): Part | number {
    const values: (string | null)[] = [];
    for (let row = from; row < to; row++) {
      const cell = cells.at(row);
      const text = this.#rules.isMissing(cell, "text") ? null : (reading.read(cell) as string | null);
      if (text === null && !this.#rules.isMissing(cell, "text")) return row;
      values.push(text === null ? null : this.#keptOnce(text));
    }
    return values;
  }

  #keptOnce(text: string): string {
    const kept = this.#texts.get(text);
    if (kept !== undefined) return kept;
    if (this.#texts.size < KEPT_TEXTS) this.#texts.set(text, text);
    return text;
  }
}

/** The cells of one column; their texts are only made where a number cannot be read without. */
class Cells {
  readonly #piece: Piece;
  readonly #place: number;
  #all: ArrayLike<unknown> | undefined;

  constructor(piece: Piece, name: string) {
    this.#piece = piece;
    this.#place = piece.names.indexOf(name);
  }

  at(row: number): unknown {
    if (this.#place === -1) return undefined;
    this.#all ??= this.#piece.column(this.#place);
    return this.#all[row];
  }

  numberAt(row: number): number {
    return this.#piece.numberAt === undefined || this.#place === -1 ? NaN : this.#piece.numberAt(row, this.#place);
  }
}

/** The parts of a column below each other. */
export function joinParts(name: string, type: ColumnType, parts: readonly Part[]): Column {
  if (type === "text") return { name, type, values: (parts as (string | null)[][]).flat() };
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts as Float64Array[]) {
    values.set(part, at);
    at += part.length;
  }
  return { name, type, values };
}
