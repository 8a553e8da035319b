/** Trainings of many parts: a model for each series, and one model on shards of the data. */
import type { SeriesRecord, SeriesSummary } from "../../distributed/series/ledger.js";
import type { Maybe } from "./common.js";

/** Of a run with a model for each series, in the list. */
export interface SeriesCount {
  /** That have ended, whichever way; and of how many. */
  readonly done: number;
  readonly of: number;
  /** Set aside, or failed. */
  readonly failed: number;
  /** MASE of the series in the middle, of those that have a model; null before the first. */
  readonly median: Maybe;
}

export interface SeriesReply {
  /** Column that tells series apart. */
  readonly id: string;
  /** Seconds of work so far, all sessions together. */
  readonly spent: number;
  /** Null before the end. */
  readonly summary: SeriesSummary | null;
  /** `run` is the folder of its run inside of this one. */
  readonly series: readonly SeriesRecord[];
}

/** Of a run on shards (DiLoCo), in the list. */
export interface RoundsCount {
  readonly shards: number;
  readonly rounds: number;
  /** To which it is trained; null where it was not noted. */
  readonly epochs: number | null;
}

export interface RoundsReply {
  readonly shards: number;
  /** That each shard does by itself in a round. */
  readonly innerSteps: number;
  /** Bytes to and from the shards, all rounds together. */
  readonly sent: number;
  /** What of it is what, and in which form its numbers are. */
  readonly kinds: readonly SentKind[];
  /** How often a shard was late or failed. */
  readonly lost: number;
  /** How many there were; of very many, evenly spread ones are told. */
  readonly count: number;
  readonly rounds: readonly Round[];
}

export interface SentKind {
  readonly kind: "weights" | "states" | "deltas";
  /** "float32", "float16" or "int8" */
  readonly form: string;
  readonly bytes: number;
}

export interface Round {
  /** From 0, as epochs. */
  readonly round: number;
  readonly epoch: number;
  /** Shards that came, and that did not. */
  readonly came: number;
  readonly missing: number;
  readonly loss: Maybe;
  /** Of the mean change of the weights. */
  readonly norm: number;
  readonly bytes: number;
  readonly seconds: number;
}
