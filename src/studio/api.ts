/**
 * What the studio's page and its server say to each other: types alone. All bodies are JSON, names of runs are those of their
 * folders, and numbers that are not finite are null. Whatever fails answers with a `Problem`.
 *
 * | request                                | body                 | answer                                            |
 * | -------------------------------------- | -------------------- | ------------------------------------------------- |
 * | POST /api/session                      | SessionRequest       | 204 with a cookie that all others need            |
 * | GET /api/state                         |                      | StudioState                                       |
 * | GET /api/schema/:task                  |                      | TaskForm                                          |
 * | GET /api/files?path=…                  |                      | FolderListing                                     |
 * | GET /api/data?path=…&(reading options) |                      | DataReply                                         |
 * | GET /api/data/windows?path=…&settings= |                      | WindowsReply (settings: StartRequest as JSON)     |
 * | GET /api/runs                          |                      | RunsReply                                         |
 * | POST /api/runs                         | StartRequest         | 202 JobReply                                      |
 * | GET /api/jobs/:id                      |                      | JobReply                                          |
 * | POST /api/jobs/:id/stop                |                      | 202 JobReply                                      |
 * | GET /api/runs/:name                    |                      | RunDetail                                         |
 * | GET /api/runs/:name/events             |                      | server-sent events: RunEvents by name             |
 * | GET /api/events?run=…&run=…            |                      | the same of several runs, and RunEvents.runs: one connection for a page |
 * | POST /api/runs/:name/stop              |                      | 202 RunSummary                                    |
 * | POST /api/runs/:name/resume            | ResumeRequest        | 202 JobReply                                      |
 * | GET /api/runs/:name/report             |                      | report.html, in a sandbox                         |
 * | GET /api/runs/:name/model              |                      | ModelReply                                        |
 * | GET /api/runs/:name/samples?from=&count= |                    | SamplesReply                                      |
 * | POST /api/runs/:name/inside            | InsideRequest        | InsideReply                                       |
 * | POST /api/runs/:name/horizon           | HorizonRequest       | HorizonReply                                      |
 * | POST /api/runs/:name/attribution       | AttributionRequest   | AttributionReply                                  |
 * | POST /api/runs/:name/match             | MatchRequest         | MatchReply                                        |
 * | POST /api/runs/:name/effects           | EffectsRequest       | EffectsReply                                      |
 * | POST /api/runs/:name/generate          | GenerateRequest      | server-sent events: GenerateEvents by name        |
 * | POST /api/generations/:id              | GenerateChange       | 204; takes hold at the next piece                 |
 * | GET /api/runs/:name/forecast?series=   |                      | ForecastReply                                     |
 */
import type { Attribution, AttributionMethod, GateSaturation, Horizon, TracedCell } from "../explain/types.js";
import type { Evaluation } from "../runs/evaluation.js";
import type { ColumnFacts, DataFacts, Proposal } from "../tasks/inspect/facts.js";
import type { Histogram } from "../tasks/inspect/histogram.js";
import type { Answer, TaskName } from "../tasks/task.js";
import type { InputView, OutputView, Signature } from "../tasks/view.js";

/** RFC 9457, application/problem+json. */
export interface Problem {
  /** "about:blank", or an address that tells the kind: "/problems/options". */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What was being done, what was expected and what came, for people: plain text. */
  readonly detail: string;
  /** Of a start that failed: what the program said last. */
  readonly output?: string;
}

/** Float32 values, little endian, in base64; `src/studio/floats.ts` reads and writes them. */
export type Floats = string;

/** A number that may not be finite. */
export type Maybe = number | null;

export interface SessionRequest {
  /** From the fragment of the address that `sluice studio` prints; good for once. */
  readonly token: string;
}

export interface StudioState {
  readonly version: string;
  /** The working folder, and that of the runs as seen from it. */
  readonly folder: string;
  readonly runs: string;
  readonly tasks: readonly { readonly name: TaskName; readonly description: string }[];
  readonly node: string;
  readonly cores: number;
  /** Trainings that this studio has started, the newest first. */
  readonly jobs: readonly JobReply[];
}

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

export interface FolderListing {
  /** As seen from the working folder, "" for itself; always with "/". */
  readonly path: string;
  readonly entries: readonly FileEntry[];
  /** Whether there were more than are told. */
  readonly more: boolean;
}

export interface FileEntry {
  readonly name: string;
  readonly path: string;
  /** "data": of an ending that is read, or a folder of clips. */
  readonly kind: "folder" | "data" | "other";
  readonly bytes: number | null;
  /** ISO. */
  readonly changed: string;
}

export interface DataReply {
  readonly path: string;
  /** Types, ranges, gaps, class balance, and `proposals` with settings and reasons. */
  readonly facts: DataFacts;
  /** Of tables: histograms beside `facts.columns`, by name. */
  readonly histograms: Readonly<Record<string, Histogram>>;
  /** Of tables: the first rows as texts, to look at. */
  readonly head: { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] } | null;
}

export type { ColumnFacts, Histogram, Proposal };

/** Some samples as the network would see them with these settings: read, cut, scaled, as when it trains. */
export interface WindowsReply {
  readonly task: TaskName;
  /** What the data are, in names and texts: samples of each part, classes, … */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** All settings, those that depend on the data filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  /** What tells the samples, which are spread evenly over the data. */
  readonly references: readonly Answer[];
  /** By input of the model. */
  readonly inputs: readonly WindowInput[];
  /** Empty where what is to be foreseen is part of the reference. */
  readonly targets: readonly WindowInput[];
  readonly warnings: readonly string[];
}

export interface WindowInput {
  readonly name: string;
  /** [samples, steps, features] or [samples, features], as the network sees it: scaled, padded. */
  readonly shape: readonly number[];
  readonly values: Floats;
  readonly kind: InputView["kind"];
  /** By sample, for each real step what it is: a word, a character, a date; padding follows. Empty lists without time. */
  readonly steps: readonly (readonly string[])[];
  /** Names of the features; empty for tokens. */
  readonly features: readonly string[];
}

export type RunStateName = "running" | "finished" | "interrupted" | "failed" | "broken";

export interface RunSummary {
  readonly name: string;
  readonly state: RunStateName;
  /** Why it failed, was interrupted or cannot be read. */
  readonly problem: string | null;
  readonly task: string | null;
  /** "backtest" or "sweep" for one; else null. */
  readonly verb: string | null;
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

export interface StartRequest {
  readonly task: TaskName;
  /** Seen from the working folder. */
  readonly data: string;
  /** Options that are not left at their defaults, as in a configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ResumeRequest {
  /** Train up to this many epochs. */
  readonly epochs?: number;
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

export interface ModelReply {
  readonly task: TaskName;
  readonly signature: Signature | null;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | null)[] }[];
  /** Recurrent layers under the names that traces and pins have. */
  readonly recurrent: readonly { readonly layer: string; readonly cell: TracedCell; readonly units: number }[];
  readonly layers: readonly LayerInfo[];
  readonly parameters: number;
  readonly trainable: number;
  /** Of the weights in memory, and of the file. */
  readonly bytes: number;
  readonly fileBytes: number;
  /** Multiplications with weights for one step of time of one sample: each matrix once, embeddings left out. */
  readonly multiplyAdds: number;
  readonly summary: string;
}

export interface LayerInfo {
  readonly name: string;
  readonly className: string;
  /** One for each output; null for sizes that are known with the data. */
  readonly shapes: readonly (readonly (number | null)[])[];
  readonly parameters: number;
  /** Names of the layers that it reads. */
  readonly from: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly WeightInfo[];
}

export interface WeightInfo {
  /** "gru/cell/kernel" */
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly greatest: number;
  readonly histogram: Histogram;
}

export interface SamplesReply {
  /** How many there are that can be asked for by number. */
  readonly count: number;
  readonly from: number;
  readonly samples: readonly SampleInfo[];
  /** Where the samples come from; null where the run's data are not there any more, and why. */
  readonly source: string | null;
  readonly problem: string | null;
}

export interface SampleInfo {
  readonly index: number;
  /** What tells it: a text, a file, a row, a series and its date. */
  readonly reference: Answer;
  /** Raw, to be changed and sent back: one of these, where it can be given. */
  readonly text?: string;
  readonly rows?: readonly Readonly<Record<string, string | number | null>>[];
  /** Of a clip: seconds; the sound itself comes with /inside. */
  readonly seconds?: number;
}

/** What goes in: exactly one of them. */
export interface InsideInput {
  readonly text?: string;
  /** Raw rows in their order, named as in `Signature.inputs`; numbers, texts, ISO dates. */
  readonly rows?: readonly Readonly<Record<string, string | number | boolean | null>>[];
  /** Of the run's data. */
  readonly sample?: number;
  /** One channel, 16 bit, little endian, in base64. */
  readonly audio?: { readonly pcm: string; readonly sampleRate: number };
}

export interface UnitPlace {
  /** As in `LayerReply.layer`. */
  readonly layer: string;
  readonly unit: number;
}

export interface InsideRequest {
  readonly input: InsideInput;
  /** Units whose state is held at a value from the first step on. */
  readonly pins?: readonly (UnitPlace & { readonly value: number })[];
  /** Units that are silent: their state is 0 at every step. */
  readonly ablate?: readonly UnitPlace[];
}

export interface InsideReply {
  readonly task: TaskName;
  /** Recurrent layers in the order of the graph. */
  readonly layers: readonly LayerReply[];
  readonly input: InputReply;
  readonly outputNames: readonly OutputView[];
  /** One number for each name; of a model that answers at every step, those of the last one. */
  readonly output: readonly Maybe[];
  /** [steps, outputs] where the model answers, or can be read, at every step; null where neither. */
  readonly outputs: Floats | null;
  /** In raw units, without pins and ablation; empty where that takes long, as texts that are continued. */
  readonly answers: readonly Answer[];
  readonly saturation: readonly GateSaturation[];
  /** The output without pins and ablation, where there are some: what they changed. */
  readonly before: readonly Maybe[] | null;
}

export interface LayerReply {
  readonly layer: string;
  readonly cell: TracedCell;
  readonly units: number;
  readonly steps: number;
  /** By name of the signal, in the order in which they are shown: [steps, units]. */
  readonly signals: Readonly<Record<string, Floats>>;
}

/** The first input of the model that has steps. */
export interface InputReply {
  readonly name: string;
  readonly kind: InputView["kind"];
  /** For each real step what it is: a word, a character, a date, seconds. */
  readonly steps: readonly string[];
  readonly features: readonly string[];
  /** [steps, features] as the network sees them; null for tokens. */
  readonly values: Floats | null;
  /** Of a clip, to be played: as in `InsideInput.audio`. */
  readonly audio?: { readonly pcm: string; readonly sampleRate: number };
}

export interface HorizonRequest {
  readonly input: InsideInput;
  /** Index of its name in `outputNames`. Default: the largest of a softmax, else the first. */
  readonly output?: number;
}

export interface HorizonReply {
  readonly horizon: Omit<Horizon, "gradient" | "occlusion"> & {
    readonly gradient: readonly Maybe[];
    readonly occlusion: readonly Maybe[];
  };
  readonly outputNames: readonly OutputView[];
}

export interface AttributionRequest {
  readonly input: InsideInput;
  readonly output?: number;
  /** Default "integratedGradients". */
  readonly method?: AttributionMethod;
}

export interface AttributionReply {
  readonly attribution: Omit<Attribution, "inputs"> & {
    readonly inputs: readonly {
      readonly name: string;
      readonly steps: number;
      readonly features: number;
      /** [steps, features] */
      readonly scores: Floats;
      readonly stepNames: readonly string[];
      readonly featureNames: readonly string[];
    }[];
  };
  readonly outputNames: readonly OutputView[];
}

/** Units whose state is above a threshold during a selected range, as in LSTMVis. */
export interface MatchRequest {
  readonly input: InsideInput;
  readonly layer: string;
  /** Steps [from, to). */
  readonly from: number;
  readonly to: number;
  /** Default 0.3. */
  readonly threshold?: number;
}

export interface MatchReply {
  /** The best first; score from 0 to 1: overlap of the steps at which the unit is on with the selected ones. */
  readonly units: readonly { readonly unit: number; readonly score: number }[];
  /** Where the same units are on elsewhere, in this sample (`sample: null`) and in the first ones of the run's data; the likest first. */
  readonly passages: readonly {
    readonly sample: number | null;
    /** Steps [from, to), and what the steps around it are: at most a dozen on either side, of which the passage begins at `at`. */
    readonly from: number;
    readonly to: number;
    readonly steps: readonly string[];
    readonly at: number;
    /** From 0 to 1: shared units in the units of either. */
    readonly similarity: number;
  }[];
}

/** What each unit of a layer is worth for one sample. */
export interface EffectsRequest {
  readonly input: InsideInput;
  readonly layer: string;
  /** Index of the output, flattened. Default: the largest. */
  readonly output?: number;
}

export interface EffectsReply {
  readonly output: number;
  /** By unit: the output with the unit silent, less the output as it is. */
  readonly changes: readonly Maybe[];
}

export interface GenerateRequest {
  readonly prompt: string;
  /** Default 500. */
  readonly length?: number;
  /** Default 0.8. */
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  /** Pieces a second, at most, so that a change of the temperature can be seen. Default: as fast as the network writes. */
  readonly pace?: number;
}

export interface GenerateChange {
  readonly temperature?: number;
  readonly pace?: number;
  /** Ends the text. */
  readonly stop?: boolean;
}

export interface GenerateEvents {
  /** First. */
  readonly begin: { readonly id: string };
  /** `probability`: what the network gave to what was drawn, before temperature and cuts; of a piece of several the product. */
  readonly piece: { readonly text: string; readonly probability: Maybe };
  /** Last. */
  readonly end: { readonly pieces: number; readonly seconds: number };
  readonly error: Problem;
}

/** A forecast as a fan, with what came before it, and with forecasts from the past where the run has a backtest. */
export interface ForecastReply {
  /** Series and targets that can be asked for. */
  readonly series: readonly string[];
  readonly chosen: string;
  readonly unit: string | null;
  /** ISO dates, or numbers of steps. */
  readonly past: { readonly x: readonly (string | number)[]; readonly y: readonly Maybe[] };
  readonly forecast: {
    readonly x: readonly (string | number)[];
    readonly y: readonly Maybe[];
    /** The narrowest first; `share` of what comes should lie inside. */
    readonly bands: readonly {
      readonly share: number;
      readonly lower: readonly Maybe[];
      readonly upper: readonly Maybe[];
    }[];
  } | null;
  /** Why there is no forecast from the run's data. */
  readonly problem: string | null;
  /** By origin of the backtest, the oldest first; null where the run has none. */
  readonly origins:
    | readonly {
        readonly at: string | number;
        readonly x: readonly (string | number)[];
        readonly truth: readonly Maybe[];
        readonly forecasts: readonly { readonly name: string; readonly y: readonly Maybe[] }[];
        readonly bands: readonly {
          readonly share: number;
          readonly lower: readonly Maybe[];
          readonly upper: readonly Maybe[];
        }[];
      }[]
    | null;
}
