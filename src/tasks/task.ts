import type { z } from "zod";
import type { Dataset, Model } from "sluice";
import type { DataSource } from "../data/index.js";
import type { Inputs } from "../model/feed.js";
import type { TensorLike } from "../tensor/make.js";
import type { Evaluation, Judge } from "../runs/evaluation.js";
import type { Reading } from "./common-options.js";
import type { OptionsSchema } from "./options.js";
import type { Signature, Stepper, View } from "./view.js";

export type TaskName = "forecast" | "classify" | "generate" | "regress" | "transcribe" | "translate";

/** One answer in raw units: names of columns and values, as it is printed and written. */
export type Answer = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** How data become numbers and numbers become answers: fitted on the training part, saved in the model as plain JSON. */
export interface Pipeline {
  readonly task: TaskName;
  /** How the training data were read: new files are read in the same way. */
  readonly reading: Reading;
  /** The column that lines of plain text on standard input belong to; left out, they are rows of a table. */
  readonly lines?: string;
  /** What `Task.revive` makes the same pipeline of. */
  toJSON(): object;
  /**
   * Raw data in, answers in raw units out.
   * @param options reading options where the file is written in another way than that of training; `generate` has its own too
   * @throws SluiceError when the data lack what the model was trained on
   */
  predict(model: Model, source: DataSource, options?: Readonly<Record<string, unknown>>): Promise<readonly Answer[]>;
  /**
   * Measures the network and the baselines that are saved with it on a file that holds the truth.
   * @param part what the result calls the data; default their name
   * @param options reading options, as for `predict`
   */
  evaluate(
    model: Model,
    source: DataSource,
    part?: string,
    options?: Readonly<Record<string, unknown>>,
  ): Promise<Evaluation>;
  /**
   * Raw data as the network sees them, with names; the network computes nothing.
   * @param options reading options, as for `predict`
   */
  view(model: Model, source: DataSource, options?: Readonly<Record<string, unknown>>): Promise<View>;
  signature(model: Model): Signature;
  /** @throws SluiceError with `signature().notSteppable` where the model cannot be run one row at a time */
  stepper(model: Model): Stepper;
}

/** Samples that fit takes: arrays, or a data set of batches. */
export type TrainingData = readonly [x: Inputs, y: Inputs, sampleWeight?: TensorLike] | Dataset;

/** Everything that stands before the first step of training. */
export interface Prepared<P extends Pipeline = Pipeline> {
  readonly pipeline: P;
  /** Compiled, not trained. */
  readonly model: Model;
  readonly train: TrainingData;
  readonly validation: TrainingData;
  /** How long to train. Training keeps the weights of the epoch whose monitored value was best. */
  readonly fit: {
    readonly epochs: number;
    readonly batchSize: number;
    /** Steps of the pieces into which sequences are cut, the states carried from piece to piece. Default: no cuts. */
    readonly tbptt?: number;
    readonly patience: number;
    readonly monitor: string;
    readonly mode: "min" | "max";
    /** Whether the network is good before its first step, so that these weights too may be the best. Default false. */
    readonly startCounts?: boolean;
  };
  /** All options, those that depend on the data filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the data are, for the report: names and texts. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** What the pipeline learns from the trained network, such as how far its quantiles are off; it is saved with the network then. */
  calibrate?(model: Model): Promise<void>;
  /** By which `validate` will judge, where that is known before training. */
  readonly judge?: Judge;
  /** Network and baselines on the part that decides between settings. */
  validate(model: Model): Promise<Evaluation>;
  /** Network and baselines on the part that nothing was chosen by. */
  test(model: Model): Promise<Evaluation>;
  /** Gives back what the data hold open, such as a temporary file. */
  close?(): Promise<void>;
}

export interface TaskContext {
  /** Says something that the user should know, such as rows that were left out. */
  warn(message: string): void;
  readonly signal?: AbortSignal | undefined;
  /** Epochs that a resumed run has trained already: its batches go on with those of the next. Default 0. */
  readonly initialEpoch?: number;
  /** So many share each epoch, and each of them does that part of its steps: what depends on the number of steps ends sooner. Default 1. */
  readonly shards?: number;
}

/** A use of recurrent networks: options, what comes before training, and what a saved model of it can do. */
export interface Task<S extends OptionsSchema = OptionsSchema, P extends Pipeline = Pipeline> {
  readonly name: TaskName;
  /** One sentence for the help. */
  readonly description: string;
  readonly options: S;
  prepare(source: DataSource, options: z.output<S>, context: TaskContext): Promise<Prepared<P>>;
  revive(saved: unknown): P;
}
