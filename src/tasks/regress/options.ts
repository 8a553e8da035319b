import { z } from "zod";
import { names, networkOptions, readingOptions, runOptions, splitOptions } from "../common-options.js";
import { sequenceOptions, textOptions } from "../content-options.js";
import { mixedOptions } from "../mixed/columns.js";

const name = () => z.string().min(1);

export const SCALERS = ["standard", "minMax", "robust", "none"] as const;

export const regressOptions = z.strictObject({
  target: name().describe("Column of numbers to find out from the others."),
  features: names().optional().describe("Columns to find it out from; default all usable ones."),
  id: name().optional().describe("Column that says which sequence a row belongs to: one answer for each sequence."),
  time: name().optional().describe("Column that orders the rows of a sequence; default as they stand in the file."),
  scaler: z.enum(SCALERS).default("standard").describe("Scaling of the features, fitted on the training part."),
  missing: z
    .enum(["error", "mean"])
    .default("error")
    .describe("What becomes of empty cells; mean: the column's mean in the training part, no category for texts."),
  unknown: z
    .enum(["error", "other"])
    .default("error")
    .describe("What becomes of a text that the training part has not; other: none of the known ones."),
  shuffle: z
    .boolean()
    .default(true)
    .describe("Draw the parts by chance; no: training first, test last, as in the file."),
  linear: z
    .boolean()
    .default(true)
    .describe("Beside the recurrent layers, the linear regression as it was fitted: they learn what it leaves."),
  memoryLimit: z.number().gt(0).default(256e6).describe("Files of more bytes are refused, as they are held in memory."),
  ...mixedOptions(),
  ...textOptions(),
  ...sequenceOptions(),
  ...readingOptions(),
  ...splitOptions({ validation: 0.1, test: 0.15 }),
  ...networkOptions({
    units: [64, 32],
    bidirectional: false,
    dropout: 0,
    epochs: 200,
    batchSize: 32,
    learningRate: 5e-3,
    weightDecay: 0,
    clipNorm: 1,
    patience: 20,
  }),
  ...runOptions(),
});

export type RegressOptions = z.output<typeof regressOptions>;
