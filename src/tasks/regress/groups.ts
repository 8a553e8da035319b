import { columnOf, numbersOf, textsOf, type Table } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import type { Roles } from "./roles.js";

/** Rows by sample: sample i has the rows order[begins[i]] … order[begins[i + 1] - 1]. In a plain table each row is one. */
export interface Groups {
  readonly order: Int32Array;
  readonly begins: Int32Array;
  /** Of sequences; null in a plain table. */
  readonly ids: readonly string[] | null;
}

/** Sequences in the order in which they begin, each in order of time. */
export function groupsOf(where: string, table: Table, { id, time }: Roles): Groups {
  check(table.length > 0, () => `${where}: ${table.source} has no rows`);
  const each = Int32Array.from({ length: table.length + 1 }, (_, i) => i);
  if (id === null) return { order: each.subarray(0, -1), begins: each, ids: null };
  const groups = new Map<string, number[]>();
  for (const [row, name] of textsOf(where, table, id).entries()) {
    check(name !== null, () => `${where}: ${table.source}, ${table.placeOf(row)}: column ${show(id)} is empty`);
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else groups.set(name, [row]);
  }
  if (time !== null) for (const rows of groups.values()) sortRows(where, table, time, rows);
  const begins = new Int32Array(groups.size + 1);
  for (const [i, rows] of [...groups.values()].entries()) begins[i + 1] = begins[i]! + rows.length;
  return { order: Int32Array.from([...groups.values()].flat()), begins, ids: [...groups.keys()] };
}

function sortRows(where: string, table: Table, time: string, rows: number[]): void {
  const column = columnOf(where, table, time);
  const at = column.type === "date" ? column.values : numbersOf(where, table, time);
  const empty = rows.find((row) => Number.isNaN(at[row]));
  check(
    empty === undefined,
    () => `${where}: ${table.source}, ${table.placeOf(empty!)}: column ${show(time)} is empty`,
  );
  rows.sort((a, b) => at[a]! - at[b]!);
}

/** The target of each sample: the same number in all of its rows. */
export function targetsOf(where: string, table: Table, { order, begins, ids }: Groups, target: string): Float64Array {
  const values = numbersOf(where, table, target);
  return Float64Array.from({ length: begins.length - 1 }, (_, i) => {
    const first = order[begins[i]!]!;
    for (const row of order.subarray(begins[i], begins[i + 1])) {
      const place = () => `${where}: ${table.source}, ${table.placeOf(row)}: column ${show(target)}`;
      check(Number.isFinite(values[row]), () => `${place()}, the target, must hold a number, got ${show(values[row])}`);
      check(values[row] === values[first], () => {
        return `${place()} must be the same in all rows of sequence ${show(ids![i])}, got ${values[row]} after ${values[first]}`;
      });
    }
    return values[first]!;
  });
}
