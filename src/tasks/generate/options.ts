import { z } from "zod";
import { count, networkOptions, readingOptions, runOptions, splitOptions } from "../common-options.js";

const { bidirectional: _, ...network } = networkOptions({
  units: [256],
  bidirectional: false, // the way back would see the piece that is to be predicted
  dropout: 0,
  epochs: 10,
  batchSize: 32,
  learningRate: 2e-3,
  weightDecay: 0,
  clipNorm: 1,
  patience: 2,
});

/** Text that goes on: the network reads characters or words and predicts the next one. */
export const generateOptions = z.strictObject({
  level: z.enum(["char", "word"]).default("char").describe("What is predicted: characters or words."),
  embedding: count().default(64).describe("Size of the vector that stands for a character or word."),
  sequenceLength: count()
    .optional()
    .describe("Steps that training goes back in time; default 100 characters, 35 words."),
  tbptt: z
    .boolean()
    .default(false)
    .describe("Carry the state from one piece of the text to the next; else each begins anew, somewhere in the text."),
  stepsPerEpoch: count().optional().describe("Batches in an epoch; default one pass over the text, 50 to 500."),
  minCount: count()
    .optional()
    .describe("Rarer characters or words count as unknown; default 1 for characters, 2 for words."),
  maxWords: count().min(2).default(10_000).describe("Size of the vocabulary of words: the most frequent ones."),
  lower: z.boolean().default(false).describe("Turn the text into lower case first."),
  encoding: readingOptions().encoding,
  ngram: count().max(8).default(5).describe("Order of the n-gram model that the network is measured against."),
  ...network,
  ...splitOptions({ validation: 0.05, test: 0.05 }),
  test: z
    .number()
    .min(0)
    .lt(1)
    .default(0.05)
    .describe("Share at the end of the text that the result is measured on; 0: on the validation part."),
  ...runOptions(),
});

export type GenerateOptions = z.output<typeof generateOptions>;

/** How a text is sampled from a trained model. */
export const samplingOptions = z.strictObject({
  prompt: z.string().default("").describe("The text that is continued."),
  length: count().default(500).describe("Characters or words to write, at most."),
  temperature: z.number().min(0).max(100).default(0.8).describe("Below 1 safer, above 1 wilder, 0 the likeliest only."),
  topK: count().optional().describe("Choose among this many of the likeliest only."),
  topP: z.number().gt(0).max(1).default(1).describe("Choose among the likeliest that hold this probability together."),
  seed: z.int().min(0).optional().describe("The same seed writes the same text; default another one each time."),
  stop: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .optional()
    .describe("End before this text."),
  unknown: z
    .enum(["error", "skip"])
    .default("error")
    .describe("What becomes of characters of the prompt that the model does not know."),
});

export type SamplingOptions = z.input<typeof samplingOptions>;
