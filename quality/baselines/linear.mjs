/** Least squares and ridge regression by the normal equations, in double precision. */

/**
 * Weights W [D + 1][K] that minimise Σ |y − (x, 1) W|² + λ |W|², the intercept, which comes last, not counted in the penalty.
 * @param {ArrayLike<number>[]} x rows of D features @param {ArrayLike<number>[]} y rows of K targets @param {number} lambda
 * @returns {Float64Array[]}
 */
export function fitLinear(x, y, lambda = 0) {
  const [D, K] = [x[0].length, y[0].length];
  const n = D + 1;
  const gram = Array.from({ length: n }, () => new Float64Array(n));
  const right = Array.from({ length: n }, () => new Float64Array(K));
  const row = new Float64Array(n).fill(1);
  for (let r = 0; r < x.length; r++) {
    row.set(x[r]);
    for (let i = 0; i < n; i++) {
      const value = row[i];
      if (value === 0) continue;
      for (let j = 0; j <= i; j++) gram[i][j] += value * row[j];
      for (let k = 0; k < K; k++) right[i][k] += value * y[r][k];
    }
  }
  for (let i = 0; i < D; i++) gram[i][i] += lambda;
  return solve(gram, right);
}

/** @param {Float64Array[]} weights @param {ArrayLike<number>} x @returns {number[]} */
export function applyLinear(weights, x) {
  const last = weights[weights.length - 1];
  return Array.from(last, (intercept, k) => {
    let sum = intercept;
    for (let i = 0; i < x.length; i++) sum += weights[i][k] * x[i];
    return sum;
  });
}

/** Cholesky. @param {Float64Array[]} a symmetric, its lower half is overwritten @param {Float64Array[]} b overwritten */
function solve(a, b) {
  const n = a.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i][j];
      for (let k = 0; k < j; k++) sum -= a[i][k] * a[j][k];
      if (i === j && !(sum > 0)) throw new Error(`fitLinear: feature ${i} depends on those before it`);
      a[i][j] = i === j ? Math.sqrt(sum) : sum / a[j][j];
    }
  }
  for (let c = 0; c < b[0].length; c++) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) b[i][c] -= a[i][k] * b[k][c];
      b[i][c] /= a[i][i];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) b[i][c] -= a[k][i] * b[k][c];
      b[i][c] /= a[i][i];
    }
  }
  return b;
}
