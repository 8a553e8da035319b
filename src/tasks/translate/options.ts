import { z } from "zod";
import { count, networkOptions, readingOptions, runOptions, splitOptions } from "../common-options.js";
import { BLEU_TOKENIZERS } from "../scores/bleu-tokens.js";
import { LEVELS } from "./codec.js";

const {
  cell: _cell,
  units: _units,
  ...network
} = networkOptions({
  units: [256],
  bidirectional: true,
  dropout: 0.3,
  epochs: 20,
  batchSize: 64,
  learningRate: 2e-3,
  weightDecay: 0,
  clipNorm: 1,
  patience: 3,
});

const column = (side: string) => z.string().min(1).describe(`Column of the ${side}: its name, or its number.`);
const level = () => z.enum(LEVELS).default("word");

/** What the options of the search say in the help. */
const SEARCH = {
  beamWidth: "Translations that the search follows at once; 1: the likeliest next token.",
  lengthPenalty: "Larger ones favour longer translations; 0 for none.",
  coveragePenalty: "Larger ones favour translations that look at the whole source; 0 for none.",
};
const penalty = () => z.number().min(0);

/** How translations are searched for; they may be given anew when a model predicts or is measured. */
export const searchOptions = z.strictObject({
  beamWidth: count().optional().describe(SEARCH.beamWidth),
  lengthPenalty: penalty().optional().describe(SEARCH.lengthPenalty),
  coveragePenalty: penalty().optional().describe(SEARCH.coveragePenalty),
});

export interface Search {
  readonly beamWidth: number;
  readonly lengthPenalty: number;
  readonly coveragePenalty: number;
}

/** One sequence of tokens into another: a GRU encoder, a GRU decoder, attention between them. */
export const translateOptions = z.strictObject({
  source: column("sentences that are translated"),
  target: column("translations"),
  sourceLevel: level().describe(
    "Tokens of the source: words and Chinese characters, any characters, or what spaces part.",
  ),
  targetLevel: level().describe(
    "Tokens of the target: words and Chinese characters, any characters, or what spaces part.",
  ),
  lower: z.boolean().default(true).describe("The source in lower case; the target keeps its case."),
  minCount: count().default(2).describe("A token of the training part that came less often counts as unknown."),
  maxTokens: z.int().min(5).default(20_000).describe("Different tokens of each side, at most; the most frequent ones."),
  maxSourceLength: count().default(80).describe("Training pairs whose source has more tokens are left out."),
  maxTargetLength: count().default(80).describe("Training pairs whose target has more tokens are left out."),
  embedding: count().default(128).describe("Numbers that stand for a token."),
  units: count().default(256).describe("Units of each GRU."),
  depth: count().default(1).describe("GRUs on top of each other, in the encoder and in the decoder."),
  attention: z
    .enum(["general", "dot", "scaled", "additive"])
    .default("general")
    .describe("How a state is scored against the source: Luong's general, dot, dot scaled, or Bahdanau's additive."),
  attendFirst: z
    .boolean()
    .default(false)
    .describe("Look at the source before each step, as Bahdanau, instead of after it; trains more slowly."),
  sampling: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("Share of the target that training at last takes from the network itself (scheduled sampling)."),
  samplingSteps: count().default(2000).describe("Steps of training over which that share rises from 0."),
  ...network,
  decay: z.enum(["cosine", "none"]).default("cosine").describe("How the learning rate falls over the epochs."),
  beamWidth: count().default(5).describe(SEARCH.beamWidth),
  lengthPenalty: penalty().default(0.6).describe(SEARCH.lengthPenalty),
  coveragePenalty: penalty().default(0).describe(SEARCH.coveragePenalty),
  bleuTokens: z
    .enum(["auto", ...BLEU_TOKENIZERS])
    .default("auto")
    .describe("sacreBLEU's tokens for BLEU; auto: zh where the target has Chinese characters, else 13a."),
  ...readingOptions(),
  ...splitOptions({ validation: 0.05, test: 0.1 }),
  ...runOptions(),
});

export type TranslateOptions = z.output<typeof translateOptions>;
