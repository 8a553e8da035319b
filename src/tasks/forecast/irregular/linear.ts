/** The strong simple baseline: ridge regression on the last steps, filled forward, and on the time since each variable was observed. */
import { timeSinceObserved } from "../../../data/index.js";
import { predictLinear, RidgeSystem, type LinearModel, type Matrix } from "../../baselines/linear.js";
import { filledForward, type IrregularSamples } from "./samples.js";

/** Steps that it looks at, at most. */
const ORDER = 24;
/** Penalties for one sample. */
const PENALTIES = [1e-4, 1e-2, 0.1, 1];

export interface FilledLinear {
  /** [n, horizon · K]; a column of zeros where a target was never observed. */
  readonly weights: Float64Array;
  readonly intercept: Float64Array;
}

/** One output is fitted at a time, on the samples that have a truth for it; the penalty is the best on the validation part. */
export function fitFilled(train: IrregularSamples, validation: IrregularSamples): FilledLinear {
  const [X, V] = [designOf(train), designOf(validation)];
  const models = Array.from({ length: train.width }, (_, j): LinearModel => {
    const [known, checked] = [rowsOf(train, j), rowsOf(validation, j)];
    if (known.length === 0) return { weights: new Float64Array(X.columns), intercept: new Float64Array(1) };
    const system = new RidgeSystem(chosen(X, known), targetOf(train, known, j));
    const candidates = PENALTIES.map((penalty) => system.solve(penalty * system.rows));
    const truth = targetOf(validation, checked, j).data;
    const errors = candidates.map((model) => {
      return predictLinear(model, chosen(V, checked)).reduce((sum, y, i) => sum + (y - truth[i]!) ** 2, 0);
    });
    return candidates[errors.indexOf(Math.min(...errors))]!;
  });
  const weights = Float64Array.from({ length: X.columns * train.width }, (_, i) => {
    return models[i % train.width]!.weights[Math.floor(i / train.width)]!;
  });
  return { weights, intercept: Float64Array.from(models, ({ intercept }) => intercept[0]!) };
}

/** ŷ [N, horizon · K], as the network gives it. */
export function predictFilled(model: FilledLinear, samples: IrregularSamples): Float64Array {
  return predictLinear(model, designOf(samples));
}

/** By sample the last steps filled forward, and the logarithm of the time since each variable was observed. */
function designOf(samples: IrregularSamples): Matrix {
  const { lookback, variables } = samples.sizes;
  const D = variables.length;
  const order = Math.min(ORDER, lookback);
  const steps = Float64Array.from({ length: lookback + 1 }, (_, t) => t);
  const columns = (order + 1) * D;
  const data = new Float32Array(samples.count * columns);
  for (let i = 0; i < samples.count; i++) {
    const window = samples.window(i);
    data.set(filledForward(window, D).subarray((lookback - order) * D), i * columns);
    const since = timeSinceObserved(steps, [...window, ...new Float64Array(D)]).subarray(lookback * D);
    data.set(since.map(Math.log1p), i * columns + order * D);
  }
  return { data, rows: samples.count, columns };
}

function rowsOf(samples: IrregularSamples, j: number): Int32Array {
  const all = Int32Array.from({ length: samples.count }, (_, i) => i);
  return all.filter((i) => !Number.isNaN(samples.truth(i)[j]!));
}

function chosen({ data, columns }: Matrix, rows: Int32Array): Matrix {
  const out = new Float32Array(rows.length * columns);
  for (const [i, row] of rows.entries())
    for (let c = 0; c < columns; c++) out[i * columns + c] = data[row * columns + c]!;
  return { data: out, rows: rows.length, columns };
}

function targetOf(samples: IrregularSamples, rows: Int32Array, j: number): Matrix {
  return { data: Float64Array.from(rows, (i) => samples.target(i)[j]!), rows: rows.length, columns: 1 };
}
