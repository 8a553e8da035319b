import { tensor } from "../../tensor/make.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkCount, nearest } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { Random } from "../../util/random.js";
import type { Scaler } from "../numbers/scaler.js";
import type { WindowBatch, WindowOptions } from "../numbers/windows.js";
import type { RowStore } from "./row-store.js";

export interface StoreWindowOptions extends WindowOptions {
  /** Rows within which windows lie: [first, end). Default all. */
  rows?: readonly [number, number];
  /** Fitted on all columns of the store, in their order; applied to each batch. Default none. */
  scaler?: Scaler | null;
}

type Settings = Required<StoreWindowOptions>;

/**
 * Windows of lookback + horizon rows of one series that lies in a file, as `slidingWindows` makes them of a table in memory:
 * batches hold the same tensors. Each window is one read; in memory is a batch, and 4 bytes for each window.
 * @throws SluiceError for an unknown column, one with missing values, or fewer rows than lookback + horizon
 */
export function storeWindows(store: RowStore, options: StoreWindowOptions): StoreWindows {
  return new StoreWindows(store, options);
}

/** Windows over a {@link RowStore}; made by {@link storeWindows}. */
export class StoreWindows {
  readonly #store: RowStore;
  readonly #settings: Settings;
  /** Columns of `x`, in order: targets, past, future. */
  readonly features: readonly string[];
  /** Number of windows. */
  readonly length: number;

  constructor(store: RowStore, options: StoreWindowOptions) {
    const where = "storeWindows";
    const all = [0, store.length] as const;
    const { lookback } = options;
    const defaults = { lookback, horizon: 1, stride: 1, targets: [], past: [], future: [], rows: all, scaler: null };
    const settings = withDefaults<Settings>(where, defaults, options);
    for (const name of ["lookback", "horizon", "stride"] as const) checkCount(where, name, settings[name]);
    const { horizon, stride, targets, past, future, rows } = settings;
    this.#store = store;
    this.#settings = settings;
    this.features = [...targets, ...past, ...future];
    check(targets.length > 0, () => `${where}: targets must name a column, got ${show(targets)}`);
    checkFeatures(where, store, this.features);
    const [first, end] = rows;
    check(first >= 0 && first < end && end <= store.length, () => {
      return `${where}: rows must be [first, end) within 0 to ${store.length}, got ${show(rows)}`;
    });
    const span = lookback + horizon;
    check(end - first >= span, () => {
      return `${where}: there are ${end - first} rows; lookback ${lookback} and horizon ${horizon} need at least ${span}`;
    });
    this.length = Math.floor((end - first - span) / stride) + 1;
  }

  /** Copies windows into tensors. */
  batch(indices: ArrayLike<number>): WindowBatch {
    const { lookback, horizon, future, targets, rows, stride } = this.#settings;
    const D = this.#store.columns.length;
    const span = lookback + horizon;
    const values = new Float32Array(indices.length * span * D);
    for (let b = 0; b < indices.length; b++) {
      const i = indices[b]!;
      check(Number.isInteger(i) && i >= 0 && i < this.length, () => {
        return `StoreWindows: index must be from 0 to ${this.length - 1}, got ${show(i)}`;
      });
      this.#store.read(rows[0] + i * stride, span, values.subarray(b * span * D, (b + 1) * span * D));
    }
    const read = tensor(values, [indices.length, span, D]);
    const scaled = (this.#settings.scaler?.transform(read) ?? read).data;
    const cut = (names: readonly string[], first: number, steps: number) =>
      gather(scaled, [indices.length, span, D], this.#placesOf(names), first, steps);
    return {
      x: cut(this.features, 0, lookback),
      future: future.length > 0 ? cut(future, lookback, horizon) : null,
      y: cut(targets, lookback, horizon),
    };
  }

  /** Batches one after another, as `fit` takes them; with a seed each turn through them has a new order over all windows. */
  batches({ batchSize = 32, seed }: { batchSize?: number; seed?: number } = {}): Iterable<{
    x: Tensor | Tensor[];
    y: Tensor;
  }> {
    const where = "StoreWindows.batches";
    checkCount(where, "batchSize", batchSize);
    const random = seed === undefined ? null : new Random(checkCount(where, "seed", seed, 0));
    const order = Int32Array.from({ length: this.length }, (_, i) => i);
    const cut = (first: number) => {
      const { x, future, y } = this.batch(order.subarray(first, first + batchSize));
      return { x: future === null ? x : [x, future], y };
    };
    return {
      *[Symbol.iterator]() {
        random?.shuffle(order);
        for (let first = 0; first < order.length; first += batchSize) yield cut(first);
      },
    };
  }

  #placesOf(names: readonly string[]): number[] {
    return names.map((name) => this.#store.columns.indexOf(name));
  }
}

/** [B, steps, places] out of [B, T, D]. */
function gather(
  values: ArrayLike<number>,
  [B, T, D]: readonly [number, number, number],
  places: readonly number[],
  first: number,
  steps: number,
): Tensor {
  const out = new Float32Array(B * steps * places.length);
  let at = 0;
  for (let b = 0; b < B; b++)
    for (let t = first; t < first + steps; t++) for (const d of places) out[at++] = values[(b * T + t) * D + d]!;
  return tensor(out, [B, steps, places.length]);
}

function checkFeatures(where: string, { columns, missing }: RowStore, features: readonly string[]): void {
  for (const [k, name] of features.entries()) {
    const hint = nearest(name, columns);
    check(columns.includes(name), () => {
      return `${where}: there is no column ${show(name)}; ${hint ? `did you mean ${show(hint)}?` : `known: ${columns.join(", ")}`}`;
    });
    check(
      features.indexOf(name) === k,
      () => `${where}: column ${show(name)} is named twice in targets, past and future`,
    );
    const absent = missing[columns.indexOf(name)]!;
    check(absent === 0, () => {
      return `${where}: column ${show(name)} has ${absent} missing values; make the store with fill: "forward", or fill them before`;
    });
  }
}
