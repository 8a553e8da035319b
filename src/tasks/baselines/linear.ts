/** Linear least squares with a ridge penalty (Hoerl and Kennard 1970), solved in float64: the strong simple baseline of numbers. */
import { checkRange } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import { solveCholesky } from "./linear-cholesky.js";

/** Numbers in rows, one after another. */
export interface Matrix {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** ŷ = x W + b. */
export interface LinearModel {
  /** [n, k] */
  readonly weights: Float64Array;
  /** [k] */
  readonly intercept: Float64Array;
}

/**
 * Minimises ‖y − X W − b‖² + λ‖W‖²: scikit-learn's Ridge(alpha=λ). The intercept is not penalised.
 * @param X [N, n]
 * @param y [N, k]
 * @throws SluiceError where λ is 0 and the columns of X depend on each other
 */
export function fitRidge(X: Matrix, y: Matrix, lambda: number): LinearModel {
  return new RidgeSystem(X, y).solve(lambda);
}

/** ŷ [N, k]. */
export function predictLinear({ weights, intercept }: LinearModel, X: Matrix): Float64Array {
  const [n, k] = [X.columns, intercept.length];
  const out = new Float64Array(X.rows * k);
  for (let row = 0; row < X.rows; row++) {
    for (let c = 0; c < k; c++) out[row * k + c] = intercept[c]!;
    for (let j = 0; j < n; j++) {
      const value = X.data[row * n + j]!;
      for (let c = 0; c < k; c++) out[row * k + c]! += value * weights[j * k + c]!;
    }
  }
  return out;
}

/** Multiplications that the sums of products may take, some seconds of one core; of more rows, evenly spaced ones are taken. */
const BUDGET = 4e9;

/** The sums of products of X and y, from which the weights for any λ and any choice of columns follow without the data. */
export class RidgeSystem {
  readonly #columns: Int32Array;
  readonly #k: number;
  /** Means of the columns, then of y. */
  readonly #means: Float64Array;
  /** [n + k, n + k], lower half: products of the centred columns and y. */
  readonly #products: Float64Array;
  /** Rows that were summed. */
  readonly rows: number;

  /** @param columns of X that matter; default all */
  constructor(X: Matrix, y: Matrix, columns: ArrayLike<number> = Int32Array.from({ length: X.columns }, (_, j) => j)) {
    check(X.rows === y.rows && X.rows > 0, () => `ridge: X has ${X.rows} rows, y has ${y.rows}`);
    this.#columns = Int32Array.from(columns);
    this.#k = y.columns;
    const width = columns.length + y.columns;
    const step = Math.max(1, Math.ceil((X.rows * width * width) / 2 / BUDGET));
    const take = rowReader(X, y, this.#columns);
    this.#means = new Float64Array(width);
    this.#products = new Float64Array(width * width);
    this.rows = Math.ceil(X.rows / step);
    for (let row = 0; row < X.rows; row += step) {
      const values = take(row);
      for (let j = 0; j < width; j++) this.#means[j]! += values[j]! / this.rows;
    }
    for (let row = 0; row < X.rows; row += step) addProducts(this.#products, take(row), this.#means);
  }

  /**
   * @param lambda at least 0
   * @param columns of X, some of those that the system was made of, in its order; default all of them
   * @returns weights in the order of `columns`
   */
  solve(lambda: number, columns: ArrayLike<number> = this.#columns): LinearModel {
    checkRange("ridge", "lambda", lambda, 0);
    const places = Int32Array.from(columns, (column) => this.#columns.indexOf(column));
    check(!places.includes(-1), () => "ridge: solve takes columns that the system was made of");
    const [n, k, all] = [places.length, this.#k, this.#columns.length];
    const width = all + k;
    const A = new Float64Array(n * n);
    const W = new Float64Array(n * k);
    for (const [i, p] of places.entries()) {
      for (let j = 0; j <= i; j++) A[i * n + j] = this.#products[p * width + places[j]!]!;
      A[i * n + i]! += lambda;
      for (let c = 0; c < k; c++) W[i * k + c] = this.#products[(all + c) * width + p]!;
    }
    solveCholesky("ridge", A, W, n, k);
    const intercept = Float64Array.from({ length: k }, (_, c) => {
      return places.reduce((sum, p, i) => sum - W[i * k + c]! * this.#means[p]!, this.#means[all + c]!);
    });
    return { weights: W, intercept };
  }
}

/** Copies the chosen columns of a row of X, then the row of y, into one array that is used again. */
function rowReader(X: Matrix, y: Matrix, columns: Int32Array): (row: number) => Float64Array {
  const values = new Float64Array(columns.length + y.columns);
  return (row) => {
    for (let j = 0; j < columns.length; j++) values[j] = X.data[row * X.columns + columns[j]!]!;
    for (let c = 0; c < y.columns; c++) values[columns.length + c] = y.data[row * y.columns + c]!;
    return values;
  };
}

function addProducts(products: Float64Array, values: Float64Array, means: Float64Array): void {
  const width = means.length;
  for (let j = 0; j < width; j++) values[j]! -= means[j]!;
  for (let i = 0; i < width; i++) {
    const value = values[i]!;
    if (value === 0) continue;
    const row = i * width;
    for (let j = 0; j <= i; j++) products[row + j]! += value * values[j]!;
  }
}
