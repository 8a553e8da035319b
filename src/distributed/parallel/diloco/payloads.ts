/** What shards and rounds are asked and answer: plain JSON, checked on both sides. */
import { z } from "zod";
import type { Json } from "../../../format/json.js";
import { readOptions, type OptionsSchema } from "../../../tasks/options.js";
import { check, show } from "../../../util/errors.js";
import { contentAddress as address, dataReference } from "../../store/reference.js";
import { FILE_OPTIONS } from "../../trial-payload.js";
import { DELTAS } from "./codec.js";
import { STATES } from "./state.js";

const count = z.int().min(0);

export const shardPayload = z.strictObject({
  task: z.string(),
  data: dataReference,
  /** SHA-256 of the data (`fingerprint`): a worker that has others refuses. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Options of the task, those that depend on the data filled in. */
  settings: z.record(z.string(), z.json()),
  /** What such of them name as are files, where these are sent. */
  files: z.partialRecord(z.enum(FILE_OPTIONS), dataReference),
  shard: count,
  shards: z.int().min(1).max(1024),
  /** H */
  steps: z.int().min(1).max(1_000_000),
  /** θ */
  weights: address,
  /** What it ended its last round with; null before its first. */
  state: address.nullable(),
  deltas: z.enum(DELTAS),
  states: z.enum(STATES),
});

export type ShardPayload = z.output<typeof shardPayload>;

export const shardAnswer = z.strictObject({
  shard: count,
  /** θ − θ_k */
  delta: address,
  state: address,
  /** Means over the steps: of the loss and of each metric. */
  values: z.record(z.string(), z.number()),
  bytes: z.strictObject({ weights: count, stateIn: count, stateOut: count, delta: count }),
  /** Getting ready, reading from the store, training, writing into the store. */
  seconds: z.strictObject({ prepare: z.number(), read: z.number(), train: z.number(), write: z.number() }),
});

export type ShardAnswer = z.output<typeof shardAnswer>;

export const roundPayload = z.strictObject({
  weights: address,
  /** Null before the first outer step. */
  velocity: address.nullable(),
  rate: z.number().gt(0),
  momentum: z.number().min(0).lt(1),
  /** Ids of the shards' jobs, by shard. */
  children: z.array(z.string()).min(1).max(1024),
});

export type RoundPayload = z.output<typeof roundPayload>;

export const roundAnswer = z.strictObject({
  weights: address,
  velocity: address,
  /** Of the shards that came, by their numbers. */
  came: z.array(z.strictObject({ shard: count, norm: z.number() })),
  /** Of the mean change. */
  norm: z.number(),
  /** Weights, velocity and changes that it read; weights and velocity that it wrote. */
  bytes: z.strictObject({ read: count, written: count }),
  seconds: z.number(),
});

export type RoundAnswer = z.output<typeof roundAnswer>;

/** @throws SluiceError that says what it was, and what of it is not as it must be */
export function checked<S extends OptionsSchema>(where: string, schema: S, given: Json): z.output<S> {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  check(isObject, () => `${where}: expected an object, got ${show(given)}`);
  return readOptions(where, schema, given);
}
