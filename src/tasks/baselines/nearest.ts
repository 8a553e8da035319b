/**
 * For each row the number of the nearest known row by the Euclidean distance; of equally near ones the first.
 * @param known [N][D]
 * @param rows [M][D]
 */
export function nearestRows(known: readonly ArrayLike<number>[], rows: readonly ArrayLike<number>[]): Int32Array {
  return Int32Array.from(rows, (row) => {
    let [best, least] = [-1, Infinity];
    for (const [i, other] of known.entries()) {
      let sum = 0;
      for (let j = 0; j < row.length && sum < least; j++) sum += (row[j]! - other[j]!) ** 2;
      if (sum < least) [best, least] = [i, sum];
    }
    return best;
  });
}
