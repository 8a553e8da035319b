import { z } from "zod";
import { count, networkOptions, readingOptions, runOptions, splitOptions } from "../common-options.js";

const share = (most: number) => z.number().min(0).max(most);

/** Recordings to texts: log-mel frames, recurrent layers that read both ways, CTC. Defaults by the validation part of spoken digits. */
export const transcribeOptions = z.strictObject({
  audio: z
    .string()
    .min(1)
    .default("audio")
    .describe("Column with the paths of the clips, from the table's own folder."),
  text: z.string().min(1).default("text").describe("Column with what is said in them."),
  level: z
    .enum(["char", "word"])
    .default("char")
    .describe("What is written: characters, or whole words of the training part."),
  lower: z.boolean().default(true).describe("Texts in lower case."),
  punctuation: z
    .boolean()
    .default(false)
    .describe("Learn punctuation too; else only letters, digits and apostrophes within words are kept."),
  mels: z.int().min(4).default(40).describe("Mel bands of the sound's spectrum."),
  range: z
    .number()
    .gt(0)
    .default(40)
    .describe("Loudness in dB below the loudest of a clip at which it counts as quiet."),
  stack: count().max(10).default(3).describe("Frames of 10 ms that make a step of the network."),
  tempo: share(0.5).default(0.1).describe("Training clips are slowed or hastened by up to this share; 0 for none."),
  warp: share(0.5)
    .default(0.1)
    .describe("The frequencies of training clips are stretched by up to this share, as by other voices; 0 for none."),
  noise: share(10)
    .default(0.2)
    .describe("Deviation of the noise that is added to features of deviation 1; 0 for none."),
  timeMasks: z
    .int()
    .min(0)
    .default(1)
    .describe("Stretches of up to 0.1 s that are hidden in a training clip (SpecAugment)."),
  bandMasks: z
    .int()
    .min(0)
    .default(1)
    .describe("Runs of up to a fifth of the bands that are hidden in a training clip."),
  beams: count().default(8).describe("Texts that decoding follows at once; 1: the likeliest symbol of each step."),
  languageWeight: z
    .number()
    .min(0)
    .default(0)
    .describe("How much an n-gram model of the training texts counts in decoding; 0 for none."),
  labelBonus: z.number().default(0).describe("Added in decoding for each symbol of a text, against short texts."),
  ngram: count().max(8).default(4).describe("Order of that n-gram model."),
  ...networkOptions({
    units: [64, 64],
    bidirectional: true,
    dropout: 0.3,
    epochs: 40,
    batchSize: 8,
    learningRate: 3e-3,
    weightDecay: 0,
    clipNorm: 1,
    patience: 8,
  }),
  learningRate: z.number().gt(0).default(3e-3).describe("First step size of Adam; it falls to 0 by the last epoch."),
  ...readingOptions(),
  ...splitOptions({ validation: 0.1, test: 0.1 }),
  validationData: z.string().optional().describe("Clips that decide when to stop, instead of a share of the data."),
  ...runOptions(),
});

export type TranscribeOptions = z.output<typeof transcribeOptions>;
