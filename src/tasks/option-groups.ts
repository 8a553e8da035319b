/** Under which heading an option stands, in the help of the command line and in the forms of the studio. */
import { networkOptions, runOptions, splitOptions, type NetworkDefaults } from "./common-options.js";

const NETWORK = [
  "model",
  "segment",
  "cell",
  "units",
  "bidirectional",
  "dropout",
  "embedding",
  "embeddingDropout",
  "pooling",
  "linear",
  "residual",
  "stack",
  "depth",
  "attention",
  "attendFirst",
];
const SOME: NetworkDefaults = {
  units: [1],
  bidirectional: false,
  dropout: 0,
  epochs: 1,
  batchSize: 1,
  learningRate: 1,
  weightDecay: 0,
  clipNorm: 0,
  patience: 1,
};
const AUGMENTATION = ["tempo", "warp", "noise", "timeMasks", "bandMasks"];
const DOUBT = ["quantiles", "distribution", "intervals", "calibration", "samples"];
const DECODING = [
  "beams",
  "languageWeight",
  "labelBonus",
  "beamWidth",
  "lengthPenalty",
  "coveragePenalty",
  "bleuTokens",
];
const TRAINING = [
  ...Object.keys(networkOptions(SOME)),
  "loss",
  "classWeight",
  "stepsPerEpoch",
  "sequenceLength",
  "decay",
  "sampling",
  "samplingSteps",
  ...AUGMENTATION,
];
const SPLIT = [...Object.keys(splitOptions({ validation: 0.1, test: 0.1 })), "validationData"];
const RUN = Object.keys(runOptions());

export type OptionGroup = "Data" | "Network" | "Training" | "Doubt" | "Decoding" | "Parts of the data" | "Run";

export function groupOf(key: string): OptionGroup {
  if (RUN.includes(key)) return "Run";
  if (SPLIT.includes(key)) return "Parts of the data";
  if (NETWORK.includes(key)) return "Network";
  if (DECODING.includes(key)) return "Decoding";
  if (DOUBT.includes(key)) return "Doubt";
  return TRAINING.includes(key) ? "Training" : "Data";
}
