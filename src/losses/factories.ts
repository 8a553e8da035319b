/** The losses that users choose from, each a factory that takes its options. */
export * from "./crossentropy.js";
export { negativeLogLikelihood } from "./likelihood.js";
export { ctc } from "./ctc.js";
export {
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanSquaredError,
  poisson,
  quantile,
} from "./regression.js";
