/** What is asked of a worker, and what it says of each series. Both are checked where they are read. */
import { z } from "zod";
import { contentAddress } from "../store/reference.js";

const name = z.string().regex(/^[\w-]{1,80}$/);

export const seriesPayload = z.strictObject({
  /** What the data are called in messages. */
  source: z.string(),
  /** The rows of these series in the store, and what their columns are. */
  rows: contentAddress,
  columns: z.array(z.strictObject({ name: z.string(), type: z.enum(["number", "date", "text"]) })),
  /** Options of the task, without runs and name. */
  settings: z.record(z.string(), z.json()),
  /** Folder that keeps the folders of the series; null where it cannot be seen: they come back in the answer. */
  folder: z.string().min(1).nullable(),
  series: z.array(z.strictObject({ id: z.string(), name, seed: z.int().min(0) })).min(1),
  /** Anything: a queue takes it for another job than the one whose answer it knows. */
  again: z.string().optional(),
});

export type SeriesPayload = z.output<typeof seriesPayload>;

const entry = z.strictObject({
  name: z.string(),
  kind: z.enum(["network", "trivial", "simple"]),
  /** Null for what is no number. */
  values: z.record(z.string(), z.number().nullable()),
});

/** In the folder of a series, written last of all. */
export const trainedSeries = z.strictObject({
  state: z.literal("done"),
  name,
  /** Windows of the test part. */
  windows: z.int().min(0),
  /** Network and baselines on them. */
  entries: z.array(entry).min(1),
  epochs: z.int().min(0),
  parameters: z.int().min(0),
  /** SHA-256 of its model: one that a crash has cut off is told from a whole one. */
  model: z.string(),
  /** Whether no epoch was better than the network before the first. */
  untrained: z.boolean(),
  /** That the last part of the training took. */
  seconds: z.number(),
  warnings: z.array(z.string()),
});

/** "set aside": its data do not allow a model; "failed": its training came to no end. */
const untrainedSeries = z.strictObject({ state: z.enum(["set aside", "failed"]), name, reason: z.string() });

export const seriesResult = z.discriminatedUnion("state", [trainedSeries, untrainedSeries]);
export const seriesAnswer = z.strictObject({
  series: z.array(seriesResult),
  /** Of those that are done, where the folder cannot be seen. */
  folders: contentAddress.optional(),
});

export type TrainedSeries = z.output<typeof trainedSeries>;
export type SeriesResult = z.output<typeof seriesResult>;

/** In the folder of a series. */
export const RESULT_FILE = "result.json";
