/** Logits as probabilities. */

const isShares = (values: ArrayLike<number>, from: number, width: number): boolean => {
  let sum = 0;
  for (let i = from; i < from + width; i++) {
    if (!(values[i]! >= 0)) return false;
    sum += values[i]!;
  }
  return Math.abs(sum - 1) < 1e-3;
};

/**
 * softmax of each row of [rows, width], in float64: exp(x_i − max) / Σ exp(x_j − max). Rows that are probabilities already, all of
 * them, come back as they are.
 */
export function sharesOf(values: ArrayLike<number>, width: number): Float32Array {
  const shares = Float32Array.from(values);
  const rows = Math.floor(shares.length / width);
  if (Array.from({ length: rows }, (_, row) => row).every((row) => isShares(values, row * width, width))) return shares;
  for (let from = 0; from < rows * width; from += width) {
    let largest = -Infinity;
    for (let i = from; i < from + width; i++) largest = Math.max(largest, values[i]!);
    let sum = 0;
    for (let i = from; i < from + width; i++) sum += Math.exp(values[i]! - largest);
    for (let i = from; i < from + width; i++) shares[i] = Math.exp(values[i]! - largest) / sum;
  }
  return shares;
}
