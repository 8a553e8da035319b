import { optimizers, schedules, seq2seq, type Model } from "sluice";
import type { TranslateOptions } from "./options.js";

/** Vectors of PyTorch's size: with Keras's, uniform in ±0.05, the first thousand steps go into making them larger. */
const EMBEDDING = { className: "randomNormal", config: { stddev: 1 } };
/** Of the first rate, at the end of a cosine. */
const LAST_RATE = 0.01;

/** @param steps of an epoch */
export function buildNetwork(sourceSize: number, targetSize: number, o: TranslateOptions, steps: number): Model {
  const network = seq2seq({
    source: { vocabularySize: sourceSize, embeddingSize: o.embedding },
    target: { vocabularySize: targetSize, embeddingSize: o.embedding },
    units: o.units,
    depth: o.depth,
    bidirectional: o.bidirectional,
    attention: o.attention,
    attendFirst: o.attendFirst,
    dropout: o.dropout,
    samplingProbability: o.sampling,
    samplingSteps: o.samplingSteps,
    embeddingsInitializer: EMBEDDING,
    seed: o.seed,
  });
  const learningRate =
    o.decay === "cosine"
      ? schedules.cosineDecay({ initialLearningRate: o.learningRate, decaySteps: o.epochs * steps, alpha: LAST_RATE })
      : o.learningRate;
  const clipping = o.clipNorm > 0 ? { globalClipNorm: o.clipNorm } : {};
  const { weightDecay } = o;
  network.compile({
    optimizer:
      weightDecay > 0
        ? optimizers.adamW({ learningRate, weightDecay, ...clipping })
        : optimizers.adam({ learningRate, ...clipping }),
    loss: { className: "sparseCategoricalCrossentropy", config: { fromLogits: true } },
  });
  return network;
}
