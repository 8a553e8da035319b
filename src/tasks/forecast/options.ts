import { z } from "zod";
import { FAMILY_NAMES } from "../../distributions/index.js";
import {
  count,
  irregularOptions,
  names,
  networkOptions,
  readingOptions,
  runOptions,
  splitOptions,
} from "../common-options.js";

const name = () => z.string().min(1);
const level = () => z.number().gt(0).lt(1);

export const CYCLES = ["hour", "weekday", "month", "dayOfYear"] as const;
const cycles = () => z.union([z.enum(CYCLES), z.array(z.enum(CYCLES))]).transform((list) => [list].flat());

export const SCALERS = ["minMax", "standard", "robust", "mean", "none"] as const;
export const TRANSFORMS = ["none", "log", "log1p", "difference"] as const;
export const INTERVALS = ["none", "conformal"] as const;
export const FILLS = ["error", "forwardFill", "interpolate"] as const;

/** Networks: recurrent layers with all steps of the horizon at once; SegRNN (Lin et al. 2023). */
export const MODELS = ["gru", "segrnn", "deepar"] as const;

export const forecastOptions = z.strictObject({
  target: names().describe("Column to foresee, or several."),
  model: z
    .enum(MODELS)
    .default("gru")
    .describe(
      "Network; gru: recurrent layers of the cell that is chosen, all steps of the horizon at once; segrnn: one GRU over segments of the lookback.",
    ),
  lookback: count()
    .optional()
    .describe("Steps that the network sees; default two seasons, 30 to 120, fewer for short series."),
  horizon: count().default(1).describe("Steps to foresee, all at once."),
  segment: count()
    .optional()
    .describe("Steps of a segment of segrnn, which divides lookback and horizon; default found from them."),
  samples: count().default(100).describe("Sample paths of deepar, from which medians and quantiles are taken."),
  stride: count().default(1).describe("Steps between the beginnings of two samples."),
  time: name().optional().describe("Column of dates, which orders the rows; default the only one there is."),
  id: name().optional().describe("Column that says which series a row belongs to; one model learns from all."),
  past: z
    .union([z.literal("all"), names()])
    .optional()
    .describe("Further columns of numbers to learn from, known up to the present; all: every one that is left."),
  future: names().optional().describe("Further columns known in the future too, such as holidays or planned prices."),
  categories: names()
    .optional()
    .describe("Columns that say of each series what it is, such as shop or region; deepar learns them, and the id."),
  ...irregularOptions(),
  every: z
    .string()
    .regex(/^\d+(\.\d+)?(ms|s|min|h|d|w)?$/, "expected a length such as 1h, 15min or 0.5")
    .optional()
    .describe("Irregular: length of a step, such as 1h; default the usual time between two rows."),
  calendar: z
    .union([z.literal("auto"), z.literal("none"), cycles()])
    .default("auto")
    .describe(
      "Place in the cycle of hour, weekday, month, dayOfYear; auto: those that help a linear model on the validation part.",
    ),
  season: count().optional().describe("Steps of a season, for the baseline and MASE; default found from the dates."),
  scaler: z
    .enum(SCALERS)
    .default("standard")
    .describe("Scaling of numbers, fitted on the training part; of targets by series."),
  transform: z
    .enum(TRANSFORMS)
    .default("none")
    .describe("Change of the targets before scaling, undone in the answers."),
  missing: z
    .enum(FILLS)
    .default("error")
    .describe("What becomes of missing values; interpolate looks ahead in the training part only."),
  residual: z
    .boolean()
    .optional()
    .describe("Foresee the change from the last value; default yes, unless differences are foreseen anyway."),
  level: z
    .union([z.literal("auto"), z.boolean()])
    .default("auto")
    .describe(
      "Whether the network sees how high the targets stand, or only how far from the last value; auto: if it helps a linear model on the validation part.",
    ),
  linear: z
    .boolean()
    .default(true)
    .describe(
      "Add the linear autoregression, so that the recurrent layers learn what it leaves; where it beats the last value by 1 % of the squared error.",
    ),
  loss: z
    .enum(["meanSquaredError", "meanAbsoluteError", "huber"])
    .default("meanSquaredError")
    .describe("What training minimises."),
  quantiles: z
    .union([level(), z.array(level()).min(1)])
    .transform((list) => [list].flat())
    .optional()
    .describe(
      "Levels of the quantiles to foresee, such as 0.1,0.5,0.9; with distribution or intervals default 0.025,0.1,0.9,0.975.",
    ),
  distribution: z
    .enum(FAMILY_NAMES)
    .optional()
    .describe("Foresee the parameters of a distribution; negativeBinomial for counts."),
  intervals: z
    .enum(INTERVALS)
    .default("none")
    .describe("conformal: correct quantiles by held-out windows, or put them around a forecast that has none."),
  calibration: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("Share of the data that corrects quantiles; default the validation part does that too."),
  memoryLimit: z
    .number()
    .gt(0)
    .default(256e6)
    .describe("Files of more bytes are trained on from disk, in bounded memory."),
  ...readingOptions(),
  ...splitOptions({ validation: 0.15, test: 0.15 }),
  ...networkOptions({
    units: [32],
    bidirectional: false,
    dropout: 0,
    epochs: 100,
    batchSize: 32,
    learningRate: 1e-3,
    weightDecay: 0,
    clipNorm: 1,
    patience: 10,
  }),
  ...runOptions(),
});

export type ForecastOptions = z.output<typeof forecastOptions>;
