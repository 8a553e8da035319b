/**
 * Multinomial naive Bayes on which words a text has, each counted once (binarised: Jurafsky & Martin, Speech and Language Processing,
 * 3rd ed., section 4.4), with add-one smoothing.
 */

/**
 * @param {ArrayLike<number>[]} texts word numbers; 0 and 1, for no word and an unknown one, do not count
 * @param {ArrayLike<number>} labels 0 or 1 @param {number} words how many numbers there are
 * @returns {(text: ArrayLike<number>) => number} the class
 */
export function naiveBayes(texts, labels, words) {
  const different = wordsIn(texts.flatMap((text) => Array.from(text))).length;
  const classes = [0, 1].map((label) => {
    const own = texts.filter((_, i) => labels[i] === label);
    const counts = new Float64Array(words);
    for (const text of own) for (const word of wordsIn(text)) counts[word]++;
    const total = counts.reduce((a, b) => a + b) + different;
    return { prior: Math.log(own.length / texts.length), scores: counts.map((count) => Math.log((count + 1) / total)) };
  });
  return (text) => {
    const found = wordsIn(text);
    const [zero, one] = classes.map(({ prior, scores }) => found.reduce((sum, word) => sum + scores[word], prior));
    return one > zero ? 1 : 0;
  };
}

/** @param {ArrayLike<number>} text */
const wordsIn = (text) => [...new Set(Array.from(text))].filter((word) => word > 1);
