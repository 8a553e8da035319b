import type { History, Model } from "sluice";
import type { DataSource } from "../data/index.js";
import type { Evaluation } from "../runs/evaluation.js";
import { check } from "../util/errors.js";
import type { Answer, Pipeline } from "./task.js";
import type { Signature, Stepper, View } from "./view.js";

export interface RunParts<P extends Pipeline> {
  readonly model: Model;
  readonly pipeline: P;
  /** Null for a model file that lies outside of a run folder. */
  readonly folder: string | null;
  /** Null where training was interrupted, or the file holds a model only. */
  readonly evaluation: Evaluation | null;
  readonly history: History;
  /** Whether no epoch was better than the network as it was before the first: its weights are those. Default false. */
  readonly untrained?: boolean;
}

/** A trained network with its preprocessing: raw data in, raw units out. */
export class Run<P extends Pipeline = Pipeline> implements RunParts<P> {
  readonly model: Model;
  readonly pipeline: P;
  readonly folder: string | null;
  readonly evaluation: Evaluation | null;
  readonly history: History;
  readonly untrained: boolean;

  constructor({ model, pipeline, folder, evaluation, history, untrained = false }: RunParts<P>) {
    this.model = model;
    this.pipeline = pipeline;
    this.folder = folder;
    this.evaluation = evaluation;
    this.history = history;
    this.untrained = untrained;
  }

  /** Whether training was stopped before its end; `resumeRun` goes on with it. */
  get interrupted(): boolean {
    return this.evaluation === null && this.folder !== null;
  }

  /** The network's metrics on the test part. @throws SluiceError where it has not been measured */
  get metrics(): Readonly<Record<string, number>> {
    check(
      this.evaluation !== null,
      () => `run ${this.folder ?? "without a folder"}: not measured yet; call evaluate(data)`,
    );
    return this.evaluation.entries[0]!.values;
  }

  /** Answers in raw units for raw data, as the task describes. */
  predict(source: Parameters<P["predict"]>[1], options: Parameters<P["predict"]>[2] = {}): Promise<readonly Answer[]> {
    return this.pipeline.predict(this.model, source, options);
  }

  /**
   * Raw data as the network sees them, with names: what `model.predict` takes, and what each step, feature and output is called.
   * @param options as for `predict`
   */
  view(source: Parameters<P["predict"]>[1], options: Parameters<P["predict"]>[2] = {}): Promise<View> {
    return this.pipeline.view(this.model, source, options);
  }

  /** What the model takes and gives, in raw terms. */
  get signature(): Signature {
    return this.pipeline.signature(this.model);
  }

  /**
   * Raw rows to frames of `model.stream()`, one at a time, and its outputs to answers.
   * @throws SluiceError with `signature.notSteppable` where the model cannot be run so
   */
  stepper(): Stepper {
    return this.pipeline.stepper(this.model);
  }

  /**
   * Network and baselines on a file that holds the truth.
   * @param options reading options where the file is written in another way than that of training
   */
  evaluate(source: DataSource, options: Readonly<Record<string, unknown>> = {}): Promise<Evaluation> {
    return this.pipeline.evaluate(this.model, source, undefined, options);
  }
}
