import { checkChoice, checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import type { InitializerLike } from "../../initializers/index.js";
import type { LayerConfig } from "../layer.js";

/** How a state is scored against an encoder output: Luong et al. 2015's dot and general, dot with a learnt factor, Bahdanau et al. 2015's. */
export const ATTENTIONS = ["general", "dot", "scaled", "additive"] as const;
export type DecoderAttention = (typeof ATTENTIONS)[number];

export interface AttentionDecoderConfig extends LayerConfig {
  /** V: tokens are 1 to V − 1; 0 is padding. */
  vocabularySize: number;
  /** E, the size of the vector that stands for a token. */
  embeddingSize: number;
  /** H, of each GRU and of the readout. */
  units: number;
  /** GRUs on top of each other. Default 1. */
  depth?: number;
  /**
   * "general" h·W·s, "dot" h·s, "scaled" the same times a weight (both need encoder outputs of `units` features), "additive"
   * v·tanh(W h + U s). Default "general".
   */
  attention?: DecoderAttention;
  /**
   * Whether a step first looks at the encoder outputs and then computes its state of what it saw (Bahdanau), which runs step by
   * step, instead of looking with the new state (Luong), when training runs all steps as one operation. Default false.
   */
  attendFirst?: boolean;
  /** Share of the embeddings and of the readout that is dropped in training. Default 0. */
  dropout?: number;
  /** Scheduled sampling: how often, at last, a step of training is fed what the model itself would have said. Default 0. */
  samplingProbability?: number;
  /** Batches of training over which that probability rises from 0, in a line. Default 1000. */
  samplingSteps?: number;
  /** Default uniform in ±0.05. */
  embeddingsInitializer?: InitializerLike;
  /** Also give the attention weights [B, T, S], as a second output. Default false. */
  returnAttentionScores?: boolean;
  /** Seed of dropout; left out, it follows the model's generator. */
  seed?: number | null;
}

export const decoderDefaults = {
  vocabularySize: undefined,
  embeddingSize: undefined,
  units: undefined,
  depth: 1,
  attention: "general",
  attendFirst: false,
  dropout: 0,
  samplingProbability: 0,
  samplingSteps: 1000,
  embeddingsInitializer: "randomUniform",
  returnAttentionScores: false,
  seed: null,
};

export function checkDecoder(label: string, config: AttentionDecoderConfig): void {
  for (const name of ["vocabularySize", "embeddingSize", "units", "depth", "samplingSteps"] as const) {
    checkCount(label, name, config[name]);
  }
  checkChoice(label, "attention", config.attention, ATTENTIONS);
  checkRange(label, "dropout", config.dropout, 0, 1);
  checkRange(label, "samplingProbability", config.samplingProbability, 0, 1);
  for (const name of ["attendFirst", "returnAttentionScores"] as const) {
    check(
      typeof config[name] === "boolean",
      () => `${label}: ${name} must be true or false, got ${show(config[name])}`,
    );
  }
}
