import { checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { savedNumbers, savedObject, stateless, type Preprocessor, type SavedPreprocessor } from "./preprocessor.js";
import { likeRows, nested, place, readRows, type MutableRows, type Rows } from "./rows.js";

/** A change of each value that knows its way back. */
export interface ElementTransform extends Preprocessor {
  transform<R extends Rows>(rows: R): MutableRows<R>;
  inverse<R extends Rows>(rows: R): MutableRows<R>;
}

export interface LogOptions {
  /** Added before the logarithm, so that zeros can be had. Default 0. */
  offset?: number;
}

/**
 * y = ln(x + offset), natural logarithm; NaN is passed through.
 * @throws SluiceError (transform) when x + offset is not positive
 */
export function logTransform(options: LogOptions = {}): ElementTransform {
  const { offset } = withDefaults("logTransform", { offset: 0 }, options);
  checkRange("logTransform", "offset", offset);
  const forward = (x: number) => Math.log(x + offset);
  return elementwise("logTransform", { offset }, -offset, forward, (y) => Math.exp(y) - offset);
}

/**
 * y = ln(1 + x), exact for small x; NaN is passed through.
 * @throws SluiceError (transform) when x is not above -1
 */
export function log1pTransform(options: Record<string, never> = {}): ElementTransform {
  withDefaults("log1pTransform", {}, options);
  return elementwise("log1pTransform", {}, -1, Math.log1p, Math.expm1);
}

function elementwise(
  className: string,
  config: Readonly<Record<string, unknown>>,
  above: number,
  forward: (x: number) => number,
  backward: (y: number) => number,
): ElementTransform {
  return {
    ...stateless(className, config),
    transform<R extends Rows>(rows: R) {
      const table = readRows(`${className}.transform`, rows);
      const out = Float64Array.from(table.values, (x, i) => {
        check(
          !(x <= above),
          () => `${className}.transform: values must be above ${above}, got ${x} at ${place(table, i)}`,
        );
        return forward(x);
      });
      return likeRows(rows, out, table.columns);
    },
    inverse<R extends Rows>(rows: R) {
      const { values, columns } = readRows(`${className}.inverse`, rows);
      return likeRows(rows, Float64Array.from(values, backward), columns);
    },
  };
}

export interface DifferenceOptions {
  /** Steps back to the value that is subtracted: 1 takes out a trend, 12 a year of months. Default 1. */
  lag?: number;
}

/** Differences over time, of tables [T, D]. */
export interface Difference extends Preprocessor {
  /** Keeps the last `lag` rows, from which `inverse` goes on by default. */
  fit(rows: Rows): Difference;
  /** [T, D] → [T - lag, D]: x[t] - x[t - lag]. */
  transform<R extends Rows>(rows: R): MutableRows<R>;
  /**
   * The values that follow `known`, given their differences.
   * @param known the last rows before the first difference, at least `lag`; default those that `fit` kept
   */
  inverse<R extends Rows>(differences: R, known?: Rows): MutableRows<R>;
}

/** y[t] = x[t] - x[t - lag], per column; missing where either is missing. */
export function difference(options: DifferenceOptions = {}): Difference {
  const { lag } = withDefaults("difference", { lag: 1 }, options);
  checkCount("difference", "lag", lag);
  return new LaggedDifference(lag);
}

class LaggedDifference implements Difference {
  readonly className = "difference";
  readonly config: Readonly<Record<string, unknown>>;
  readonly #lag: number;
  /** The last `lag` rows of the training part, row-major. */
  #last: { values: Float64Array; columns: number } | null = null;

  constructor(lag: number) {
    this.#lag = lag;
    this.config = { lag };
  }

  fit(rows: Rows): this {
    this.#last = this.#tail("difference.fit", rows);
    return this;
  }

  transform<R extends Rows>(rows: R): MutableRows<R> {
    const { values, columns } = this.#read("difference.transform", rows, this.#lag + 1);
    const back = this.#lag * columns;
    const out = Float64Array.from({ length: values.length - back }, (_, i) => values[i + back]! - values[i]!);
    return likeRows(rows, out, columns);
  }

  inverse<R extends Rows>(differences: R, known?: Rows): MutableRows<R> {
    const where = "difference.inverse";
    const last = known === undefined ? this.#last : this.#tail(where, known);
    check(last !== null, () => `${where}: give the last ${this.#lag} known rows, or fit it on them`);
    const { values, columns } = this.#read(where, differences, 1);
    check(
      columns === last.columns,
      () => `${where}: the known rows have ${last.columns} columns, the differences ${columns}`,
    );
    const back = last.values.length;
    const all = new Float64Array(back + values.length);
    all.set(last.values);
    for (let i = 0; i < values.length; i++) all[back + i] = values[i]! + all[i]!;
    return likeRows(differences, all.slice(back), columns);
  }

  toJSON(): SavedPreprocessor {
    const state = this.#last && { last: nested(this.#last.values, this.#last.columns) };
    return { className: this.className, config: this.config, state };
  }

  restore(state: unknown): void {
    if (state === null) return;
    const { last } = savedObject("difference", state, ["last"]);
    check(Array.isArray(last) && last.length === this.#lag, () => {
      return `difference: the saved last must be ${this.#lag} rows, got ${show(last)}`;
    });
    this.fit((last as unknown[]).map((row) => savedNumbers("difference", "row of last", row)));
  }

  #tail(where: string, rows: Rows): { values: Float64Array; columns: number } {
    const { values, columns } = this.#read(where, rows, this.#lag);
    const last = Float64Array.from(values).slice(-this.#lag * columns);
    const missing = last.findIndex(Number.isNaN);
    check(missing === -1, () => `${where}: column ${missing % columns} is missing (NaN) in the last ${this.#lag} rows`);
    return { values: last, columns };
  }

  #read(where: string, rows: Rows, least: number) {
    const table = readRows(where, rows);
    const flat = Array.isArray(rows) || (rows as { rank: number }).rank === 2;
    check(flat, () => `${where}: expected a table [time, columns], got ${show(rows)}`);
    check(table.rows >= least, () => `${where}: needs at least ${least} rows with lag ${this.#lag}, got ${table.rows}`);
    return table;
  }
}
