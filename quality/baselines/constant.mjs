/**
 * The largest share of any class in the test part: no answer that is always the same can be right more often. (The most frequent
 * class of the training part may be another, and never does better.)
 * @param {ArrayLike<number>} labels of the test part @returns {number}
 */
export function bestConstant(labels) {
  const counts = new Map();
  for (const label of Array.from(labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / labels.length;
}
