/** Runs: the list, one, and what happens in them. */
import type { Evaluation } from "../../runs/evaluation.js";
import type { Maybe } from "./common.js";
import type { RoundsCount, RoundsReply, SeriesCount, SeriesReply } from "./parallel.js";
import type { JobReply } from "./start.js";
import type { SweepReply, SweepSummary, TrialProgress } from "./sweep.js";

export type RunStateName = "running" | "finished" | "interrupted" | "failed" | "broken";

export interface RunSummary {
  readonly name: string;
  readonly state: RunStateName;
  /** Why it failed, was interrupted or cannot be read. */
  readonly problem: string | null;
  readonly task: string | null;
  /** "backtest" or "sweep" for one; else null. */
  readonly verb: string | null;
  /** Of a model of one series: what the series is called. */
  readonly seriesId: string | null;
  /** What the data are called. */
  readonly data: string | null;
  /** ISO: begun, and changed for the last time. */
  readonly date: string | null;
  readonly changed: string | null;
  readonly epochs: number;
  /** Epochs that it will train at most. */
  readonly epochsPlanned: number | null;
  /** The best value so far of what decides, such as val_loss. */
  readonly best: { readonly metric: string; readonly value: number; readonly epoch: number } | null;
  /** After the evaluation: the metric that judges, the network's value and the best baseline's. */
  readonly result: {
    readonly part: string;
    readonly metric: string;
    readonly mode: "min" | "max";
    readonly unit: string | null;
    readonly network: Maybe;
    readonly baseline: { readonly name: string; readonly value: Maybe } | null;
    readonly verdict: string;
  } | null;
  /** Of a sweep that can be read. */
  readonly sweep: SweepSummary | null;
  /** Of a run with a model for each series. */
  readonly series: SeriesCount | null;
  /** Of a run that is trained on shards of the data. */
  readonly rounds: RoundsCount | null;
  /** What the pages can do with it. */
  readonly has: {
    readonly model: boolean;
    readonly report: boolean;
    readonly backtest: boolean;
    readonly gradientNorms: boolean;
  };
  /** The job of this studio that trains it; null where another process does, or none. */
  readonly job: string | null;
}

export interface RunsReply {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
}

/** Curves: values by epoch; `epoch` counts from 0. */
export interface HistoryReply {
  readonly epoch: readonly number[];
  readonly values: Readonly<Record<string, readonly Maybe[]>>;
}

export interface RunDetail {
  readonly run: RunSummary;
  readonly config: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, unknown>>;
  /** What the data are. */
  readonly facts: Readonly<Record<string, string>>;
  readonly history: HistoryReply;
  readonly evaluation: Evaluation | null;
  /** Address of the report; null where there is none. */
  readonly report: string | null;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly progress: Progress | null;
  readonly gradientNorms: readonly GradientNormRow[];
  readonly sweep: SweepReply | null;
  /** Of a sweep that is running. */
  readonly training: readonly TrialProgress[];
  readonly series: SeriesReply | null;
  readonly rounds: RoundsReply | null;
  /** Trainings of a backtest, in their order; empty for other runs. */
  readonly fits: readonly RunSummary[];
}

/** Of a run that is training. */
export interface Progress {
  /** The epoch that is trained, from 0, and how many there are at most. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in the epoch, and of how many; null where it is not known yet. */
  readonly step: number;
  readonly steps: number | null;
  readonly stepsPerSecond: number;
  readonly samplesPerSecond: number;
  /** At most, since early stopping may end it sooner; null where it is not known yet. */
  readonly secondsLeft: number | null;
  readonly loss: Maybe;
  /** ISO. */
  readonly date: string;
}

/** ‖∂L/∂h_t‖ by time step of the first batch of an epoch. */
export interface GradientNormRow {
  readonly epoch: number;
  readonly layer: string;
  readonly norms: readonly Maybe[];
}

/**
 * What /events tells: `event:` is the name, `data:` the JSON, `run` the run's name. History and norms that are there already
 * come first. A run that is resumed goes on in the same stream; the page closes it when it has seen enough.
 */
export interface RunEvents {
  /** Rows of the history that are new, in order; `reset`: forget those before, since a resumed run trains them again. */
  readonly history: { readonly run: string; readonly reset: boolean; readonly rows: readonly HistoryRow[] };
  readonly gradientNorms: { readonly run: string; readonly reset: boolean; readonly rows: readonly GradientNormRow[] };
  /** Null when it trains no more. */
  readonly progress: { readonly run: string; readonly progress: Progress | null };
  /** Of a sweep: as it is now, at the beginning and whenever a trial has ended. */
  readonly sweep: { readonly run: string; readonly sweep: SweepReply | null };
  /** Of a sweep: its trials that are training, whenever one has come further. */
  readonly training: { readonly run: string; readonly trials: readonly TrialProgress[] };
  /** At the beginning and whenever it changes. */
  readonly status: { readonly run: string; readonly summary: RunSummary };
  /** Of /api/events only: all runs, at the beginning and whenever one has come, gone or changed; every two seconds at most. */
  readonly runs: RunsReply;
  /** Of /api/events only: trainings of this studio, at the beginning and whenever one has changed. */
  readonly job: JobReply;
}

export interface HistoryRow {
  readonly epoch: number;
  /** ISO: its end. */
  readonly time: string;
  readonly values: Readonly<Record<string, Maybe>>;
}
