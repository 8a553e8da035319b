import { z } from "zod";

const count = () => z.int().min(1);
const share = () => z.number().gt(0).lt(1);

/** A list of counts; a single number stands for a list of one. */
const counts = () => z.union([count(), z.array(count()).min(1)]).transform((units) => [units].flat());

/** Options of the network that all tasks have; a task sets its own defaults by `networkOptions({ units: [32] })`. */
export interface NetworkDefaults {
  units: number[];
  bidirectional: boolean;
  dropout: number;
  epochs: number;
  batchSize: number;
  learningRate: number;
  weightDecay: number;
  clipNorm: number;
  patience: number;
}

export function networkOptions(d: NetworkDefaults) {
  return {
    cell: z.enum(["gru", "lstm", "simpleRnn"]).default("gru").describe("Recurrent cell."),
    units: counts().default(d.units).describe("Units of each recurrent layer, from the input on; several are stacked."),
    bidirectional: z.boolean().default(d.bidirectional).describe("Read each sequence in both directions."),
    dropout: z.number().min(0).lt(1).default(d.dropout).describe("Share of the outputs left out in training."),
    epochs: count().default(d.epochs).describe("Passes over the training part, at most."),
    batchSize: count().default(d.batchSize).describe("Samples in a step of training."),
    learningRate: z.number().gt(0).default(d.learningRate).describe("Step size of Adam."),
    weightDecay: z.number().min(0).default(d.weightDecay).describe("Decoupled weight decay (AdamW); 0 for none."),
    clipNorm: z.number().min(0).default(d.clipNorm).describe("Largest global norm of the gradient; 0 for no clipping."),
    patience: count().default(d.patience).describe("Epochs without improvement on the validation part before it ends."),
    seed: z.int().min(0).default(1).describe("Seed of everything random."),
  };
}

/** Where runs go; all tasks have these. */
export function runOptions() {
  return {
    runs: z.string().min(1).default("runs").describe("Folder that keeps the runs."),
    name: z
      .string()
      .regex(/^[\w-]+$/, "expected letters, digits, - and _")
      .optional()
      .describe("Name of the run; default the name of the data."),
  };
}

/** Shares of the data that are kept from training. */
export function splitOptions(d: { validation: number; test: number }) {
  return {
    validation: share().default(d.validation).describe("Share of the data that decides when to stop."),
    test: share().default(d.test).describe("Share of the data that the result is measured on, never trained on."),
    testData: z.string().optional().describe("A file to measure the result on, instead of a share of the data."),
  };
}
