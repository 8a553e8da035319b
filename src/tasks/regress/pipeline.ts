import { tensor, type Model } from "sluice";
import { readTable, revivePreprocessor, type DataSource, type Scaler, type Table } from "../../data/index.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { check, show } from "../../util/errors.js";
import { predictLinear, type LinearModel } from "../baselines/linear.js";
import { readingLike, type Reading } from "../common-options.js";
import type { Answer, Pipeline } from "../task.js";
import type { Signature, Stepper, View } from "../view.js";
import { RowEncoder } from "./encoder.js";
import { groupsOf, targetsOf } from "./groups.js";
import { measure } from "./measure.js";
import type { Roles } from "./roles.js";
import { inputsOf, samplesOf, type Samples } from "./samples.js";
import { regressSignature, regressStepper, regressView } from "./view.js";

const WHERE = "regress";

/** Fitted on the training part. */
export interface RegressParts {
  readonly reading: Reading;
  readonly roles: Roles;
  readonly encoder: RowEncoder;
  /** Of the target. */
  readonly scaler: Scaler;
  /** Of the scaled target; the baseline, and where the network was made so, a part of it. */
  readonly ridge: LinearModel;
  /** Whether the network takes the summary of a sequence beside its steps. */
  readonly summary: boolean;
}

/** Raw rows in, numbers in raw units out: one for each row, or for each sequence. */
export class RegressPipeline implements Pipeline {
  readonly task = WHERE;

  constructor(readonly parts: RegressParts) {}

  static revive(saved: unknown): RegressPipeline {
    const { reading, roles, encoder, scaler, ridge, summary } = (saved ?? {}) as ReturnType<RegressPipeline["toJSON"]>;
    check(typeof roles?.target === "string" && Array.isArray(ridge?.weights), () => {
      return `${WHERE}: the saved preprocessing is not one of a regression: ${show(saved)}`;
    });
    const [weights, intercept] = [Float64Array.from(ridge.weights), Float64Array.from(ridge.intercept)];
    return new RegressPipeline({
      reading,
      roles,
      encoder: RowEncoder.revive(encoder),
      scaler: revivePreprocessor(scaler, "standardScaler"),
      ridge: { weights, intercept },
      summary,
    });
  }

  get reading(): Reading {
    return this.parts.reading;
  }

  toJSON() {
    const { reading, roles, encoder, scaler, ridge, summary } = this.parts;
    const { weights, intercept } = ridge;
    return {
      reading,
      roles,
      encoder: encoder.toJSON(),
      scaler: scaler.toJSON(),
      ridge: { weights: Array.from(weights), intercept: Array.from(intercept) },
      summary,
    };
  }

  /** One answer for each row, in the order of the rows; of sequences one for each, with its id. */
  async predict(
    model: Model,
    source: DataSource,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly Answer[]> {
    const table = await readTable(source, readingLike(`${WHERE}.predict`, this.reading, options));
    const { roles, encoder } = this.parts;
    const groups = groupsOf(WHERE, table, roles);
    const values = await this.answer(model, samplesOf(WHERE, table, groups, encoder));
    return Array.from(values, (value, i) => ({
      ...(groups.ids && { [roles.id!]: groups.ids[i]! }),
      [roles.target]: value,
    }));
  }

  async view(model: Model, source: DataSource, options: Readonly<Record<string, unknown>> = {}): Promise<View> {
    const table = await readTable(source, readingLike(`${WHERE}.view`, this.reading, options));
    return regressView(model, table, this.parts);
  }

  signature(model: Model): Signature {
    return regressSignature(model, this.parts);
  }

  stepper(model: Model): Stepper {
    return regressStepper(model, this.parts);
  }

  async evaluate(
    model: Model,
    source: DataSource,
    part?: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> {
    const table = await readTable(source, readingLike(`${WHERE}.evaluate`, this.reading, options));
    return this.judgeTable(model, table, part ?? table.source);
  }

  judgeTable(model: Model, table: Table, part: string): Promise<Evaluation> {
    const groups = groupsOf(WHERE, table, this.parts.roles);
    const truth = targetsOf(WHERE, table, groups, this.parts.roles.target);
    return this.judge(model, samplesOf(WHERE, table, groups, this.parts.encoder), truth, part);
  }

  /** The network, the mean of the training part, and the linear regression on the same samples. */
  async judge(model: Model, samples: Samples, truth: Float64Array, part: string): Promise<Evaluation> {
    const { roles, ridge } = this.parts;
    const mean = this.#raw([0])[0]!; // what the scaler takes to 0
    const answers = [
      { name: "network", kind: "network", values: await this.answer(model, samples) },
      { name: "mean", kind: "trivial", values: truth.map(() => mean) },
      { name: "linear regression", kind: "simple", values: this.#raw(predictLinear(ridge, samples.flat)) },
    ] as const;
    return measure(truth, answers, { part, of: roles.id === null ? "rows" : "sequences", target: roles.target });
  }

  /** In raw units. */
  async answer(model: Model, samples: Samples): Promise<Float64Array> {
    const y = await model.predict(inputsOf(samples, this.parts.summary), { batchSize: 256 });
    return this.#raw(y.data);
  }

  #raw(scaled: ArrayLike<number>): Float64Array {
    const column = tensor(Float64Array.from(scaled), [scaled.length, 1], "float64");
    return this.parts.scaler.inverse(column).data as Float64Array;
  }
}
