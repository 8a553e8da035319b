/** Tables of numbers, [..., D]: rows of D columns, as a tensor or as nested arrays; NaN stands for a missing value. */
import { makeData } from "../../tensor/dtype.js";
import { showShape } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { check, show } from "../../util/errors.js";

export type NestedRows = readonly (readonly number[])[];
export type Rows = Tensor | NestedRows;

/** A table in one row-major array. */
export interface Table {
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** Reads a table; every value must be finite or NaN. */
export function readRows(where: string, rows: Rows): Table {
  const table = rows instanceof Tensor ? ofTensor(where, rows) : ofArrays(where, rows);
  for (let i = 0; i < table.values.length; i++) {
    const value = table.values[i];
    check(typeof value === "number" && Math.abs(value) !== Infinity, () => {
      return `${where}: ${place(table, i)} must be a finite number, or NaN where it is missing, got ${show(value)}`;
    });
  }
  return table;
}

/** Names element i of a table in a message. */
export function place(table: Table, i: number): string {
  return `row ${Math.floor(i / table.columns)}, column ${i % table.columns}`;
}

/**
 * A table of new values in the form of the old one: a tensor for a tensor (float32 unless it was float64), arrays for arrays.
 * The number of rows may differ if the table has two axes.
 */
export function likeRows<R extends Rows>(like: R, values: Float64Array, columns: number): MutableRows<R> {
  return (like instanceof Tensor ? tensorLike(like, values, columns) : nested(values, columns)) as MutableRows<R>;
}

export type MutableRows<R extends Rows> = R extends Tensor ? Tensor : number[][];

function tensorLike(like: Tensor, values: Float64Array, columns: number): Tensor {
  const lead = like.rank === 2 ? [values.length / columns] : like.shape.slice(0, -1);
  const data = makeData(like.dtype === "float64" ? "float64" : "float32", values.length);
  data.set(values);
  return Tensor.of(data, [...lead, columns]);
}

export function nested(values: ArrayLike<number>, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) => values[i * columns + j]!),
  );
}

function ofTensor(where: string, rows: Tensor): Table {
  const columns = rows.shape.at(-1) ?? 0;
  check(rows.rank >= 2 && rows.size > 0, () => {
    return `${where}: expected rows of columns, [..., columns], with at least one of each, got ${showShape(rows.shape)}`;
  });
  return { values: rows.data, rows: rows.size / columns, columns };
}

function ofArrays(where: string, rows: NestedRows): Table {
  const columns = Array.isArray(rows) && Array.isArray(rows[0]) ? rows[0].length : 0;
  check(columns > 0, () => {
    return `${where}: expected rows of columns, number[][] or a tensor, with at least one of each, got ${show(rows)}`;
  });
  const values = new Array<number>(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    check(Array.isArray(row) && row.length === columns, () => {
      return `${where}: row ${i} must have ${columns} columns like the first, got ${Array.isArray(row) ? row.length : show(row)}`;
    });
    for (let j = 0; j < columns; j++) values[i * columns + j] = row[j]!;
  }
  return { values, rows: rows.length, columns };
}
