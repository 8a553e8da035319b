import { check, show } from "../../util/errors.js";
import { readDates, type DateLike } from "./dates.js";

/** Numbers by column over time, of one series or of several below each other; all lists have one entry for each row. */
export interface SeriesTable {
  columns: Readonly<Record<string, ArrayLike<number>>>;
  /** Which series a row belongs to; left out, all rows are one series. */
  id?: readonly (string | number)[];
  /** Orders the rows of a series; left out, they stand in order. */
  date?: readonly DateLike[];
}

export interface OneSeries {
  readonly id: string | number | null;
  readonly begin: number;
  readonly end: number;
}

/** Rows grouped by series and ordered by date: an index, the columns stay where they are. */
export interface OrderedSeries {
  /** Row numbers, series after series, each in order of time. */
  readonly order: Int32Array;
  readonly series: readonly OneSeries[];
  /** The series that has this place in the order. */
  idAt(place: number): string | number | null;
  /** By row, milliseconds since 1970; null without dates. */
  readonly times: Float64Array | null;
}

/** @throws SluiceError when lists differ in length, a date cannot be read, or a series has one date twice */
export function orderSeries(where: string, table: SeriesTable): OrderedSeries {
  const { columns, id, date } = table;
  const names = Object.keys(columns ?? {});
  check(names.length > 0, () => `${where}: expected { columns: { name: numbers } }, got ${show(table)}`);
  const rows = columns[names[0]!]!.length;
  for (const [name, list] of [...Object.entries(columns), ["id", id], ["date", date]] as [string, unknown][]) {
    if (list === undefined) continue;
    const length = (list as ArrayLike<unknown> | null)?.length;
    check(
      length === rows,
      () => `${where}: ${show(name)} must have ${rows} rows like ${show(names[0])}, got ${show(length)}`,
    );
  }
  const times = date === undefined ? null : readDates(where, date);
  const groups = new Map<string | number | null, number[]>();
  for (let row = 0; row < rows; row++) {
    const key = id === undefined ? null : id[row]!;
    check(key === null ? id === undefined : typeof key === "string" || typeof key === "number", () => {
      return `${where}: id at row ${row} must be a string or number, got ${show(key)}`;
    });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const laidOut = layOut(where, groups, times, rows);
  return { ...laidOut, times, idAt: (place) => seriesAt(laidOut.series, place).id };
}

function layOut(
  where: string,
  groups: ReadonlyMap<string | number | null, number[]>,
  times: Float64Array | null,
  rows: number,
): Pick<OrderedSeries, "order" | "series"> {
  const order = new Int32Array(rows);
  let begin = 0;
  const series = [...groups].map(([id, group]) => {
    if (times !== null) {
      group.sort((a, b) => times[a]! - times[b]!);
      const twice = group.findIndex((row, i) => i > 0 && times[row] === times[group[i - 1]!]);
      check(twice === -1, () => {
        const moment = new Date(times[group[twice]!]!).toISOString();
        return `${where}: ${nameOf(id)} has the date ${moment} twice, at rows ${group[twice - 1]} and ${group[twice]}`;
      });
    }
    order.set(group, begin);
    const end = begin + group.length;
    const one = { id, begin, end };
    begin = end;
    return one;
  });
  return { order, series };
}

/** The last series that begins at or before this place, by bisection: there may be thousands. */
function seriesAt(series: readonly OneSeries[], place: number): OneSeries {
  let [low, high] = [0, series.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (series[middle]!.begin <= place) low = middle;
    else high = middle - 1;
  }
  return series[low]!;
}

/** Names a series in a message. */
export function nameOf(id: string | number | null): string {
  return id === null ? "the series" : `series ${show(id)}`;
}
