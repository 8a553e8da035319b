import { tensor, type Model, type Tensor } from "sluice";
import { numbersOf, revivePreprocessor, type DataSource, type Scaler } from "../../../data/index.js";
import type { Evaluation } from "../../../runs/evaluation.js";
import { check, show } from "../../../util/errors.js";
import { predictLinear, type LinearModel } from "../../baselines/linear.js";
import { readingLike, type Reading } from "../../common-options.js";
import type { MixedItem } from "../../mixed/columns.js";
import { MixedEncoder, SEVERAL_KINDS } from "../../mixed/encoder.js";
import { readMixed } from "../../mixed/read.js";
import type { Answer, Pipeline } from "../../task.js";
import type { Signature, View } from "../../view.js";
import { numberField } from "../../views/fields.js";
import { viewOf } from "../../views/named.js";
import { checkSteppable } from "../../views/steppable.js";
import { measure } from "../measure.js";
import { flatRows } from "./flat.js";

const WHERE = "regress";
/** Samples that are computed together; results do not depend on it. */
const BATCH = 256;

/** Fitted on the training part. */
interface Parts {
  readonly reading: Reading;
  readonly target: string;
  readonly encoder: MixedEncoder;
  /** Of the target. */
  readonly scaler: Scaler;
  /** Of the scaled target; the baseline. */
  readonly ridge: LinearModel;
}

/** Rows with columns of several kinds in, numbers in raw units out. */
export class MixedRegression implements Pipeline {
  readonly task = WHERE;

  constructor(readonly parts: Parts) {}

  static revive(saved: unknown): MixedRegression {
    const { reading, target, inputs, scaler, ridge } = (saved ?? {}) as ReturnType<MixedRegression["toJSON"]>;
    check(typeof target === "string" && Array.isArray(ridge?.weights) && Array.isArray(ridge.intercept), () => {
      return `${WHERE}: the saved preprocessing is not one of a regression: ${show(saved)}`;
    });
    return new MixedRegression({
      reading,
      target,
      encoder: MixedEncoder.revive(WHERE, inputs),
      scaler: revivePreprocessor(scaler, "standardScaler"),
      ridge: { weights: Float64Array.from(ridge.weights), intercept: Float64Array.from(ridge.intercept) },
    });
  }

  get reading(): Reading {
    return this.parts.reading;
  }

  toJSON() {
    const { reading, target, encoder, scaler, ridge } = this.parts;
    const { weights, intercept } = ridge;
    const saved = { weights: Array.from(weights), intercept: Array.from(intercept) };
    return { reading, target, inputs: encoder.toJSON(), scaler: scaler.toJSON(), ridge: saved };
  }

  /** One answer for each row, in the order of the rows. */
  async predict(model: Model, source: DataSource, options: Readonly<Record<string, unknown>> = {}): Promise<Answer[]> {
    const { items } = await this.#read(`${WHERE}.predict`, source, options);
    const values = await this.answer(model, items);
    return Array.from(values, (value) => ({ [this.parts.target]: value }));
  }

  async view(model: Model, source: DataSource, options: Readonly<Record<string, unknown>> = {}): Promise<View> {
    const { encoder, target } = this.parts;
    const { items } = await this.#read(`${WHERE}.view`, source, options);
    return viewOf(model, {
      x: encoder.encode(items),
      references: items.map((item) => encoder.referenceOf(item)),
      inputs: encoder.namesOf(items),
      outputs: [{ name: target }],
    });
  }

  signature(): Signature {
    const { sample, inputs } = this.parts.encoder.form;
    return { task: WHERE, sample, inputs, outputs: [numberField(this.parts.target)], notSteppable: SEVERAL_KINDS };
  }

  stepper(): never {
    return checkSteppable(SEVERAL_KINDS);
  }

  async evaluate(
    model: Model,
    source: DataSource,
    part?: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> {
    const { table, items } = await this.#read(`${WHERE}.evaluate`, source, options);
    const truth = numbersOf(WHERE, table, this.parts.target);
    const gap = truth.findIndex(Number.isNaN);
    check(gap < 0, () => {
      return `${WHERE}: ${table.source}, ${table.placeOf(gap)}: column ${show(this.parts.target)} is empty; there is nothing to compare with`;
    });
    return this.judge(model, items, truth, part ?? table.source);
  }

  /** The network, the mean of the training part, and the linear regression on the same samples. */
  async judge(model: Model, items: readonly MixedItem[], truth: Float64Array, part: string): Promise<Evaluation> {
    const mean = this.#raw([0])[0]!; // what the scaler takes to 0
    const { encoder, ridge, target } = this.parts;
    const answers = [
      { name: "network", kind: "network", values: await this.answer(model, items) },
      { name: "mean", kind: "trivial", values: truth.map(() => mean) },
      { name: "linear regression", kind: "simple", values: this.#raw(predictLinear(ridge, flatRows(encoder, items))) },
    ] as const;
    return measure(truth, answers, { part, of: "rows", target });
  }

  /** In raw units. */
  async answer(model: Model, items: readonly MixedItem[]): Promise<Float64Array> {
    const out = new Float64Array(items.length);
    for (let start = 0; start < items.length; start += BATCH) {
      const inputs: Tensor[] = this.parts.encoder.encode(items.slice(start, start + BATCH));
      out.set(this.#raw((await model.predict(inputs, { batchSize: BATCH })).data), start);
    }
    return out;
  }

  async #read(where: string, source: DataSource, options: Readonly<Record<string, unknown>>) {
    const { encoder, reading } = this.parts;
    const read = await readMixed(where, source, encoder.columns, readingLike(where, reading, options), encoder.audio);
    const empty = read.items.findIndex((item) => encoder.isEmpty(item));
    check(empty < 0, () => {
      return `${where}: there is nothing to read (${read.table.source}, ${read.table.placeOf(empty)})`;
    });
    return read;
  }

  #raw(scaled: ArrayLike<number>): Float64Array {
    const column = tensor(Float64Array.from(scaled), [scaled.length, 1], "float64");
    return this.parts.scaler.inverse(column).data as Float64Array;
  }
}
