import { tensor, type Model } from "sluice";
import type { DataSource } from "../../data/index.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { check, show } from "../../util/errors.js";
import { sayMissing } from "../baselines/saved.js";
import { readingLike, type Reading } from "../common-options.js";
import type { Answer, Pipeline } from "../task.js";
import type { Signature, Stepper, View } from "../view.js";
import { viewOf } from "../views/named.js";
import { checkSteppable, whyNotSteppable } from "../views/steppable.js";
import { answerFields } from "./answer-fields.js";
import type { Encoder, Pieces } from "./encoder.js";
import { judge } from "./judge.js";
import { Labels } from "./labels.js";
import { MODALITIES } from "./modalities.js";
import { majority, type Rival, type SavedRival } from "./rivals.js";
import type { Samples } from "./samples.js";
import { largestClass, likelyClasses } from "./scores.js";

/** Samples that are computed together; results do not depend on it. */
const BATCH = 256;

/** What may be classified: data with the columns of training; or alone texts, paths of clips, or sequences [steps][features]. */
export type Asked = DataSource | readonly string[] | readonly (readonly (readonly number[])[])[];

/** Raw samples to classes. */
export class ClassifyPipeline<X = unknown> implements Pipeline {
  readonly task = "classify";
  readonly #encoder: Encoder<X>;
  readonly #labels: Labels;
  /** Share of each class in the training part. */
  readonly #shares: readonly number[];
  readonly reading: Reading;
  /** The strong simple baseline; null where it was too large to be saved. */
  readonly #rival: Rival<X> | null;

  constructor(
    encoder: Encoder<X>,
    labels: Labels,
    shares: readonly number[],
    reading: Reading,
    rival: Rival<X> | null,
  ) {
    this.#encoder = encoder;
    this.#labels = labels;
    this.#shares = shares;
    this.reading = reading;
    this.#rival = rival;
  }

  static revive(saved: unknown): ClassifyPipeline {
    const { kind, encoder, labels, shares, reading, rival } = (saved ?? {}) as Record<string, unknown>;
    const modality = MODALITIES.find((one) => one.kind === kind);
    check(modality !== undefined, () => {
      return `classify: the saved kind must be one of ${MODALITIES.map((one) => one.kind).join(", ")}, got ${show(kind)}`;
    });
    const revived = Labels.revive(labels);
    const fits = Array.isArray(shares) && shares.length === revived.count && shares.every(Number.isFinite);
    check(fits, () => `classify: the saved shares must be one number for each class, got ${show(shares)}`);
    const own = modality.revive(encoder);
    const simple = rival ? modality.rivalOf(rival as SavedRival, own, revived) : null;
    return new ClassifyPipeline(own, revived, shares as number[], reading as Reading, simple);
  }

  toJSON(): object {
    return {
      kind: this.#encoder.kind,
      reading: this.reading,
      encoder: this.#encoder.toJSON(),
      labels: this.#labels.toJSON(),
      shares: this.#shares,
      rival: this.#rival?.saved?.() ?? null,
    };
  }

  /** One answer for each sample: what it is told by, its label or labels, and the probability of each class. */
  async predict(model: Model, source: Asked, options: Readonly<Record<string, unknown>> = {}): Promise<Answer[]> {
    // The reader of each kind tells lists from tables, and refuses what is neither.
    const samples = await this.#read("classify.predict", source as DataSource, false, options);
    const p = await this.probabilities(model, samples.items);
    return samples.references.map((reference, i) => ({ ...reference, ...this.#answer(p, i) }));
  }

  async view(model: Model, source: Asked, options: Readonly<Record<string, unknown>> = {}): Promise<View> {
    const samples = await this.#read("classify.view", source as DataSource, false, options);
    const { outputs, opposite } = this.#labels;
    return viewOf(model, {
      x: this.#encoder.encode(samples.items),
      references: samples.references,
      inputs: this.#encoder.namesOf(samples),
      outputs: outputs.map((name) => ({ name, ...(opposite !== null && { opposite }) })),
    });
  }

  signature(model: Model): Signature {
    const { references, ...form } = this.#encoder.form;
    const outputs = [...references, ...answerFields(this.#labels)];
    return { task: this.task, ...form, outputs, notSteppable: this.#notSteppable(model) };
  }

  stepper(model: Model): Stepper {
    checkSteppable(this.#notSteppable(model));
    const { units } = this.#labels;
    return {
      ...(this.#encoder.pieces as Pieces),
      outputs: answerFields(this.#labels),
      decode: (output, offset) => {
        const own = Float32Array.from({ length: units }, (_, k) => output[offset + k]!);
        return this.#answer(this.#labels.probabilities(tensor(own)), 0);
      },
    };
  }

  #notSteppable(model: Model): string | null {
    const { pieces } = this.#encoder;
    return typeof pieces === "string" ? pieces : whyNotSteppable(model);
  }

  async evaluate(
    model: Model,
    source: DataSource,
    part?: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> {
    const where = "classify.evaluate";
    const samples = await this.#read(where, source, true, options);
    const truth = this.#labels.truth(where, samples);
    const { items } = samples;
    const given = { items, truth, of: this.#encoder.of, part: part ?? samples.source };
    const trivial = majority(this.#labels, this.#shares);
    const rivals = this.#rival ? [trivial, this.#rival] : [trivial];
    const evaluation = judge(given, this.#labels, await this.probabilities(model, items), rivals);
    return this.#rival ? evaluation : sayMissing(evaluation, "the simple baseline");
  }

  /** [N, K], in the order of the samples. */
  async probabilities(model: Model, items: readonly X[]): Promise<Float64Array> {
    const K = this.#labels.count;
    const out = new Float64Array(items.length * K);
    for (let start = 0; start < items.length; start += BATCH) {
      const output = await model.predict(this.#encoder.encode(items.slice(start, start + BATCH)), { batchSize: BATCH });
      out.set(this.#labels.probabilities(output), start * K);
    }
    return out;
  }

  async #read(
    where: string,
    source: DataSource,
    labelled: boolean,
    options: Readonly<Record<string, unknown>>,
  ): Promise<Samples<X>> {
    const reading = readingLike(where, this.reading, options);
    const samples = await this.#encoder.read(where, source, labelled, reading);
    const empty = samples.items.findIndex((item) => this.#encoder.isEmpty(item));
    check(empty < 0, () => `${where}: there is nothing to read (${samples.source}, ${samples.placeOf(empty)})`);
    return samples;
  }

  #answer(p: Float64Array, i: number): Answer {
    const K = this.#labels.count;
    const each = this.#labels.classes.map((name, k) => [`p_${name}`, p[i * K + k]!] as const);
    return { ...this.#labelOf(p, i), ...Object.fromEntries(each) };
  }

  #labelOf(p: Float64Array, i: number): Answer {
    const { classes, separator, count } = this.#labels;
    if (separator !== null) return { label: likelyClasses(p, i, count).map((k) => String(classes[k])) };
    const k = largestClass(p, i, count);
    return { label: classes[k]!, probability: p[i * count + k]! };
  }
}
