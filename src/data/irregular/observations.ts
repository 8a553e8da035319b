/** Observations of several variables at uneven times, from long tables (`id,time,variable,value`) and from wide ones with gaps. */
import { check, show } from "../../util/errors.js";
import { checkOptions, nearest } from "../../util/checks.js";
import { columnOf, numbersOf, textsOf, type Table } from "../table/table.js";

export interface ObservationOptions {
  /** Column of dates or of numbers that orders the steps of a series. */
  time: string;
  /** Column that says which series a row belongs to; left out, all rows are one series. */
  id?: string | undefined;
  /** Long tables: the column that names the variable, and the one with its value. Both or neither. */
  variable?: string | undefined;
  value?: string | undefined;
  /**
   * The variables, in this order. Left out: of a wide table all columns of numbers but `id` and `time`, of a long one all that occur,
   * in the order in which they come.
   */
  variables?: readonly string[] | undefined;
  /** What becomes of variables of a long table that are not listed. Default "error". */
  others?: "error" | "leaveOut" | undefined;
}

/** One series: a step for each different time at which its rows stand. */
export interface ObservedSeries {
  /** null where the table holds one series. */
  readonly id: string | null;
  /** [T], rising: milliseconds since 1970 for dates, else the numbers of the table. */
  readonly times: Float64Array;
  /** [T, D] row-major; NaN where nothing was observed. */
  readonly values: Float64Array;
  /** [T] by step, the first row of the table that belongs to it. */
  readonly rows: Int32Array;
}

export interface Observations {
  readonly source: string;
  /** D names. */
  readonly variables: readonly string[];
  /** In the order in which they begin in the table. */
  readonly series: readonly ObservedSeries[];
  /** Whether the times are dates, in milliseconds. */
  readonly dates: boolean;
  /** Where a row stands, such as "prices.csv, line 12". */
  placeOf(row: number): string;
}

const KEYS = ["time", "id", "variable", "value", "variables", "others"];
const WHERE = "observations";

/**
 * Reads observations of a table. A cell without a value is no observation; the row still makes a step.
 * @throws SluiceError with file and line for a row without time, id or variable, for a variable that is observed twice at one time,
 * and for a variable that is not listed
 */
export function observations(table: Table, options: ObservationOptions, where = WHERE): Observations {
  checkOptions(where, options, KEYS);
  const { time, id, variable, value } = options;
  check((variable === undefined) === (value === undefined), () => {
    const [given, other] = variable === undefined ? ["value", "variable"] : ["variable", "value"];
    return `${where}: ${given} is given without ${other}; a long table has a column for each`;
  });
  check(table.length > 0, () => `${where}: ${table.source} has no rows`);
  const placeOf = (row: number) => `${table.source}, ${table.placeOf(row)}`;
  const times = timesOf(where, table, time, placeOf);
  const groups = id === undefined ? [null] : textsOf(where, table, id);
  const cells = variable === undefined ? wideCells(where, table, options) : longCells(where, table, options, placeOf);
  const series = new Map<string | null, number[]>();
  for (let row = 0; row < table.length; row++) {
    const key = id === undefined ? null : groups[row]!;
    check(key !== null || id === undefined, () => `${where}: there is no ${show(id)} (${placeOf(row)})`);
    const rows = series.get(key);
    if (rows) rows.push(row);
    else series.set(key, [row]);
  }
  const one = (name: string | null, rows: number[]) => layOut(where, { name, rows, times, cells, placeOf });
  return {
    source: table.source,
    variables: cells.variables,
    series: [...series].map(([name, rows]) => one(name, rows)),
    dates: columnOf(where, table, time).type === "date",
    placeOf,
  };
}

function timesOf(where: string, table: Table, name: string, placeOf: (row: number) => string): Float64Array {
  const column = columnOf(where, table, name);
  const times = column.type === "date" ? column.values : numbersOf(where, table, name);
  const missing = times.findIndex((at) => !Number.isFinite(at));
  check(
    missing < 0,
    () => `${where}: column ${show(name)} must hold a time in every row, got none (${placeOf(missing)})`,
  );
  return times;
}

/** What rows say: pairs of a variable's number and its value, NaN where there is none. */
interface Cells {
  readonly variables: readonly string[];
  of(row: number): Iterable<readonly [variable: number, value: number]>;
}

function wideCells(where: string, table: Table, { id, time, variables }: ObservationOptions): Cells {
  const rest = table.columns.filter(({ name, type }) => type === "number" && name !== id && name !== time);
  const names = variables ?? rest.map(({ name }) => name);
  check(names.length > 0, () => `${where}: ${table.source} has no columns of numbers beside id and time`);
  const columns = names.map((name) => numbersOf(where, table, name));
  return { variables: names, of: (row) => columns.map((column, d) => [d, column[row]!] as const) };
}

function longCells(
  where: string,
  table: Table,
  { variable, value, variables, others = "error" }: ObservationOptions,
  placeOf: (row: number) => string,
): Cells {
  const names = textsOf(where, table, variable!);
  const values = numbersOf(where, table, value!);
  const missing = names.indexOf(null);
  check(missing < 0, () => `${where}: there is no ${show(variable)} (${placeOf(missing)})`);
  const known = [...(variables ?? new Set(names as readonly string[]))];
  const numbers = new Map(known.map((name, d) => [name, d]));
  const strange = names.findIndex((name) => !numbers.has(name!));
  check(strange < 0 || others === "leaveOut", () => {
    const hint = nearest(names[strange]!, known);
    const tail = hint ? `did you mean ${show(hint)}?` : `known are ${known.join(", ")}`;
    return `${where}: the variable ${show(names[strange])} is not known (${placeOf(strange)}); ${tail}`;
  });
  const of = (row: number) => {
    const d = numbers.get(names[row]!);
    return d === undefined ? [] : [[d, values[row]!] as const];
  };
  return { variables: known, of };
}

interface Group {
  readonly name: string | null;
  readonly rows: number[];
  readonly times: Float64Array;
  readonly cells: Cells;
  readonly placeOf: (row: number) => string;
}

function layOut(where: string, { name, rows, times, cells, placeOf }: Group): ObservedSeries {
  rows.sort((a, b) => times[a]! - times[b]! || a - b);
  const D = cells.variables.length;
  const firsts = rows.filter((row, i) => i === 0 || times[row] !== times[rows[i - 1]!]);
  const values = new Float64Array(firsts.length * D).fill(NaN);
  let t = -1;
  for (const [i, row] of rows.entries()) {
    if (i === 0 || times[row] !== times[rows[i - 1]!]) t++;
    for (const [d, value] of cells.of(row)) {
      if (Number.isNaN(value)) continue;
      check(Number.isNaN(values[t * D + d]!), () => {
        const whose = name === null ? "" : ` of series ${show(name)}`;
        const says = (other: number) => [...cells.of(other)].some(([e, v]) => e === d && !Number.isNaN(v));
        const twin = rows.slice(0, i).findLast((other) => times[other] === times[row] && says(other));
        return `${where}: ${show(cells.variables[d])}${whose} is observed twice at one time (${placeOf(twin!)} and ${placeOf(row)})`;
      });
      values[t * D + d] = value;
    }
  }
  return { id: name, times: Float64Array.from(firsts, (row) => times[row]!), values, rows: Int32Array.from(firsts) };
}
