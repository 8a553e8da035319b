import { columnOf, datesOf, numbersOf, textsOf, type Table } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import type { Roles } from "./roles.js";

export interface Series {
  readonly id: string | null;
  /** What the series is, by the columns that say it. */
  readonly categories?: readonly string[];
  readonly begin: number;
  readonly end: number;
}

/** The columns that count, series after series, each in order of time. Rows of a frame are steps; `rows` leads back to the table. */
export interface Frame {
  readonly source: string;
  /** Raw numbers; NaN where the data have none. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly series: readonly Series[];
  /** Milliseconds since 1970. */
  readonly times: Float64Array | null;
  /** Whether these were written as dates, not as plain numbers. */
  readonly dated: boolean;
  /** By step, the row of the table, for messages. */
  readonly rows: Int32Array;
  placeOf(step: number): string;
}

/**
 * Groups by series and sorts by date.
 * @throws SluiceError with file, line and column for what is no number, no date or no id, and for a date that comes twice
 */
export function frameOf(where: string, table: Table, roles: Roles): Frame {
  check(table.length > 0, () => `${where}: ${table.source} has no rows`);
  const at = (row: number) => `${table.source}, ${table.placeOf(row)}`;
  const times = roles.time === null ? null : readTimes(where, table, roles.time, at);
  const write = timeWriter(where, table, roles);
  const groups = groupRows(where, table, roles.id, at);
  const rows = new Int32Array(table.length);
  const series: Series[] = [];
  const says = roles.categories && roles.categories.map((name) => categoryReader(where, table, name, at));
  let begin = 0;
  for (const [id, group] of groups) {
    if (times !== null) sortRows(where, group, times, { id, write }, at);
    rows.set(group, begin);
    const categories = says && { categories: says.map((of) => of(id, group)) };
    series.push({ id, ...categories, begin, end: (begin += group.length) });
  }
  const columns = Object.fromEntries(
    [...roles.targets, ...roles.past, ...roles.future].map((name) => {
      const values = numbersOf(where, table, name);
      return [name, Float64Array.from(rows, (row) => values[row]!)];
    }),
  );
  return {
    source: table.source,
    columns,
    series,
    times: times && Float64Array.from(rows, (row) => times[row]!),
    dated: roles.time !== null && columnOf(where, table, roles.time).type === "date",
    rows,
    placeOf: (step) => at(rows[step]!),
  };
}

type PlaceOf = (row: number) => string;

function readTimes(where: string, table: Table, name: string, at: PlaceOf): Float64Array {
  const times = datesOf(where, table, name);
  const missing = times.findIndex((time) => !Number.isFinite(time));
  check(
    missing === -1,
    () => `${where}: column ${show(name)} must hold a date in every row, got none (${at(missing)})`,
  );
  return times;
}

function groupRows(where: string, table: Table, id: string | null, at: PlaceOf): Map<string | null, number[]> {
  if (id === null) return new Map([[null, Array.from({ length: table.length }, (_, row) => row)]]);
  const groups = new Map<string, number[]>();
  for (const [row, key] of textsOf(where, table, id).entries()) {
    check(
      key !== null,
      () => `${where}: column ${show(id)} must say which series a row belongs to, got nothing (${at(row)})`,
    );
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** What a column says of a series: the same in all its rows. */
function categoryReader(where: string, table: Table, name: string, at: PlaceOf) {
  const texts = textsOf(where, table, name);
  return (id: string | null, rows: readonly number[]): string => {
    const value = texts[rows[0]!];
    const other = rows.find((row) => texts[row] !== value);
    check(value !== null && value !== undefined && other === undefined, () => {
      const got = other === undefined ? "nothing" : `${show(value)} and ${show(texts[other])}`;
      return `${where}: column ${show(name)} must say the same in all rows of series ${show(id)}, got ${got} (${at(other ?? rows[0]!)})`;
    });
    return value!;
  };
}

function sortRows(
  where: string,
  rows: number[],
  times: Float64Array,
  { id, write }: { id: string | null; write: (time: number) => string | number },
  at: PlaceOf,
): void {
  rows.sort((a, b) => times[a]! - times[b]!);
  const twice = rows.findIndex((row, i) => i > 0 && times[row] === times[rows[i - 1]!]);
  check(twice === -1, () => {
    const [first, second] = [rows[twice - 1]!, rows[twice]!].sort((a, b) => a - b) as [number, number];
    const whose = id === null ? "" : ` of series ${show(id)}`;
    const hint = id === null ? "; if the file holds several series, name the column that tells them apart with id" : "";
    return `${where}: the ${typeof write(0) === "number" ? "time" : "date"} ${write(times[first]!)}${whose} comes twice (${at(first)} and ${at(second)})${hint}`;
  });
}

/** How a point in time is written: as the table does, where it counts steps or years in plain numbers. */
export function timeWriter(where: string, table: Table, { time }: Roles): (time: number) => string | number {
  return time !== null && columnOf(where, table, time).type === "number" ? (at) => at : isoOf;
}

/** ISO 8601, without the time of day at midnight. */
export function isoOf(time: number): string {
  const text = new Date(time).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.replace(".000Z", "Z");
}

/** Names the longest series in a message about too few rows. */
export function longestName({ source, series }: Frame): { name: string; rows: number } {
  const { id, begin, end } = series.reduce((a, b) => (b.end - b.begin > a.end - a.begin ? b : a));
  const name = seriesName(source, id);
  return { name: series.length === 1 ? name : `the longest series, ${name},`, rows: end - begin };
}

/** Names a series in a message. */
export function seriesName(source: string, id: string | null): string {
  return id === null ? source : `series ${show(id)} of ${source}`;
}
