/**
 * What a metric is: a number gathered over batches, from the elements of labels and predictions as they lie in memory. The
 * last axis of a prediction is a row; each row, a sample or a time step, has one weight.
 */
import type { Loss } from "../losses/index.js";
import { currentScope, withScope } from "../ops/scope.js";
import type { TensorData } from "../tensor/dtype.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";
import { withDefaults, type Named } from "../util/named.js";

export interface Metric extends Named {
  /** Its key in the history. */
  name: string;
  /** Forgets all batches. */
  reset(): void;
  /**
   * Takes in a batch.
   * @param weights one for each row or for each sample; 0 leaves a row out (masked steps). Left out: all 1
   */
  update(yTrue: Tensor, yPred: Tensor, weights?: TensorData | null): void;
  /** The value over all batches since the last reset; NaN when there were none. */
  result(): number;
  /** What was gathered, as numbers that a file can hold, so that a resumed epoch goes on with them. */
  state?(): number[];
  /** Goes on from what `state` gave. */
  restore?(state: readonly number[]): void;
  /** Another one with the same options and no batches, so that validation does not disturb what training gathers. */
  fresh?(): Metric;
}

/** A batch as rows. */
export interface Rows {
  t: TensorData;
  p: TensorData;
  rows: number;
  /** Elements of a row of p. */
  n: number;
  /** Elements of a row of t: n, or 1 for class indices. */
  m: number;
  weight(row: number): number;
}

export interface MetricParts {
  reset(): void;
  update(batch: Rows, yTrue: Tensor, yPred: Tensor): void;
  result(): number;
  state(): number[];
  restore(state: readonly number[]): void;
}

/** Makes the factory of a metric from its name, the defaults of its options, and its parts. */
export function defineMetric<C extends object>(
  className: string,
  defaults: C,
  make: (config: C, where: string) => MetricParts,
) {
  const factory = (options: Partial<C> & { name?: string } = {}): Metric => {
    const where = `metric ${className}`;
    const { name, ...config } = withDefaults(
      where,
      { name: className, ...defaults },
      options as Partial<C & { name: string }>,
    );
    const parts = make(config as unknown as C, where);
    parts.reset();
    return {
      ...parts,
      name,
      className,
      config,
      update: (yTrue, yPred, weights) => parts.update(rowsOf(where, yTrue, yPred, weights ?? null), yTrue, yPred),
      fresh: () => factory(options),
    };
  };
  return factory;
}

function rowsOf(where: string, yTrue: Tensor, yPred: Tensor, weights: TensorData | null): Rows {
  const [t, p] = [yTrue.data, yPred.data];
  const n = yPred.shape.at(-1) || 1;
  const rows = p.length / n;
  const m = rows && t.length / rows;
  check(rows === 0 || m === 1 || m === n, () => {
    return `${where}: labels ${showShape(yTrue.shape)} do not fit predictions ${showShape(yPred.shape)}`;
  });
  if (!weights) return { t, p, rows, n, m, weight: () => 1 };
  const per = rows / weights.length;
  check(rows === 0 || Number.isInteger(per), () => `${where}: expected ${rows} weights, got ${weights.length}`);
  return { t, p, rows, n, m, weight: (row) => weights[per === 1 ? row : Math.floor(row / per)]! };
}

/** The value of one row: labels from ti on (m elements), predictions from pi on (n elements). */
export type RowValue = (t: TensorData, ti: number, m: number, p: TensorData, pi: number, n: number) => number;

/** A weighted mean over rows, Σ w·value / Σ w. */
export function meanOfRows(value: RowValue, finish = (mean: number) => mean): MetricParts {
  let [sum, weights] = [0, 0];
  return {
    reset() {
      [sum, weights] = [0, 0];
    },
    update({ t, p, rows, n, m, weight }) {
      for (let r = 0; r < rows; r++) {
        const w = weight(r);
        if (w === 0) continue;
        sum += w * value(t, r * m, m, p, r * n, n);
        weights += w;
      }
    },
    result: () => finish(sum / weights),
    state: () => [sum, weights],
    restore(state) {
      [sum, weights] = state as [number, number];
    },
  };
}

/** The weighted mean of a loss; `finish` is applied to the mean. */
export function meanOfLoss(loss: Loss, finish?: (mean: number) => number): MetricParts {
  const parts = meanOfRows((values, i) => values[i]!, finish);
  return {
    ...parts,
    update(batch, yTrue, yPred) {
      const take = () => parts.update({ ...batch, t: loss.call(yTrue, yPred).data, m: 1 }, yTrue, yPred);
      const scope = currentScope();
      if (scope) withScope(scope.kernels, false, take);
      else take();
    },
  };
}
