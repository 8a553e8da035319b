import { nearest } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import type { Column, Table } from "../table/table.js";
import { ColumnReader, joinParts, type CellRules, type Part, type Piece } from "./cells.js";

/** A source that says no types and can be read more than once. */
export interface PieceSource {
  readonly rules: CellRules;
  /** Columns in order, as far as they are known before the records are read. */
  readonly names: readonly string[];
  pieces(): AsyncIterable<Piece>;
  /** Gives up the file, where the source keeps one open. */
  close?(): Promise<void>;
}

/**
 * All of the source, each column in the first reading that fits all its cells. Cells are read at once in the reading that fits
 * so far; where a later one contradicts it, the source is read again, so that no text is kept that turns out to be a number.
 */
export async function readAll(source: PieceSource): Promise<Table> {
  const { rules } = source;
  const names = new Set(source.names);
  let readers = wantedOf(rules, source.names).map((name) => new ColumnReader(rules, name));
  for (;;) {
    const parts: Part[][] = readers.map(() => []);
    const lines: Int32Array[] = [];
    let again = false;
    for await (const piece of source.pieces()) {
      if (piece.length === 0) continue;
      for (const name of piece.names) names.add(name);
      for (const name of wantedOf(rules, piece.names)) {
        if (readers.some((reader) => reader.name === name)) continue;
        readers.push(new ColumnReader(rules, name));
        parts.push([]);
        again ||= lines.length > 0; // The rows before have no value in this column.
      }
      for (const [k, reader] of readers.entries()) parts[k]!.push(reader.add(piece));
      lines.push(piece.lines);
    }
    again ||= readers.some((reader) => reader.again);
    if (!again) return finish(rules, [...names], readers, parts, lines);
    readers = readers.map(({ name, alive }) => new ColumnReader(rules, name, alive));
  }
}

/** The columns that the caller wants, in the source's order. */
function wantedOf({ wanted }: CellRules, names: readonly string[]): readonly string[] {
  return wanted === undefined ? names : names.filter((name) => wanted.includes(name));
}

/** A source that is one piece. */
export function readOne(rules: CellRules, piece: Piece): Table {
  const readers = wantedOf(rules, piece.names).map((name) => new ColumnReader(rules, name));
  const parts = readers.map((reader) => [reader.add(piece)]);
  return finish(rules, piece.names, readers, parts, [piece.lines]);
}

function finish(
  rules: CellRules,
  names: readonly string[],
  readers: readonly ColumnReader[],
  parts: Part[][],
  lines: readonly Int32Array[],
): Table {
  const length = lines.reduce((sum, part) => sum + part.length, 0);
  checkRows(rules, length);
  checkNames(rules, names);
  checkReadings(rules, readers);
  const columns = readers.map((reader, k): Column => {
    const column = joinParts(reader.name, reader.alive[0]!.type, parts[k]!);
    parts[k] = []; // Only one column at a time is held twice.
    return column;
  });
  const all = new Int32Array(length);
  let at = 0;
  for (const part of lines) {
    all.set(part, at);
    at += part.length;
  }
  return tableAt(rules, columns, all);
}

/** The source in chunks of at most `chunkRows`; the first piece decides the types. */
export async function* readChunks(source: PieceSource, chunkRows: number): AsyncGenerator<Table> {
  const { rules } = source;
  let readers: ColumnReader[] | undefined;
  for await (const piece of source.pieces()) {
    if (piece.length === 0) continue;
    if (readers === undefined) {
      readers = wantedOf(rules, piece.names).map((name) => new ColumnReader(rules, name));
      for (const reader of readers) reader.add(piece);
      checkNames(rules, [...source.names, ...piece.names]);
      checkReadings(rules, readers);
      for (const reader of readers) reader.settle();
    }
    checkNoNew(rules, readers, piece);
    for (let from = 0; from < piece.length; from += chunkRows) {
      const to = Math.min(from + chunkRows, piece.length);
      const columns = readers.map((r) => joinParts(r.name, r.alive[0]!.type, [r.add(piece, from, to)]));
      yield tableAt(rules, columns, piece.lines.slice(from, to));
    }
  }
  checkRows(rules, readers === undefined ? 0 : 1);
}

function tableAt({ source, unit }: CellRules, columns: readonly Column[], lines: Int32Array): Table {
  return { source, length: lines.length, columns, placeOf: (row) => `${unit} ${lines[row]}` };
}

function checkRows({ where, source }: CellRules, rows: number): void {
  check(rows > 0, () => `${where}: ${source} has no rows below its header`);
}

function checkNoNew(rules: CellRules, readers: readonly ColumnReader[], piece: Piece): void {
  if (piece.names.length <= readers.length) return;
  const names = wantedOf(rules, piece.names);
  const name = names.find((one) => !readers.some((reader) => reader.name === one));
  if (name === undefined) return;
  const row = Array.from(piece.column(piece.names.indexOf(name))).findIndex((cell) => cell !== undefined);
  check(row === -1, () => {
    const place = `${rules.where}: ${rules.source}, ${rules.unit} ${piece.lines[row]}`;
    return `${place}: column ${show(name)} is not in the first rows; read the file whole, or name it in each row`;
  });
}

/** That the source has the columns that the caller names. */
function checkNames({ where, source, required, wanted = [] }: CellRules, names: readonly string[]): void {
  const unknown = [...wanted, ...required].find((name) => !names.includes(name));
  check(unknown === undefined, () => {
    const hint = nearest(unknown!, names);
    const tail = hint ? `did you mean ${show(hint)}?` : `there are ${names.join(", ")}`;
    return `${where}: ${source} has no column ${show(unknown)}; ${tail}`;
  });
}

/** What only shows when all cells, or those of the first piece, were read. */
function checkReadings({ where, source }: CellRules, readers: readonly ColumnReader[]): void {
  for (const { name, alive, rivals } of readers) {
    check(rivals.length === 0, () => {
      const both = [alive[0]!, ...rivals].map((reading) => reading.expects).join(" or ");
      const ways = `give dateFormat, or types: { ${show(name)}: "text" }`;
      return `${where}: ${source}: column ${show(name)} could be ${both}; ${ways}`;
    });
  }
  const comma = readers.find(({ alive }) => alive[0]!.decimal === ",");
  const point = readers.find(({ alive }) => alive[0]!.decimal === "." && !alive.some((r) => r.decimal === ","));
  check(comma === undefined || point === undefined, () => {
    const both = `column ${show(comma!.name)} has decimal commas and column ${show(point!.name)} decimal points`;
    return `${where}: ${source}: ${both}; give decimal, and types for the column that is text`;
  });
}
