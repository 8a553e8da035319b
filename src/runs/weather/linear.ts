/** Linear autoregression: the change as a weighted sum of the last T days' features, by ridge least squares. */
import type { Examples } from "./examples.js";

export interface LinearModel {
  /** Days of the window that it looks at. */
  T: number;
  /** Ridge: what is added to the diagonal of XᵀX. */
  lambda: number;
  /** T·D weights and, last, the constant. */
  weights: Float64Array;
}

/** Solves (XᵀX + λI) w = Xᵀy; the constant is not penalised. */
export function fitLinear(examples: Examples, T: number, lambda: number): LinearModel {
  const rows = rowsOf(examples, T);
  const n = rows[0]!.length;
  const A = Array.from({ length: n }, () => new Float64Array(n));
  const b = new Float64Array(n);
  for (const [i, row] of rows.entries()) {
    const y = examples.y.data[i]!;
    for (let p = 0; p < n; p++) {
      b[p]! += row[p]! * y;
      for (let q = 0; q <= p; q++) A[p]![q]! += row[p]! * row[q]!;
    }
  }
  for (let p = 0; p < n - 1; p++) A[p]![p]! += lambda;
  return { T, lambda, weights: solve(A, b) };
}

export function predictLinear({ T, weights }: LinearModel, examples: Examples): Float64Array {
  return Float64Array.from(rowsOf(examples, T), (row) => row.reduce((sum, value, j) => sum + value * weights[j]!, 0));
}

/** The features of the last T days of each window, and a 1 for the constant. */
function rowsOf({ x, count }: Examples, T: number): Float64Array[] {
  const size = x.size / count;
  const used = T * x.shape[2]!;
  return Array.from({ length: count }, (_, i) => {
    const row = new Float64Array(used + 1).fill(1);
    row.set(x.data.subarray((i + 1) * size - used, (i + 1) * size));
    return row;
  });
}

/** A w = b for a symmetric positive definite A, of which the lower half is given and overwritten: Cholesky, A = L Lᵀ. */
export function solve(A: Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i]![j]!;
      for (let k = 0; k < j; k++) sum -= A[i]![k]! * A[j]![k]!;
      A[i]![j] = i === j ? Math.sqrt(sum) : sum / A[j]![j]!;
    }
  }
  const w = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) w[i]! -= A[i]![k]! * w[k]!;
    w[i]! /= A[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) w[i]! -= A[k]![i]! * w[k]!;
    w[i]! /= A[i]![i]!;
  }
  return w;
}
