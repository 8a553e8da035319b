/** Searches over options: how far one is, and its trials. */
import type { Importance } from "../../distributed/search/importance.js";
import type { Rung } from "../../distributed/search/ledger.js";
import type { Dimension, Point } from "../../distributed/search/space.js";
import type { Maybe } from "./common.js";

/** By which trials are compared, on the validation part. */
export interface SweepJudge {
  readonly metric: string;
  readonly mode: "min" | "max";
  readonly unit: string | null;
}

/** In the list of runs. */
export interface SweepSummary {
  /** Trials that have ended, failed ones among them; and of how many. */
  readonly done: number;
  readonly of: number;
  readonly failed: number;
  /** That it may take, and of all sessions so far; null: no limit. */
  readonly seconds: number | null;
  readonly spent: number;
  /** Null until a trial has ended. */
  readonly judge: SweepJudge | null;
  /** `trial` counts from 0. */
  readonly best: { readonly trial: number; readonly value: number } | null;
  /** The best value so far after each trial that has one, thinned to what a small picture shows. */
  readonly course: readonly number[];
}

export interface SweepReply {
  readonly method: "tpe" | "random" | "grid";
  readonly halving: boolean;
  readonly asynchronous: boolean;
  readonly seed: number;
  /** Trials and seconds that it may take; null: no limit. */
  readonly trialsAllowed: number;
  readonly secondsAllowed: number | null;
  /** Seconds of work so far, all sessions together. */
  readonly spent: number;
  /** Trainings up to a rung: those that have ended, and how many there will be. */
  readonly jobs: { readonly done: number; readonly of: number };
  /** Epochs at which trials are compared, the last for all of them; null where the task does not know its options any more. */
  readonly rungs: readonly number[] | null;
  readonly judge: SweepJudge | null;
  readonly space: readonly Dimension[];
  /** In the order of their numbers. */
  readonly trials: readonly SweepTrial[];
  /** The best so far; `command`: what trains it alone, null where no flags can say it. */
  readonly best: { readonly trial: number; readonly command: string | null } | null;
  /** What the options matter, the most important first. */
  readonly importance: readonly Importance[];
  /** What began it. */
  readonly command: string;
}

export interface SweepTrial {
  /** From 0. */
  readonly trial: number;
  readonly point: Point;
  readonly state: "waiting" | "done" | "failed";
  /** Name under which its run can be asked for, as soon as it has a folder. */
  readonly run: string | null;
  /** Of the last rung it reached, on the validation part. */
  readonly value: Maybe;
  /** Its place, 0 the best; null without a value. */
  readonly rank: number | null;
  readonly rungs: readonly Rung[];
  readonly parameters: number | null;
  /** Why it was set aside. */
  readonly reason: string | null;
}

/** A trial that is being trained now. */
export interface TrialProgress {
  readonly trial: number;
  readonly run: string;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: Maybe;
}
