import { check, show } from "../../util/errors.js";
import { savedNumbers, savedObject, type Preprocessor, type SavedPreprocessor } from "./preprocessor.js";
import { likeRows, readRows, type MutableRows, type Rows, type Table } from "./rows.js";

/** y = (x - shift) / scale + offset. */
export interface Affine {
  readonly shift: number;
  readonly scale: number;
  readonly offset: number;
}

/** Statistics of one column, by name. Every scaler keeps `count`, the values that were not missing. */
export type Statistics = Readonly<Record<string, number>>;

/** What makes one kind of scaler different from another. */
export interface ScalerRule {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the statistics, as they are saved. */
  readonly keeps: readonly string[];
  /** Statistics of the values of one column that are not missing; there is at least one. */
  measure(values: Float64Array): Statistics;
  /** Statistics of two batches together; left out where they need all values at once. */
  merge?(a: Statistics, b: Statistics): Statistics;
  affine(statistics: Statistics): Affine;
}

/**
 * Shifts and scales each column by what `fit` measured on the training part. NaN is a missing value: left out of the
 * statistics, and passed through. Tables are [..., D] tensors (the result has the same dtype, float32 for int32) or number[][].
 */
export interface Scaler extends Preprocessor {
  /** Forgets what was fitted and measures these rows. */
  fit(rows: Rows): this;
  /** Adds these rows to what was measured, as if all had come at once. */
  partialFit(rows: Rows): this;
  transform<R extends Rows>(rows: R): MutableRows<R>;
  /** Undoes `transform`. */
  inverse<R extends Rows>(rows: R): MutableRows<R>;
  /** A fitted scaler of some columns, in this order: for predictions, which hold the targets only. */
  select(columns: readonly number[]): Scaler;
}

const EMPTY: Statistics = { count: 0 };

export function scalerOf(rule: ScalerRule): Scaler {
  return new ColumnScaler(rule);
}

class ColumnScaler implements Scaler {
  readonly #rule: ScalerRule;
  /** By column; null before fit. */
  #statistics: Statistics[] | null = null;

  constructor(rule: ScalerRule) {
    this.#rule = rule;
  }

  get className(): string {
    return this.#rule.className;
  }

  get config(): Readonly<Record<string, unknown>> {
    return this.#rule.config;
  }

  fit(rows: Rows): this {
    const statistics = this.#measure(readRows(`${this.className}.fit`, rows));
    this.#checkFull(statistics);
    this.#statistics = statistics;
    return this;
  }

  partialFit(rows: Rows): this {
    const { merge } = this.#rule;
    const where = `${this.className}.partialFit`;
    check(merge !== undefined, () => `${where}: this scaler needs all values at once; use fit`);
    const table = readRows(where, rows);
    const before = this.#statistics ?? Array.from({ length: table.columns }, () => EMPTY);
    checkColumns(where, table.columns, before.length);
    this.#statistics = this.#measure(table).map((batch, j) => {
      if (batch["count"] === 0) return before[j]!;
      return before[j]!["count"] === 0 ? batch : merge(before[j]!, batch);
    });
    return this;
  }

  transform<R extends Rows>(rows: R): MutableRows<R> {
    return this.#map("transform", rows, (x, { shift, scale, offset }) => (x - shift) / scale + offset);
  }

  inverse<R extends Rows>(rows: R): MutableRows<R> {
    return this.#map("inverse", rows, (y, { shift, scale, offset }) => (y - offset) * scale + shift);
  }

  select(columns: readonly number[]): Scaler {
    const statistics = this.#fitted("select");
    const selected = new ColumnScaler(this.#rule);
    selected.#statistics = columns.map((j) => {
      check(Number.isInteger(j) && j >= 0 && j < statistics.length, () => {
        return `${this.className}.select: columns must be whole numbers below ${statistics.length}, got ${show(j)}`;
      });
      return statistics[j]!;
    });
    return selected;
  }

  /** State: each statistic as a list, one number for each column. */
  toJSON(): SavedPreprocessor {
    const { className, config, keeps } = this.#rule;
    if (this.#statistics === null) return { className, config, state: null };
    const statistics = this.#fitted("toJSON");
    const state = Object.fromEntries(keeps.map((key) => [key, statistics.map((column) => column[key]!)]));
    return { className, config, state };
  }

  restore(state: unknown): void {
    if (state === null) return;
    const { className, keeps } = this.#rule;
    const saved = savedObject(className, state, keeps);
    const lists = keeps.map((key) => savedNumbers(className, key, saved[key]));
    const columns = lists[0]!.length;
    check(
      lists.every((list) => list.length === columns),
      () => `${className}: the saved ${keeps.join(", ")} must have one number for each column`,
    );
    const statistics = Array.from({ length: columns }, (_, j) =>
      Object.fromEntries(keeps.map((key, k) => [key, lists[k]![j]!])),
    );
    for (const [j, column] of statistics.entries()) {
      const { scale } = this.#rule.affine(column);
      const fits = Number.isInteger(column["count"]) && column["count"]! > 0 && scale > 0 && Number.isFinite(scale);
      check(
        fits,
        () => `${className}: the saved statistics of column ${j} contradict each other: ${JSON.stringify(column)}`,
      );
    }
    this.#statistics = statistics;
  }

  #measure(table: Table): Statistics[] {
    return Array.from({ length: table.columns }, (_, j) => {
      const values = presentOf(table, j);
      return values.length === 0 ? EMPTY : this.#rule.measure(values);
    });
  }

  #map<R extends Rows>(verb: string, rows: R, change: (value: number, by: Affine) => number): MutableRows<R> {
    const by = this.#fitted(verb).map((column) => this.#rule.affine(column));
    const where = `${this.className}.${verb}`;
    const { values, columns } = readRows(where, rows);
    checkColumns(where, columns, by.length);
    const out = new Float64Array(values.length);
    for (let i = 0; i < out.length; i++) out[i] = change(values[i]!, by[i % columns]!);
    return likeRows(rows, out, columns);
  }

  #fitted(verb: string): Statistics[] {
    check(this.#statistics !== null, () => `${this.className}.${verb}: fit it on the training part first`);
    this.#checkFull(this.#statistics);
    return this.#statistics;
  }

  #checkFull(statistics: readonly Statistics[]): void {
    const empty = statistics.findIndex((column) => column["count"] === 0);
    check(empty === -1, () => `${this.className}: column ${empty} has no values, all are missing (NaN)`);
  }
}

function presentOf({ values, rows, columns }: Table, j: number): Float64Array {
  const present = new Float64Array(rows);
  let count = 0;
  for (let i = j; i < values.length; i += columns) {
    const value = values[i]!;
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}

function checkColumns(where: string, came: number, fitted: number): void {
  check(came === fitted, () => `${where}: fitted on ${fitted} columns, got ${came}`);
}
