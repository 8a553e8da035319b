/** Options of the tasks that read texts, sequences and recordings. */
import { z } from "zod";
import { count } from "./common-options.js";

export const LEVELS = ["auto", "word", "char"] as const;

/** How texts become sequences of vectors. */
export function textOptions() {
  return {
    level: z.enum(LEVELS).default("auto").describe("Texts by word or by character; auto: Chinese by character."),
    lower: z.boolean().default(true).describe("Texts in lower case."),
    numWords: z
      .int()
      .min(3)
      .default(10_000)
      .describe("Words or characters that are told apart, the most frequent ones."),
    minCount: count().default(2).describe("A word of the training part that came less often counts as unknown."),
    embedding: count().default(128).describe("Numbers that stand for a word."),
    embeddingDropout: z.number().min(0).lt(1).default(0.5).describe("Share of these numbers left out in training."),
  };
}

/** How long sequences are read, and how fine a sound's spectrum is. */
export function sequenceOptions() {
  return {
    mels: z.int().min(4).default(40).describe("Mel bands of the sound's spectrum."),
    maxLength: count().optional().describe("Steps of a sequence, at most; default by the training part's lengths."),
    keep: z.enum(["start", "end"]).default("end").describe("Which part of a longer sequence is kept."),
  };
}
