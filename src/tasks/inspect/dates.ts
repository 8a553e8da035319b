import type { Column, Table } from "../../data/table/table.js";
import type { DateFacts } from "./facts.js";

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const UNITS: readonly (readonly [name: string, milliseconds: number])[] = [
  ["week", 7 * DAY],
  ["day", DAY],
  ["hour", 3600 * SECOND],
  ["minute", 60 * SECOND],
  ["second", SECOND],
];

/** A column with more different values than this share of the rows tells no series apart. */
const MOST_SERIES = 0.2;

/** The rows of each series, in the order of the file. */
type Groups = readonly (readonly number[])[];

export function dateFacts(column: Column, table: Table): DateFacts {
  const times = column.values as Float64Array;
  const all: Groups = [Array.from(times.keys())];
  const id = isForward(times, all) ? null : findId(times, table);
  const groups = id === null ? all : groupsOf(id);
  const present = times.filter((time) => !Number.isNaN(time)).sort();
  const steps = groups.flatMap((rows) => stepsOf(times, rows));
  const common = commonest(steps);
  const month = common !== null && common >= 28 * DAY && common <= 31 * DAY;
  const longest = month ? 31 * DAY : common;
  return {
    first: new Date(present[0]!).toISOString(),
    last: new Date(present.at(-1)!).toISOString(),
    step: common === null ? null : month ? "1 month" : duration(common),
    gaps: longest === null ? 0 : steps.filter((step) => step > longest).length,
    id: id?.name ?? null,
    ordered: isForward(times, groups),
  };
}

function isForward(times: Float64Array, groups: Groups): boolean {
  return groups.every((rows) => rows.every((row, i) => i === 0 || !(times[row]! <= times[rows[i - 1]!]!)));
}

/** The first column within whose values the dates go forward. */
function findId(times: Float64Array, table: Table): Column | null {
  const candidates = table.columns.filter((column) => {
    if (column.type === "date") return false;
    const different = new Set<unknown>(column.values).size;
    return different > 1 && different <= Math.max(2, MOST_SERIES * table.length);
  });
  return candidates.find((column) => isForward(times, groupsOf(column))) ?? null;
}

function groupsOf({ values }: Column): Groups {
  const groups = new Map<unknown, number[]>();
  for (const [row, value] of values.entries()) {
    const rows = groups.get(value);
    if (rows) rows.push(row);
    else groups.set(value, [row]);
  }
  return [...groups.values()];
}

function stepsOf(times: Float64Array, rows: readonly number[]): number[] {
  return rows
    .slice(1)
    .map((row, i) => times[row]! - times[rows[i]!]!)
    .filter((step) => step > 0);
}

function commonest(steps: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  let best: number | null = null;
  for (const [step, count] of counts) if (best === null || count > counts.get(best)!) best = step;
  return best;
}

function duration(milliseconds: number): string {
  const [name, unit] = UNITS.find(([, unit]) => milliseconds % unit === 0) ?? ["millisecond", 1];
  const count = milliseconds / unit;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
