/** The form that starts a run, and trainings that were started. */
import type { TaskName } from "../../tasks/task.js";

/** What a form for a task is built of. */
export interface TaskForm {
  readonly task: TaskName;
  readonly description: string;
  /** In the order in which they are shown; "Data", "Network", "Training", … */
  readonly groups: readonly { readonly name: string; readonly options: readonly OptionForm[] }[];
}

export interface OptionForm {
  /** As in a configuration: batchSize. */
  readonly name: string;
  readonly description: string;
  /** Draft 2020-12: type, enum, minimum, default, items, anyOf … */
  readonly schema: OptionSchema;
  /** What it means: a form offers the columns of the data for it. */
  readonly holds: "column" | "columns" | "file" | "value";
}

export interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly (string | number | boolean)[];
  readonly const?: string | number | boolean;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly items?: OptionSchema;
  readonly anyOf?: readonly OptionSchema[];
  readonly additionalProperties?: OptionSchema | boolean;
}

export interface StartRequest {
  readonly task: TaskName;
  /** Seen from the working folder. */
  readonly data: string;
  /** Options that are not left at their defaults, as in a configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Left out: one training with these settings. */
  readonly search?: SearchRequest;
  /** Left out: one thread, and one model for all series. */
  readonly parallel?: ParallelRequest;
}

/** How one training is divided. */
export interface ParallelRequest {
  /** Forecasts with an id: a model for each series. */
  readonly perSeries?: boolean;
  /** Threads; of models for each series, so many at once. */
  readonly workers?: number;
}

/** A sweep: options that are searched, each as `sluice sweep --space` reads it, and what a sweep is told besides. */
export interface SearchRequest {
  /** "units=16,32", "learningRate=log:1e-4..1e-2" */
  readonly space: readonly string[];
  readonly method?: "tpe" | "random" | "grid";
  readonly trials?: number;
  readonly seconds?: number;
  readonly halving?: boolean;
  readonly rungs?: number;
  readonly asynchronous?: boolean;
  readonly workers?: number;
}

export interface ResumeRequest {
  /** Train up to this many epochs. */
  readonly epochs?: number;
  /** Of a sweep: try up to this many trials. */
  readonly trials?: number;
  /** Of a sweep: work up to so many seconds, all sessions together. */
  readonly seconds?: number;
}

/** A training that this studio has started. */
export interface JobReply {
  readonly id: string;
  readonly state: "starting" | "running" | "ended" | "failed";
  /** The run's name as soon as there is a folder. */
  readonly run: string | null;
  /** What it said last, plain text. */
  readonly output: string;
  /** Why it failed. */
  readonly error: string | null;
  /** The same at the command line. */
  readonly command: string;
}
