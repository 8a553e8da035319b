import { stratifiedSplit, type DataSource } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import type { Prepared, TaskContext, TrainingData } from "../task.js";
import type { Fitted, Modality } from "./encoder.js";
import { judge } from "./judge.js";
import { Labels, strata } from "./labels.js";
import { buildNetwork } from "./network.js";
import type { ClassifyOptions } from "./options.js";
import { ClassifyPipeline } from "./pipeline.js";
import { best, majority, sharesOf } from "./rivals.js";
import { take, withoutGaps, type Samples } from "./samples.js";
import type { Truth } from "./scores.js";

const WHERE = "classify";

interface Part<X> {
  readonly samples: Samples<X>;
  readonly truth: Truth;
}

interface Parts<X> {
  readonly train: Part<X>;
  readonly validation: Part<X>;
  readonly test: Part<X>;
}

/** What stands before training, for one kind of samples. Everything fitted is fitted on the training part. */
export async function prepareClassify<X>(
  modality: Modality<X>,
  source: DataSource,
  options: ClassifyOptions,
  context: TaskContext,
): Promise<Prepared<ClassifyPipeline<X>>> {
  const separator = options.multiLabel ?? null;
  const read = async (from: DataSource) => {
    const samples = await modality.read(WHERE, from, options, true);
    return withoutGaps(samples, modality.isEmpty, separator !== null, (message) => context.warn(message));
  };
  const samples = await read(source);
  check(samples.items.length > 0, () => `${WHERE}: ${samples.source} has nothing to learn from, all rows are empty`);
  const tested = options.testData === undefined ? null : await read(options.testData);
  const labels = Labels.fit(WHERE, samples, options.label, separator);
  for (const names of labels.lookalikes()) {
    const named = names.map(show).join(" and ");
    context.warn(
      `${samples.source}: the labels ${named} differ in blanks or capitals only; they count as ${names.length} classes`,
    );
  }
  const parts = split(samples, tested, labels, options);
  const { train, validation, test } = parts;
  warnOfCopies(train.samples, test.samples, modality.of, (message) => context.warn(message));
  const fitted = modality.fit({ items: train.samples.items, truth: train.truth, labels }, options, samples, source);
  for (const warning of fitted.warnings) context.warn(warning);
  const batchSize = options.batchSize ?? batchFor(train.truth.length, modality.mostInBatch);
  const settings = { ...options, batchSize, ...fitted.settings };
  const shares = sharesOf(train.truth, labels.count);
  const rival = best(fitted.rivals(), validation.samples.items, validation.truth, labels);
  const pipeline = new ClassifyPipeline(fitted.encoder, labels, shares, readingOf(options), rival);
  const rivals = [majority(labels, shares), rival];
  const measure = async (
    model: Parameters<Prepared["test"]>[0],
    { samples: { items }, truth }: Part<X>,
    part: string,
  ) => {
    const p = await pipeline.probabilities(model, items);
    return judge({ items, truth, of: modality.of, part }, labels, p, rivals);
  };
  const model = buildNetwork(fitted, labels, settings);
  fitted.attach?.(model);
  return {
    pipeline,
    model,
    train: dataOf(fitted, labels, train, options.classWeight === "balanced", fitted.practise),
    validation: dataOf(fitted, labels, validation, false),
    fit: {
      epochs: options.epochs,
      batchSize,
      patience: options.patience,
      monitor: "val_loss",
      mode: "min",
    },
    settings,
    facts: factsOf(parts, labels, modality.of, fitted),
    validate: (model) => measure(model, validation, "validation"),
    test: (model) => measure(model, test, tested ? tested.source : "test"),
  };
}

function split<X>(samples: Samples<X>, tested: Samples<X> | null, labels: Labels, options: ClassifyOptions): Parts<X> {
  const { validation, test, seed } = options;
  const truth = labels.truth(WHERE, samples);
  const shares = tested ? [1 - validation, validation] : [1 - validation - test, validation, test];
  check(shares[0]! > 0, () => `${WHERE}: validation ${validation} and test ${test} leave nothing to train on`);
  checkSizes(samples, truth, labels, shares.length);
  const rows = stratifiedSplit(strata(truth, labels.count), shares, seed);
  const partOf = (indices: Int32Array): Part<X> => ({
    samples: take(samples, indices),
    truth: Array.from(indices, (i) => truth[i]!),
  });
  const [trainPart, validationPart, testPart] = rows.map(partOf);
  const seen = new Set(trainPart!.truth.flat());
  const unseen = labels.classes.findIndex((_, k) => !seen.has(k));
  check(unseen < 0, () => {
    return `${WHERE}: none of the samples with label ${show(labels.classes[unseen])} is in the training part; give more of them, or smaller shares for validation and test`;
  });
  const other = tested ? { samples: tested, truth: labels.truth(WHERE, tested) } : testPart!;
  return { train: trainPart!, validation: validationPart!, test: other };
}

/** More of the test part than this share may not have been trained on word for word, or the result is not one of unseen data. */
const MOST_COPIES = 0.01;

/** Only texts are compared: other samples are objects of their own, which are never the same. */
function warnOfCopies<X>(train: Samples<X>, test: Samples<X>, of: string, warn: (message: string) => void): void {
  const seen = new Set(train.items);
  const copies = test.items.filter((item) => seen.has(item)).length;
  if (copies <= MOST_COPIES * test.items.length) return;
  warn(
    `${copies} of the ${test.items.length} ${of} of the test part are in the training part too, word for word; the result flatters the network`,
  );
}

/** Each class needs a sample for each part. */
function checkSizes<X>(samples: Samples<X>, truth: Truth, labels: Labels, parts: number): void {
  const counts = countsOf(truth, labels);
  const rare = counts.findIndex((count) => count < parts);
  check(rare < 0, () => {
    const at = truth.findIndex((set) => set.includes(rare));
    const place = `${samples.source}, ${samples.placeOf(at)}`;
    const names = parts === 3 ? "training, validation and test" : "training and validation";
    return `${WHERE}: label ${show(labels.classes[rare])} has ${counts[rare]} of the ${parts} samples that ${names} need at least (${place})`;
  });
}

const countsOf = (truth: Truth, labels: Labels) =>
  labels.classes.map((_, k) => truth.filter((set) => set.includes(k)).length);

function dataOf<X>(
  fitted: Fitted<X>,
  labels: Labels,
  part: Part<X>,
  balanced: boolean,
  practise?: Fitted<X>["practise"],
): TrainingData {
  const own = { items: part.samples.items, truth: part.truth };
  const { items, truth } = practise ? practise(own) : own;
  const x = fitted.encoder.encode(items);
  const y = labels.targets(truth);
  return balanced ? [x, y, balancedWeights(truth, labels)] : [x, y];
}

/** N / (K · n(class)), as scikit-learn's "balanced"; of several labels the largest, and 1 for none. */
export function balancedWeights(truth: Truth, labels: Labels): Float32Array {
  const weights = countsOf(truth, labels).map((count) => truth.length / (labels.count * count));
  return Float32Array.from(truth, (set) => (set.length > 0 ? Math.max(...set.map((k) => weights[k]!)) : 1));
}

function factsOf<X>(parts: Parts<X>, labels: Labels, of: string, fitted: Fitted<X>): (readonly [string, string])[] {
  const { train, validation, test } = parts;
  const counts = countsOf(train.truth, labels);
  const classes = labels.classes.map((name, k) => `${name}: ${counts[k]}`);
  return [
    [of, [train, validation, test].map(({ truth }) => truth.length).join(" / ") + " (training / validation / test)"],
    ["classes in training", classes.length > 20 ? `${classes.slice(0, 20).join(", ")} …` : classes.join(", ")],
    ...fitted.facts,
  ];
}

/** A power of two near a 32nd of the samples, so that an epoch of few samples has steps enough; 8 to `most`. */
function batchFor(count: number, most: number): number {
  return Math.min(most, Math.max(8, 2 ** Math.round(Math.log2(count / 32))));
}
