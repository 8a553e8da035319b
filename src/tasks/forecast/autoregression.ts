/** Linear autoregression with all horizons at once: the strong simple baseline, and where the network's linear layer begins. */
import type { CalendarCycle } from "../../data/index.js";
import { predictLinear, RidgeSystem, type LinearModel, type Matrix } from "../baselines/linear.js";
import type { SampleBatch } from "./samples.js";
import { calendarColumns } from "./values.js";

/** Penalties for one sample; the sums of squares grow with their number. */
const PENALTIES = [1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

/** A calendar cycle must lower the validation error by this share to be taken. */
const GAIN = 0.003;

export interface Autoregression {
  /** Lags that it looks at. */
  readonly order: number;
  readonly lambda: number;
  readonly cycles: readonly CalendarCycle[];
  /** Columns of the design matrix: step · D + feature, and the future ones after them. */
  readonly columns: Int32Array;
  readonly model: LinearModel;
  /** Mean squared error on the validation part, as the network's loss is measured. */
  readonly error: number;
  /** The same of foreseeing zero: with residuals, the last value. */
  readonly errorOfZero: number;
}

/** What foresees with it, small enough to be saved with the network. */
export type LinearForecaster = Pick<Autoregression, "order" | "columns" | "model">;

/** What the columns of the samples are. */
export interface Layout {
  readonly lookback: number;
  readonly horizon: number;
  /** Names of the D columns of x, in order. */
  readonly features: readonly string[];
  readonly future: readonly string[];
}

/** [B, lookback · D + horizon · F]: everything the network sees of a sample, in one row. */
export function designOf({ x, future }: SampleBatch): Matrix {
  const rows = x.shape[0]!;
  const wide = x.size / rows;
  if (future === null) return { data: x.data, rows, columns: wide };
  const more = future.size / rows;
  const data = new Float32Array(rows * (wide + more));
  for (let i = 0; i < rows; i++) {
    data.set(x.data.subarray(i * wide, (i + 1) * wide) as Float32Array, i * (wide + more));
    data.set(future.data.subarray(i * more, (i + 1) * more) as Float32Array, i * (wide + more) + wide);
  }
  return { data, rows, columns: wide + more };
}

/**
 * Fits on the training part; number of lags, penalty and calendar cycles are those with the least error on the validation part.
 * @param offered cycles that may be taken; their columns are in the samples
 * @param given cycles that are taken in any case
 */
export function fitAutoregression(
  train: SampleBatch,
  validation: SampleBatch,
  layout: Layout,
  offered: readonly CalendarCycle[],
  given: readonly CalendarCycle[],
): Autoregression {
  const lags = (order: number, cycles: readonly CalendarCycle[]) => columnsOf(layout, order, cycles);
  const all = [...offered, ...given];
  const system = new RidgeSystem(designOf(train), targetsOf(train), lags(layout.lookback, all));
  const [X, y] = [designOf(validation), targetsOf(validation)];
  const errorOfZero = meanSquare(new Float64Array(y.data.length), y.data);
  const best = (orders: readonly number[], cycles: readonly CalendarCycle[]) => {
    const candidates = orders.flatMap((order) => {
      const columns = lags(order, cycles);
      return PENALTIES.map((penalty) => {
        const model = system.solve(penalty * system.rows, columns);
        const error = meanSquare(predictAutoregression({ model, columns }, X), y.data);
        return { order, lambda: penalty * system.rows, cycles, columns, model, error, errorOfZero };
      });
    });
    return candidates.reduce((a, b) => (b.error < a.error ? b : a));
  };
  let found: Autoregression = best(ordersOf(layout.lookback), given);
  for (const cycle of offered) {
    const tried = best([found.order], [...found.cycles, cycle]);
    if (tried.error < (1 - GAIN) * found.error) found = tried;
  }
  return found;
}

/** ŷ [B, horizon · K] of rows of the design matrix. */
export function predictAutoregression(
  { model, columns }: Pick<Autoregression, "model" | "columns">,
  X: Matrix,
): Float64Array {
  const data = new Float64Array(X.rows * columns.length);
  for (let i = 0; i < X.rows; i++)
    for (let j = 0; j < columns.length; j++) data[i * columns.length + j] = X.data[i * X.columns + columns[j]!]!;
  return predictLinear(model, { data, rows: X.rows, columns: columns.length });
}

/** The last `order` steps of all features, the calendar at the last step only (it goes round by itself), and the future. */
function columnsOf(
  { lookback, horizon, features, future }: Layout,
  order: number,
  cycles: readonly CalendarCycle[],
): Int32Array {
  const D = features.length;
  const calendar = new Set(calendarColumns(["hour", "weekday", "month", "dayOfYear"]));
  const taken = new Set(calendarColumns(cycles));
  const out: number[] = [];
  for (let step = lookback - order; step < lookback; step++) {
    for (const [d, name] of features.entries()) {
      const counts = calendar.has(name) ? step === lookback - 1 && taken.has(name) : true;
      if (counts) out.push(step * D + d);
    }
  }
  for (let j = 0; j < horizon * future.length; j++) out.push(lookback * D + j);
  return Int32Array.from(out);
}

function ordersOf(lookback: number): number[] {
  const shares = [1, 2, 3, 7, Math.ceil(lookback / 4), Math.ceil(lookback / 2), lookback];
  return [...new Set(shares.filter((order) => order <= lookback))].sort((a, b) => a - b);
}

function targetsOf({ y }: SampleBatch): Matrix {
  return { data: y.data, rows: y.shape[0]!, columns: y.shape[1]! };
}

function meanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}
