import { z } from "zod";
import { DELIMITERS, TABLE_FORMATS, type ReadOptions } from "../data/readers/options.js";
import { isForbiddenKey } from "../format/json.js";
import { DEFAULT_SHARDS, MOST_SHARDS } from "../train/sharded/room.js";
import { definedOnly } from "../util/named.js";
import { readOptions } from "./options.js";

export const count = () => z.int().min(1);
const share = () => z.number().gt(0).lt(1);

const name = () => z.string().min(1);

/** Names of columns; a single one stands for a list of one. */
export const names = () => z.union([name(), z.array(name()).min(1)]).transform((list) => [list].flat());

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
    gradientNorms: z
      .boolean()
      .default(false)
      .describe("Keep the norms of the gradients by time step, of one batch an epoch."),
    shards: count()
      .max(MOST_SHARDS)
      .optional()
      .describe(`Parts that each batch is cut into, for --workers; the last bits depend on it. Default with workers ${DEFAULT_SHARDS}.`), // prettier-ignore
  };
}

/** Of series that were observed at uneven times, or in part. */
export function irregularOptions() {
  return {
    irregular: z
      .boolean()
      .default(false)
      .describe("Values were observed at uneven times or in part: GRU-D reads them with mask and gaps; needs time."),
    variable: name().optional().describe("Irregular, one observation a row: column that names the variable."),
    value: name().optional().describe("Irregular, one observation a row: column of its value."),
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
    saveEvery: z
      .number()
      .min(0)
      .default(60)
      .describe("Seconds after which a checkpoint is written within an epoch too; 0: after each step."),
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

/** How a file is read, where it does not say it itself: the options of `readTable`, which says how each is found by default. */
export function readingOptions() {
  const text = () => z.string().min(1);
  return {
    format: z.enum(TABLE_FORMATS).optional().describe("Format of a table; default by the file's ending."),
    encoding: text().optional().describe("Encoding of texts; default UTF-8, or what the byte-order mark says."),
    delimiter: z
      .enum([...DELIMITERS, "tab"])
      .optional()
      .describe("CSV: what separates columns: , ; | or tab; default found out."),
    quote: z.boolean().optional().describe("CSV: double quotes enclose cells; default found out."),
    header: z.boolean().optional().describe("CSV: the first row names the columns; default found out."),
    decimal: z.enum([".", ","]).optional().describe("CSV: decimal mark of numbers; default found out."),
    missingMarks: z
      .union([z.string(), z.array(z.string())])
      .transform((marks) => [marks].flat())
      .optional()
      .describe("Cells that stand for no value beside empty ones; default NA, null and the like."),
    types: z
      .record(text(), z.enum(["number", "date", "text"]))
      .refine(
        (types) => !Object.keys(types).some(isForbiddenKey),
        "no column called constructor or prototype can be given a type",
      )
      .optional()
      .describe("Types of columns that are not to be found out, such as zip=text."),
    dateFormat: text().optional().describe("How dates are written, such as DD/MM/YYYY; default found out."),
  };
}

const READING = z.strictObject(readingOptions());

export type ReadingOptions = z.output<typeof READING>;

/** Those of `readTable` that say how a file is written; plain JSON, saved with what was trained on it. */
export type Reading = Omit<ReadOptions, "name" | "columns" | "chunkRows" | "optionalTypes">;

/** What `readTable` is told; options that are no reading options are left out. */
export function readingOf(options: Readonly<Partial<ReadingOptions>>): Reading {
  const { format, encoding, delimiter, quote, header, decimal, missingMarks: missing, types, dateFormat } = options;
  const separator = delimiter === "tab" ? ("\t" as const) : delimiter;
  return definedOnly({
    format,
    encoding,
    delimiter: separator,
    quote,
    header,
    decimal,
    missing,
    types,
    dateFormat,
  }) as Reading;
}

/**
 * How a new file is read: as that of training, but for what is given. Columns of the training data may be absent.
 * @throws SluiceError for an option that is none of reading
 */
export function readingLike(
  where: string,
  { types: optionalTypes, ...saved }: Reading,
  given: Readonly<Record<string, unknown>>,
): ReadOptions {
  const reading = readingOf(readOptions(where, READING, given));
  return { ...saved, ...reading, ...(optionalTypes && { optionalTypes }) };
}

/** Tells reading options from the others. */
export function splitReading<O extends Readonly<Record<string, unknown>>>(options: O): [reading: object, rest: O] {
  const isReading = ([name]: [string, unknown]) => Object.hasOwn(READING.shape, name);
  const entries = Object.entries(options);
  const rest = entries.filter((entry) => !isReading(entry));
  return [Object.fromEntries(entries.filter(isReading)), Object.fromEntries(rest) as O];
}
