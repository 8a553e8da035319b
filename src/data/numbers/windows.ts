import { tensor } from "../../tensor/make.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkCount, nearest } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { Random } from "../../util/random.js";
import { nameOf, orderSeries, type OrderedSeries, type SeriesTable } from "./series.js";

export interface WindowOptions {
  /** Steps that the model sees. */
  lookback: number;
  /** Steps that it foresees. Default 1. */
  horizon?: number;
  /** Steps between the beginnings of windows. Default 1. */
  stride?: number;
  /** Columns to foresee. They are seen over the lookback too. */
  targets: readonly string[];
  /** Columns that are known up to the present, over the lookback only. Default none. */
  past?: readonly string[];
  /** Columns that are known over the horizon as well, such as the calendar or planned prices. Default none. */
  future?: readonly string[];
}

/** Windows in tensors of float32. */
export interface WindowBatch {
  /** [B, lookback, columns]: targets, then past, then future columns. */
  readonly x: Tensor;
  /** [B, horizon, columns]: future columns over the horizon; null where there are none. */
  readonly future: Tensor | null;
  /** [B, horizon, targets]. */
  readonly y: Tensor;
}

/** One window in the source: the row numbers of its lookback and horizon, in order of time. */
export interface WindowPlace {
  readonly id: string | number | null;
  readonly rows: Int32Array;
}

type Settings = Required<WindowOptions>;
type Columns = Readonly<Record<string, ArrayLike<number>>>;

/**
 * All windows of lookback + horizon steps within the series of a table, never across two of them. Windows are places in the
 * table: numbers are copied only into the batches.
 * @throws SluiceError for an unknown column, a series shorter than lookback + horizon, or a date that comes twice
 */
export function slidingWindows(table: SeriesTable, options: WindowOptions): SlidingWindows {
  const where = "slidingWindows";
  const { lookback } = options;
  const defaults = { lookback, horizon: 1, stride: 1, targets: [], past: [], future: [] };
  const settings = withDefaults<Settings>(where, defaults, options);
  for (const name of ["lookback", "horizon", "stride"] as const) checkCount(where, name, settings[name]);
  const ordered = orderSeries(where, table);
  checkColumns(where, settings, Object.keys(table.columns));
  const { horizon, stride } = settings;
  const span = lookback + horizon;
  const starts: number[] = [];
  for (const { id, begin, end } of ordered.series) {
    check(end - begin >= span, () => {
      const needed = `lookback ${lookback} and horizon ${horizon} need at least ${span}`;
      return `${where}: ${nameOf(id)} has ${end - begin} rows; ${needed}`;
    });
    for (let start = begin; start + span <= end; start += stride) starts.push(start);
  }
  return new SlidingWindows(table.columns, ordered, settings, Int32Array.from(starts));
}

/** Windows over a table; made by {@link slidingWindows}. */
export class SlidingWindows {
  readonly #columns: Columns;
  readonly #ordered: OrderedSeries;
  readonly #settings: Settings;
  /** Where each window begins in the order. */
  readonly #starts: Int32Array;

  constructor(columns: Columns, ordered: OrderedSeries, settings: Settings, starts: Int32Array) {
    this.#columns = columns;
    this.#ordered = ordered;
    this.#settings = settings;
    this.#starts = starts;
  }

  get length(): number {
    return this.#starts.length;
  }

  get settings(): Readonly<Settings> {
    return this.#settings;
  }

  get ordered(): OrderedSeries {
    return this.#ordered;
  }

  /** Columns of `x`, in order. */
  get features(): readonly string[] {
    const { targets, past, future } = this.#settings;
    return [...targets, ...past, ...future];
  }

  /** Where window i stands. */
  place(i: number): WindowPlace {
    const start = this.#startOf(i);
    const { order, idAt } = this.#ordered;
    const { lookback, horizon } = this.#settings;
    return { id: idAt(start), rows: order.slice(start, start + lookback + horizon) };
  }

  /** The rows of the table that these windows touch, rising: what scalers may be fitted on, when these are the training part. */
  rows(): Int32Array {
    const { order } = this.#ordered;
    const span = this.#settings.lookback + this.#settings.horizon;
    const touched = new Uint8Array(order.length);
    for (const start of this.#starts) for (let t = 0; t < span; t++) touched[order[start + t]!] = 1;
    return Int32Array.from(touched.keys()).filter((row) => touched[row] === 1);
  }

  /** The windows with these indices, over the same table. */
  subset(indices: ArrayLike<number>): SlidingWindows {
    const starts = Int32Array.from(indices, (i) => this.#startOf(i));
    return new SlidingWindows(this.#columns, this.#ordered, this.#settings, starts);
  }

  /** The same windows over other numbers for the same rows, such as the scaled ones. */
  withColumns(columns: Columns): SlidingWindows {
    const where = "SlidingWindows.withColumns";
    checkColumns(where, this.#settings, Object.keys(columns));
    for (const [name, { length }] of Object.entries(columns))
      check(length === this.#ordered.order.length, () => {
        return `${where}: ${show(name)} must have ${this.#ordered.order.length} rows, got ${length}`;
      });
    return new SlidingWindows(columns, this.#ordered, this.#settings, this.#starts);
  }

  /** Copies windows into tensors. @param indices default all windows */
  batch(indices: ArrayLike<number> = Int32Array.from(this.#starts.keys())): WindowBatch {
    const { lookback, horizon, targets, future } = this.#settings;
    return {
      x: this.#gather(indices, this.features, 0, lookback),
      future: future.length > 0 ? this.#gather(indices, future, lookback, horizon) : null,
      y: this.#gather(indices, targets, lookback, horizon),
    };
  }

  /** Batches one after another, as `fit` takes them; with a seed each turn through them has a new order. */
  batches({ batchSize = 32, seed }: { batchSize?: number; seed?: number } = {}): Iterable<{
    x: Tensor | Tensor[];
    y: Tensor;
  }> {
    checkCount("SlidingWindows.batches", "batchSize", batchSize);
    const random = seed === undefined ? null : new Random(checkCount("SlidingWindows.batches", "seed", seed, 0));
    const cut = (order: Int32Array, first: number) => {
      const { x, future, y } = this.batch(order.subarray(first, first + batchSize));
      return { x: future === null ? x : [x, future], y };
    };
    const order = Int32Array.from(this.#starts.keys());
    return {
      *[Symbol.iterator]() {
        random?.shuffle(order);
        for (let first = 0; first < order.length; first += batchSize) yield cut(order, first);
      },
    };
  }

  #gather(indices: ArrayLike<number>, names: readonly string[], first: number, steps: number): Tensor {
    const { order } = this.#ordered;
    const D = names.length;
    const out = new Float32Array(indices.length * steps * D);
    const begins = Int32Array.from(indices, (i) => this.#startOf(i) + first);
    for (const [d, name] of names.entries()) {
      const column = this.#columns[name]!;
      for (const [b, begin] of begins.entries())
        for (let t = 0; t < steps; t++) out[(b * steps + t) * D + d] = column[order[begin + t]!]!;
    }
    return tensor(out, [indices.length, steps, D]);
  }

  #startOf(i: number): number {
    const start = this.#starts[i];
    check(start !== undefined, () => `SlidingWindows: index must be from 0 to ${this.length - 1}, got ${show(i)}`);
    return start;
  }
}

function checkColumns(where: string, { targets, past, future }: Settings, known: readonly string[]): void {
  check(
    Array.isArray(targets) && targets.length > 0,
    () => `${where}: targets must name a column, got ${show(targets)}`,
  );
  const seen = new Set<string>();
  for (const name of [...targets, ...past, ...future]) {
    const hint = known.includes(name) ? undefined : nearest(name, known);
    check(known.includes(name), () => {
      return `${where}: there is no column ${show(name)}; ${hint ? `did you mean ${show(hint)}?` : `known: ${known.join(", ")}`}`;
    });
    check(!seen.has(name), () => `${where}: column ${show(name)} is named twice in targets, past and future`);
    seen.add(name);
  }
}
