/** What the rows are judged by. Outputs of classifiers are logits: one for two classes, else one for each. */

/** @param {ArrayLike<number>} truth @param {ArrayLike<number>} forecast */
export function rmse(truth, forecast) {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (truth[i] - forecast[i]) ** 2;
  return Math.sqrt(sum / truth.length);
}

/** @param {ArrayLike<number>} truth @param {ArrayLike<number>} forecast */
export function mae(truth, forecast) {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += Math.abs(truth[i] - forecast[i]);
  return sum / truth.length;
}

/** @param {ArrayLike<number>} logits @param {number} rows @returns {number[]} */
export function classesOf(logits, rows) {
  const classes = logits.length / rows;
  return Array.from({ length: rows }, (_, i) => {
    if (classes === 1) return logits[i] > 0 ? 1 : 0;
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[i * classes + c] > logits[i * classes + best]) best = c;
    return best;
  });
}

/** @param {ArrayLike<number>} labels @param {ArrayLike<number>} predicted */
export function accuracy(labels, predicted) {
  let right = 0;
  for (let i = 0; i < labels.length; i++) right += labels[i] === predicted[i] ? 1 : 0;
  return right / labels.length;
}

/** F1 of class 1; 0 where it is never predicted. @param {ArrayLike<number>} labels @param {ArrayLike<number>} predicted */
export function f1(labels, predicted) {
  let [both, either] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    both += labels[i] === 1 && predicted[i] === 1 ? 1 : 0;
    either += (labels[i] === 1 ? 1 : 0) + (predicted[i] === 1 ? 1 : 0);
  }
  return either === 0 ? 0 : (2 * both) / either;
}
