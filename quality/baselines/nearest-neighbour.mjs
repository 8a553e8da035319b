/** The label of the nearest training row by Euclidean distance; the first of several at one distance. */

/**
 * @param {ArrayLike<number>[]} known @param {ArrayLike<number>} labels of these @param {ArrayLike<number>[]} rows
 * @returns {number[]}
 */
export function nearestNeighbour(known, labels, rows) {
  return rows.map((row) => {
    let [best, least] = [0, Infinity];
    known.forEach((other, i) => {
      let sum = 0;
      for (let j = 0; j < row.length && sum < least; j++) sum += (row[j] - other[j]) ** 2;
      if (sum < least) [best, least] = [i, sum];
    });
    return labels[best];
  });
}
