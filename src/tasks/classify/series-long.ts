import { columnOf, numbersOf, textsOf, type Table } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import { isoOf } from "../forecast/frame.js";
import type { Samples } from "./samples.js";
import type { Sequence } from "./sequence.js";
import type { SeriesLayout } from "./series-reader.js";

/** A table of steps: rows with one id are a sequence, in the order of `time` or as they come; their label is one and the same. */
export function readLong(where: string, table: Table, layout: SeriesLayout, labelled: boolean): Samples<Sequence> {
  const { label, id, time, features } = layout;
  const names = features ?? restOf(table, [label, id!, time]);
  check(names.length > 0, () => `${where}: ${table.source} has no columns of numbers beside label, id and time`);
  const columns = names.map((name) => numbersOf(where, table, name));
  const groups = rowsById(where, table, id!);
  if (time !== null) sortByTime(where, table, time, groups);
  const all = [...groups.values()];
  return {
    source: table.source,
    items: all.map((rows) => ({
      values: Float64Array.from(rows.flatMap((row) => columns.map((column) => column[row]!))),
      length: rows.length,
      D: columns.length,
    })),
    labels: labelled ? labelsOf(where, table, label, groups) : all.map(() => null),
    references: [...groups.keys()].map((name) => ({ [id!]: name })),
    features: names,
    ...(time !== null && { dated: columnOf(where, table, time).type === "date" }),
    ...(time !== null && { stepsOf: (i) => all[i]!.map(timeNames(where, table, time)) }),
    placeOf: (i) => `${id} ${show([...groups.keys()][i]!)}, ${table.placeOf(all[i]![0]!)}`,
  };
}

/** What each row says of its time. */
function timeNames(where: string, table: Table, time: string): (row: number) => string {
  const column = columnOf(where, table, time);
  return (row) => (column.type === "date" ? isoOf(column.values[row]!) : String(column.values[row]));
}

function restOf(table: Table, taken: readonly (string | null)[]): string[] {
  return table.columns.filter(({ name, type }) => type === "number" && !taken.includes(name)).map(({ name }) => name);
}

function rowsById(where: string, table: Table, id: string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [row, name] of textsOf(where, table, id).entries()) {
    check(name !== null, () => `${where}: there is no ${show(id)} (${table.source}, ${table.placeOf(row)})`);
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}

function sortByTime(where: string, table: Table, time: string, groups: ReadonlyMap<string, number[]>): void {
  const column = columnOf(where, table, time);
  const at = column.type === "date" ? column.values : numbersOf(where, table, time);
  const missing = at.findIndex(Number.isNaN);
  check(missing < 0, () => `${where}: there is no ${show(time)} (${table.source}, ${table.placeOf(missing)})`);
  for (const [name, rows] of groups) {
    rows.sort((a, b) => at[a]! - at[b]!);
    const twice = rows.findIndex((row, t) => t > 0 && at[row] === at[rows[t - 1]!]);
    check(twice < 0, () => {
      const place = `${table.source}, ${table.placeOf(rows[twice]!)}`;
      return `${where}: sequence ${show(name)} has two rows with one ${show(time)} (${place})`;
    });
  }
}

function labelsOf(
  where: string,
  table: Table,
  label: string,
  groups: ReadonlyMap<string, number[]>,
): (string | null)[] {
  const texts = textsOf(where, table, label);
  return [...groups].map(([name, rows]) => {
    const first = texts[rows[0]!]!;
    const other = rows.find((row) => texts[row] !== first);
    check(other === undefined, () => {
      const place = `${table.source}, ${table.placeOf(other!)}`;
      return `${where}: sequence ${show(name)} has the labels ${show(first)} and ${show(texts[other!])} (${place})`;
    });
    return first;
  });
}
