import { check } from "../../util/errors.js";

/** Pivots below this share of the diagonal count as zero: the matrix is singular as far as float64 can tell. */
const TINY = 1e-13;

/**
 * A W = B for a symmetric positive definite A by Cholesky, A = L Lᵀ (Golub and Van Loan, Matrix Computations, 4.2.3), in float64.
 * @param A [n, n], of which the lower half is read and overwritten by L
 * @param B [n, k], overwritten by W
 * @throws SluiceError where A is singular
 */
export function solveCholesky(where: string, A: Float64Array, B: Float64Array, n: number, k: number): void {
  factorize(where, A, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) subtractRow(B, i, j, k, A[i * n + j]!);
    for (let c = 0; c < k; c++) B[i * k + c]! /= A[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) subtractRow(B, i, j, k, A[j * n + i]!);
    for (let c = 0; c < k; c++) B[i * k + c]! /= A[i * n + i]!;
  }
}

function factorize(where: string, A: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const whole = A[i * n + i]!;
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let p = 0; p < j; p++) sum -= A[i * n + p]! * A[j * n + p]!;
      if (i > j) A[i * n + j] = sum / A[j * n + j]!;
      else {
        check(sum > TINY * whole, () => {
          return `${where}: column ${i} is a linear combination of those before it; use a lambda above 0`;
        });
        A[i * n + i] = Math.sqrt(sum);
      }
    }
  }
}

/** B[i] -= factor · B[j]. */
function subtractRow(B: Float64Array, i: number, j: number, k: number, factor: number): void {
  for (let c = 0; c < k; c++) B[i * k + c]! -= factor * B[j * k + c]!;
}
