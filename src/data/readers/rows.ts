import { check, show } from "../../util/errors.js";
import type { Table } from "../table/table.js";
import { pieceOf, type Piece } from "./cells.js";
import { jsonRules } from "./json-cells.js";
import type { ReadOptions } from "./options.js";
import { readOne, type PieceSource } from "./pieces.js";
import type { Rows } from "./source.js";

/** Rows in a piece. */
export const PIECE = 8192;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Rows as objects, all at once. */
export function rowsTable(where: string, rows: Rows, options: ReadOptions): Table {
  const name = options.name ?? "rows";
  checkObjects(where, name, rows);
  const collector = new Collector();
  for (const [i, row] of rows.entries()) collector.add(row, i + 1);
  return readOne(jsonRules(where, name, "row", options), collector.take());
}

function checkObjects(where: string, name: string, rows: readonly unknown[]): void {
  const bad = rows.findIndex((row) => !isObject(row));
  check(
    bad === -1,
    () => `${where}: ${name}, row ${bad + 1}: expected an object such as { a: 1 }, got ${show(rows[bad])}`,
  );
}

/** Rows as objects, piece by piece. */
export function openRows(where: string, rows: Rows, options: ReadOptions, name = options.name ?? "rows"): PieceSource {
  const bad = rows.findIndex((row) => !isObject(row));
  check(
    bad === -1,
    () => `${where}: ${name}, row ${bad + 1}: expected an object such as { a: 1 }, got ${show(rows[bad])}`,
  );
  const pieces = async function* (): AsyncGenerator<Piece> {
    const collector = new Collector();
    for (const [i, row] of rows.entries()) {
      collector.add(row, i + 1);
      if (collector.size === PIECE) yield collector.take();
    }
    if (collector.size > 0) yield collector.take();
  };
  return { rules: jsonRules(where, name, "row", options), names: [], pieces };
}

/** Objects as cells by column; a key that is new makes a column. */
export class Collector {
  readonly #places = new Map<string, number>();
  #rows: unknown[][] = [];
  #lines: number[] = [];

  get size(): number {
    return this.#rows.length;
  }

  add(object: Readonly<Record<string, unknown>>, line: number): void {
    const cells: unknown[] = [];
    for (const [key, value] of Object.entries(object)) {
      let place = this.#places.get(key);
      if (place === undefined) this.#places.set(key, (place = this.#places.size));
      cells[place] = value;
    }
    this.#rows.push(cells);
    this.#lines.push(line);
  }

  take(): Piece {
    const piece = pieceOf([...this.#places.keys()], this.#rows, Int32Array.from(this.#lines));
    this.#rows = [];
    this.#lines = [];
    return piece;
  }
}
