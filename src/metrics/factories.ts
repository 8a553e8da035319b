/** The metrics that users choose from, each a factory that takes its options. */
export {
  accuracy, binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy, sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from "./accuracy.js"; // prettier-ignore
export { auc } from "./auc.js";
export { f1, precision, recall } from "./confusion.js";
export {
  meanAbsolutePercentageError,
  perplexity,
  rootMeanSquaredError,
  symmetricMeanAbsolutePercentageError,
} from "./errors.js";
