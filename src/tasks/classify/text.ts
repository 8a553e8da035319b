import { input, layers, tensor, type Tensor } from "sluice";
import { check } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import type { Fitted, Modality, TrainingPart } from "./encoder.js";
import type { ClassifyOptions } from "./options.js";
import { naiveBayes, naiveBayesRival } from "./text-bayes.js";
import { fitTokenizer, levelOf, TextEncoder } from "./text-encoder.js";
import { readTexts } from "./text-reader.js";
import type { Truth } from "./scores.js";

/** Longest texts that are read whole by default: work grows with it, and what decides is mostly said in fewer words. */
const LONGEST = 200;

export const text: Modality<string> = {
  kind: "text",
  of: "texts",
  // Validation parts of film reviews (sentences and whole ones) and of Chinese take-away reviews.
  defaults: {
    units: [32],
    pooling: "max",
    dropout: 0.5,
    epochs: 30,
    learningRate: 0.001,
    patience: 4,
  },
  mostInBatch: 64,
  read: (where, source, options, labelled) =>
    readTexts(where, source, { text: options.text!, label: options.label }, labelled, readingOf(options)),
  isEmpty: (item) => item.trim() === "",
  fit: fitText,
  revive: (saved) => TextEncoder.revive(saved),
  rivalOf: (saved, _, labels) => naiveBayesRival(saved, labels),
};

function fitText(part: TrainingPart<string>, options: ClassifyOptions): Fitted<string> {
  const { items } = part;
  const level = options.level === "auto" ? levelOf(items) : options.level;
  const fitted = fitTokenizer(items, { ...options, level });
  check(fitted.wordIndex.size > 1, () => `classify: no word comes ${options.minCount} times in the training part`);
  const lengths = fitted.textsToSequences(items).map((sequence) => sequence.length);
  const sorted = lengths.slice().sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const maxLength = options.maxLength ?? Math.max(1, Math.min(at(0.95), LONGEST));
  const columns = { text: options.text!, label: options.label };
  const encoder = new TextEncoder(fitted, { columns, maxLength, keep: options.keep });
  const tokens = input({ shape: [null], dtype: "int32" });
  const table = layers.embedding({
    inputDim: encoder.size,
    outputDim: options.embedding,
    maskZero: true,
    name: "words",
  });
  const words = table.apply(tokens);
  const noise = options.embeddingDropout;
  return {
    encoder,
    settings: { level, maxLength, numWords: encoder.size },
    facts: [
      [
        level === "char" ? "characters of a text" : "words of a text",
        `${at(0.5)} (median), ${at(1)} (most); ${maxLength} are read`,
      ],
      ["vocabulary", `${encoder.size - 2} ${level === "char" ? "characters" : "words"}, padding and the unknown one`],
    ],
    warnings: [],
    input: tokens,
    steps: noise > 0 ? layers.dropout({ rate: noise, noiseShape: [null, null, 1] }).apply(words) : words,
    initial: { words: (random) => withLogRatios(random, encoder.sequences(items), part) },
    rivals: () => naiveBayes(part, level, options.lower),
  };
}

/**
 * Writes into the first coordinates of each word's vector how much more often it comes in one class than in the others,
 * ln(((n(w, c) + 1) / Σ) / ((n(w, not c) + 1) / Σ)): what naive Bayes knows (Wang and Manning 2012, section 2.1), so that training
 * begins where that model ends. One coordinate for each class, with two classes one.
 */
export function withLogRatios(
  random: Tensor,
  sequences: readonly (readonly number[])[],
  { labels, truth }: Pick<TrainingPart<string>, "labels" | "truth">,
): Tensor {
  const [V, E] = random.shape as [number, number];
  const classes = labels.units === 1 ? [1] : labels.classes.map((_, k) => k);
  if (2 * classes.length > E) return random;
  const out = Float32Array.from(random.data);
  for (const [j, k] of classes.entries()) {
    const ratios = logRatios(sequences, truth, k, V);
    // The padding and the unknown word say nothing.
    for (let w = 0; w < V; w++) out[w * E + j] = w < 2 ? 0 : ratios[w]!;
  }
  return tensor(out, [V, E]);
}

function logRatios(sequences: readonly (readonly number[])[], truth: Truth, k: number, V: number): Float64Array {
  const [own, others] = [new Float64Array(V).fill(1), new Float64Array(V).fill(1)];
  for (const [i, sequence] of sequences.entries()) {
    const counts = truth[i]!.includes(k) ? own : others;
    for (const w of new Set(sequence)) counts[w]!++;
  }
  const sum = (counts: Float64Array) => counts.reduce((a, b) => a + b, 0);
  const shift = Math.log(sum(own) / sum(others));
  return own.map((n, w) => Math.log(n / others[w]!) - shift);
}
