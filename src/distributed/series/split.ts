/** From one table of many series to series by themselves: who they are, what they are called, and which go to a worker together. */
import { createHash } from "node:crypto";
import { numbersOf, readTable, takeRows, textsOf, type DataSource, type Table } from "../../data/index.js";
import { readingOf } from "../../tasks/common-options.js";
import type { ForecastOptions } from "../../tasks/forecast/options.js";
import { rolesOf, type Roles } from "../../tasks/forecast/roles.js";
import { check, show } from "../../util/errors.js";

const WHERE = "series";

export interface OneSeries {
  readonly id: string;
  /** Of its folder: what can be read of the id, and a checksum of it. */
  readonly name: string;
  /** Of its training, from the seed of the whole and the id: neither its place nor its neighbours matter. */
  readonly seed: number;
  /** In the table, in their order. */
  readonly rows: Int32Array;
}

export interface Split {
  /** The columns that play a part. */
  readonly table: Table;
  readonly roles: Roles & { readonly id: string };
  /** In the order of their first rows. */
  readonly series: readonly OneSeries[];
}

/** @throws SluiceError for a column that is not there, or a row that does not say which series it belongs to */
export async function splitSource(source: DataSource, options: ForecastOptions): Promise<Split> {
  const whole = await readTable(source, readingOf(options));
  check(whole.length > 0, () => `${WHERE}: ${whole.source} has no rows`);
  const roles = rolesOf(WHERE, whole, options) as Split["roles"];
  const used = new Set([...roles.targets, ...roles.past, ...roles.future, roles.id, roles.time]);
  // Looked at here, where all rows are at hand: one wrong cell is told once.
  for (const name of [...roles.targets, ...roles.past, ...roles.future]) numbersOf(WHERE, whole, name);
  const table = { ...whole, columns: whole.columns.filter(({ name }) => used.has(name)) };
  return { table, roles, series: seriesIn(table, roles.id, options.seed) };
}

function seriesIn(table: Table, id: string, seed: number): OneSeries[] {
  const groups = rowsById(table, id);
  const series = [...groups].map(([own, rows]) => {
    return { id: own, name: nameOf(own), seed: seedOf(seed, own), rows: Int32Array.from(rows) };
  });
  check(new Set(series.map(({ name }) => name)).size === series.length, () => `${WHERE}: two ids have one checksum`);
  return series;
}

/** In the order of first appearance. @throws SluiceError for a row without an id */
export function rowsById(table: Table, id: string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [row, own] of textsOf(WHERE, table, id).entries()) {
    check(own !== null, () => {
      return `${WHERE}: column ${show(id)} must say which series a row belongs to, got nothing (${table.source}, ${table.placeOf(row)})`;
    });
    const group = groups.get(own);
    if (group) group.push(row);
    else groups.set(own, [row]);
  }
  return groups;
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function nameOf(id: string): string {
  const slug = id.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 40); // prettier-ignore
  const hash = hashOf(id).toString("hex").slice(0, 12);
  return slug === "" ? hash : `${slug}-${hash}`;
}

function seedOf(seed: number, id: string): number {
  return hashOf(`${seed} ${id}`).readUInt32LE(0);
}

/** Rows that the shortest window takes. */
export function leastRows({ lookback = 1, horizon, transform }: ForecastOptions): number {
  return lookback + horizon + (transform === "difference" ? 1 : 0);
}

/** Series of a job: enough that its begin costs little, so few that all workers have something to do. By their number alone. */
const MOST_TOGETHER = 32;
const JOBS_AT_LEAST = 64;
/** Numbers of a job, 1 MB: small enough to go through Redis. */
const MOST_NUMBERS = 1 << 17;

/** Which series go to a worker together; the same for any number of workers, and when it is gone on with. */
export function batchesOf<S extends Pick<OneSeries, "rows">>(series: readonly S[], columns: number): S[][] {
  const most = Math.min(MOST_TOGETHER, Math.max(1, Math.floor(series.length / JOBS_AT_LEAST)));
  const batches: S[][] = [];
  let numbers = 0;
  for (const one of series) {
    const own = one.rows.length * columns;
    const last = batches.at(-1);
    if (!last || last.length >= most || numbers + own > MOST_NUMBERS) {
      batches.push([one]);
      numbers = own;
    } else {
      last.push(one);
      numbers += own;
    }
  }
  return batches;
}

/** The rows of these series, one after the other. */
export function rowsOf(table: Table, series: readonly Pick<OneSeries, "rows">[]): Table {
  const rows = new Int32Array(series.reduce((sum, one) => sum + one.rows.length, 0));
  let at = 0;
  for (const one of series) {
    rows.set(one.rows, at);
    at += one.rows.length;
  }
  return takeRows(table, rows);
}
