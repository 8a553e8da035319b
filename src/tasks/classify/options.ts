import { z } from "zod";
import { definedOnly } from "../../util/named.js";
import { irregularOptions, networkOptions, readingOptions, runOptions, splitOptions } from "../common-options.js";
import { sequenceOptions, textOptions } from "../content-options.js";
import { mixedOptions } from "../mixed/columns.js";

/** Of texts; each other kind of samples has its own `defaults`. */
const network = networkOptions({
  units: [32],
  bidirectional: true,
  dropout: 0.5,
  epochs: 30,
  batchSize: 64,
  learningRate: 0.001,
  weightDecay: 0,
  clipNorm: 1,
  patience: 4,
});

/** Its default is that of the kind of samples. */
const byKind = <S extends z.ZodType>(option: z.ZodDefault<S>) => {
  return option.unwrap().optional().describe(`${option.description} Default by what is classified.`);
};

export const POOLINGS = ["max", "mean", "last", "maxLast"] as const;

export const classifyOptions = z.strictObject({
  label: z.string().min(1).default("label").describe("Column that holds the class."),
  text: z.string().min(1).optional().describe("Column of texts to classify."),
  ...textOptions(),
  id: z.string().min(1).optional().describe("Column that says which sequence a row belongs to, one row a step."),
  time: z
    .string()
    .min(1)
    .optional()
    .describe("Column by which the rows of a sequence are ordered; default as they come."),
  features: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Columns of numbers; default all but label, id and time."),
  wide: z.boolean().default(false).describe("Each row is a sequence: its columns of numbers, in order."),
  missing: z
    .enum(["error", "interpolate", "forwardFill"])
    .default("error")
    .describe("What becomes of missing numbers in sequences."),
  ...irregularOptions(),
  audio: z
    .boolean()
    .default(false)
    .describe("A folder of clips with one folder a class, or a table of path and label."),
  listen: z
    .boolean()
    .default(false)
    .describe(
      "Of audio: the network can go on listening. It hears forwards, and bands are scaled by the training part, not by the clip.",
    ),
  background: z
    .string()
    .min(1)
    .optional()
    .describe("With listen: the class of clips in which there is nothing to notice."),
  ...mixedOptions(),
  ...sequenceOptions(),
  pooling: z
    .enum(POOLINGS)
    .optional()
    .describe(
      "What is taken of the steps: largest, mean or last values, or largest and last. Default by what is classified.",
    ),
  multiLabel: z
    .string()
    .min(1)
    .optional()
    .describe('A row may have several labels, with this between them, such as "|".'),
  classWeight: z
    .enum(["none", "balanced"])
    .default("none")
    .describe("balanced: rare classes count as much as frequent ones."),
  ...network,
  units: byKind(network.units),
  dropout: byKind(network.dropout),
  epochs: byKind(network.epochs),
  batchSize: byKind(network.batchSize),
  learningRate: byKind(network.learningRate),
  patience: byKind(network.patience),
  ...readingOptions(),
  ...splitOptions({ validation: 0.1, test: 0.1 }),
  ...runOptions(),
});

type Given = z.output<typeof classifyOptions>;
type ByKind = "units" | "dropout" | "epochs" | "learningRate" | "patience" | "pooling";

/** What a kind of samples sets where the user does not. */
export type KindDefaults = Required<{ readonly [K in ByKind]: NonNullable<Given[K]> }>;

/** All options, the defaults of the kind of samples filled in. */
export type ClassifyOptions = Omit<Given, ByKind> & KindDefaults;

export function withKindDefaults(given: Given, defaults: KindDefaults): ClassifyOptions {
  return { ...defaults, ...definedOnly(given) } as ClassifyOptions;
}
