import { Random } from "sluice";
import type { DataSource } from "../../data/index.js";
import { check } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import { inPasses } from "../passes.js";
import type { Prepared, TaskContext } from "../task.js";
import { plainBatches, trainingBatches, type Numbered } from "./batches.js";
import { Codec } from "./codec.js";
import { grouped } from "./judge.js";
import { buildNetwork } from "./network.js";
import type { TranslateOptions } from "./options.js";
import { readPairs, sentenceReading, type Pairs } from "./pairs.js";
import { TranslatePipeline } from "./pipeline.js";
import { Nearest } from "./rivals.js";

const WHERE = "translate";

/** Everything that stands before training; vocabularies and baselines are those of the training part. */
export async function prepareTranslate(
  data: DataSource,
  options: TranslateOptions,
  context: TaskContext,
): Promise<Prepared<TranslatePipeline>> {
  const columns = { source: options.source, target: options.target };
  check(columns.source !== columns.target, () => `${WHERE}: source and target are both the column ${columns.source}`);
  const reading = sentenceReading(columns, readingOf(options));
  const all = await readPairs(WHERE, data, columns, reading);
  const tested = options.testData === undefined ? null : await readPairs(WHERE, options.testData, columns, reading);
  const parts = split(all, tested, options);
  const [source, target] = codecsOf(parts.train, options);
  const train = numbered(parts.train, source, target, options);
  const left = parts.train.sources.length - train.sources.length;
  check(
    train.sources.length > 0,
    () => `${WHERE}: no training pair is short enough for maxSourceLength and maxTargetLength`,
  );
  if (left > 0) context.warn(`${left} of ${parts.train.sources.length} training pairs are longer than ${options.maxSourceLength} and ${options.maxTargetLength} tokens; they are left out`); // prettier-ignore
  const validation = numbered(parts.validation, source, target, options);
  check(validation.sources.length > 0, () => `${WHERE}: no pair of the validation part is short enough to be judged`);
  const { beamWidth, lengthPenalty, coveragePenalty, batchSize } = options;
  const pipeline = new TranslatePipeline({
    columns,
    source,
    target,
    search: { beamWidth, lengthPenalty, coveragePenalty },
    bleuTokens: options.bleuTokens === "auto" ? tokensOf(parts.train) : options.bleuTokens,
    reading,
    nearest: new Nearest(parts.train.sources, parts.train.targets, source),
  });
  const steps = Math.ceil(train.sources.length / batchSize);
  return {
    pipeline,
    model: buildNetwork(source.size, target.size, options, Math.ceil(steps / (context.shards ?? 1))),
    train: inPasses(steps, (epoch) => trainingBatches(train, options, epoch), context.initialEpoch),
    validation: () => plainBatches(validation, batchSize),
    fit: { epochs: options.epochs, batchSize, patience: options.patience, monitor: "val_loss", mode: "min" },
    settings: options,
    facts: factsOf(all, parts, source, target),
    validate: (model) => pipeline.judge(model, grouped(parts.validation), "validation"),
    test: (model) => pipeline.judge(model, grouped(parts.test), tested ? tested.name : "test"),
  };
}

interface Parts {
  readonly train: Pairs;
  readonly validation: Pairs;
  readonly test: Pairs;
}

/** By sentence: all translations of a source are in one part, and so are sources that differ in case alone. */
function split(all: Pairs, tested: Pairs | null, options: TranslateOptions): Parts {
  const keyOf = (source: string) => source.normalize("NFC").trim().toLowerCase();
  const keys = all.sources.map(keyOf);
  const known = [...new Set(keys)];
  const drawn = Int32Array.from(known, (_, i) => i);
  new Random(options.seed).shuffle(drawn);
  const distinct = Array.from(drawn, (i) => known[i]!);
  const share = (part: number) => Math.max(1, Math.round(part * distinct.length));
  const tests = tested ? 0 : share(options.test);
  const validations = share(options.validation);
  check(distinct.length > tests + validations, () => {
    return `${WHERE}: ${all.name} has ${distinct.length} different sentences, too few for a training, a validation and a test part`;
  });
  const place = new Map(distinct.map((key, i) => [key, i]));
  // The order of the parts is that of the draw, so that the first sentences of one are a fair sample of it.
  const order = keys.map((_, i) => i).sort((a, b) => place.get(keys[a]!)! - place.get(keys[b]!)! || a - b);
  const take = (from: number, end: number): Pairs => {
    const rows = order.filter((i) => place.get(keys[i]!)! >= from && place.get(keys[i]!)! < end);
    return { name: all.name, sources: rows.map((i) => all.sources[i]!), targets: rows.map((i) => all.targets[i]!) };
  };
  const validation = take(tests, tests + validations);
  const train = take(tests + validations, distinct.length);
  return { train, validation, test: tested ?? take(0, tests) };
}

function codecsOf({ sources, targets }: Pairs, options: TranslateOptions): [Codec, Codec] {
  const limits = { minCount: options.minCount, most: options.maxTokens };
  const { sourceLevel, targetLevel, lower } = options;
  return [
    Codec.fit(sources, { level: sourceLevel, lower, writes: false }, limits),
    Codec.fit(targets, { level: targetLevel, lower: false, writes: true }, limits),
  ];
}

/** In tokens, without the pairs that are too long, or of which nothing is left. */
function numbered({ sources, targets }: Pairs, source: Codec, target: Codec, options: TranslateOptions): Numbered {
  const { maxSourceLength, maxTargetLength } = options;
  const pairs = sources.map((text, i) => ({ from: source.encode(text), to: target.encode(targets[i]!) }));
  const short = pairs.filter(({ from, to }) => {
    return from.length > 0 && from.length <= maxSourceLength && to.length > 0 && to.length <= maxTargetLength;
  });
  return { sources: short.map(({ from }) => from), targets: short.map(({ to }) => to) };
}

/** Whether a fifth of the letters are Chinese. */
function tokensOf({ targets }: Pairs): "zh" | "13a" {
  const text = targets.slice(0, 1000).join("");
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return 5 * count(/\p{Script=Han}/gu) >= count(/\p{L}/gu) ? "zh" : "13a";
}

function factsOf(all: Pairs, parts: Parts, source: Codec, target: Codec): (readonly [string, string])[] {
  const show = (n: number) => n.toLocaleString("en");
  const each = (count: (pairs: Pairs) => number) => [parts.train, parts.validation, parts.test].map((p) => show(count(p))).join(" / "); // prettier-ignore
  return [
    ["pairs", all.name],
    ["pairs (training / validation / test)", each(({ sources }) => sources.length)],
    ["different sources", each(({ sources }) => new Set(sources).size)],
    ["tokens of the source", `${show(source.pieces.length)} known, by ${source.rules.level}`],
    ["tokens of the target", `${show(target.pieces.length)} known, by ${target.rules.level}`],
  ];
}
