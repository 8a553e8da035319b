/** How well the characters before predict the next one, by counting. */

/** Nats a character when each has its frequency in the training part. @param {Int32Array} train @param {Int32Array} test */
export function unigrams(train, test) {
  const counts = new Float64Array(256);
  for (const c of train) counts[c]++;
  let sum = 0;
  for (const c of test) sum -= Math.log(counts[c] / train.length);
  return sum / test.length;
}

const V = 65;
/** Added to every count. */
const ADDED = 0.1;

/** Nats a character when its distribution follows from the two before. @param {Int32Array} train @param {Int32Array} test */
export function trigrams(train, test) {
  const counts = new Float64Array(V ** 3);
  const pairs = new Float64Array(V ** 2);
  for (let i = 2; i < train.length; i++) {
    const pair = train[i - 2] * V + train[i - 1];
    counts[pair * V + train[i]]++;
    pairs[pair]++;
  }
  let sum = 0;
  for (let i = 2; i < test.length; i++) {
    const pair = test[i - 2] * V + test[i - 1];
    sum -= Math.log((counts[pair * V + test[i]] + ADDED) / (pairs[pair] + ADDED * V));
  }
  return sum / (test.length - 2);
}
