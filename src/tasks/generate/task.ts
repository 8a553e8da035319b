import { input, layers, model, type Model } from "sluice";
import type { DataSource } from "../../data/index.js";
import type { Picture } from "../../runs/evaluation.js";
import { check } from "../../util/errors.js";
import { NGram } from "../baselines/n-gram.js";
import { optimizerOf, recurrentStack } from "../network.js";
import { inPasses } from "../passes.js";
import { sourceName } from "../source-name.js";
import type { Prepared, Task, TaskContext, TrainingData } from "../task.js";
import { continuation, textOf } from "./continuation.js";
import { readCorpus, type Corpus } from "./corpus.js";
import type { Ids } from "./id-list.js";
import { generateOptions, type GenerateOptions } from "./options.js";
import { GeneratePipeline, type Baseline } from "./pipeline.js";
import { Vocabulary } from "./vocabulary.js";
import { trainingStreams } from "./streams.js";
import { trainingWindows, validationWindows } from "./windows.js";

export const generateTask: Task<typeof generateOptions, GeneratePipeline> = {
  name: "generate",
  description: "Learns to write like a text, by character or by word.",
  options: generateOptions,
  prepare,
  revive: (saved) => GeneratePipeline.revive(saved),
};

/** What was found out about the options from the level and the text. */
type Settings = GenerateOptions & { sequenceLength: number; stepsPerEpoch: number; minCount: number };

async function prepare(
  source: DataSource,
  options: GenerateOptions,
  context: TaskContext,
): Promise<Prepared<GeneratePipeline>> {
  const corpus = await readCorpus("generate", source, options);
  const parts = splitCorpus(corpus, options);
  const settings = settle(options, corpus, parts);
  const vocabulary = Vocabulary.of(corpus, parts.train, settings);
  const ids = vocabulary.number(corpus);
  const train = ids.subarray(0, parts.train);
  const validation = ids.subarray(parts.train, parts.validation);
  const test = await testPart(ids.subarray(parts.validation), vocabulary, settings);
  const tested = options.testData === undefined ? "test" : sourceName(options.testData);
  warnOfUnknown(vocabulary, { validation, ...(test && { test }) }, context);
  const pipeline = new GeneratePipeline(vocabulary, options.encoding);
  const network = makeNetwork(vocabulary.size, settings);
  const baselines = baselinesOf(pipeline, train, settings);
  const validate = (m: Model, pictures: readonly Picture[] = []) =>
    pipeline.judge(m, validation, "validation", baselines(), pictures);
  return {
    pipeline,
    model: network,
    train: trainingData(train, settings, context.initialEpoch),
    validation: () => validationWindows(validation.subarray(0, MONITORED), batchOf(settings, vocabulary)),
    fit: {
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      ...(settings.tbptt && { tbptt: settings.sequenceLength }),
      patience: settings.patience,
      monitor: "val_loss",
      mode: "min",
    },
    settings,
    facts: factsOf(corpus, vocabulary, { train, validation, test }, tested),
    validate: (m) => validate(m),
    async test(m) {
      const pictures = [await samplesOf(m, vocabulary)];
      return test ? pipeline.judge(m, test, tested, baselines(), pictures) : validate(m, pictures);
    },
  };
}

/** With carried states batches follow one another, so there is no taking some of them. */
function trainingData(train: Ids, settings: Settings, initialEpoch = 0): TrainingData {
  const { tbptt, stepsPerEpoch } = settings;
  if (!tbptt) return inPasses(stepsPerEpoch, (n) => trainingWindows(train, windowsOf(settings), n), initialEpoch);
  let epoch = initialEpoch;
  return () => trainingStreams(train, windowsOf(settings), epoch++);
}

/** Pieces of the validation part that are judged after each epoch, at most; the report judges all. */
const MONITORED = 200_000;

/** Logits of a batch of validation, at most: 16 MB. */
const MOST_LOGITS = 4_000_000;
const VALIDATION_STEPS = 320;

function batchOf({ batchSize }: Settings, { size }: Vocabulary): number {
  return Math.max(1, Math.min(batchSize, Math.floor(MOST_LOGITS / (size * VALIDATION_STEPS))));
}

/** Where the training and the validation part end; what follows is the test part. */
interface Parts {
  readonly train: number;
  readonly validation: number;
}

function splitCorpus({ ids }: Corpus, { validation, test, testData }: GenerateOptions): Parts {
  const tested = testData === undefined ? test : 0;
  check(
    validation + tested < 1,
    () => `generate: validation ${validation} and test ${tested} leave nothing to train on`,
  );
  const train = Math.floor((1 - validation - tested) * ids.length);
  return { train, validation: Math.floor((1 - tested) * ids.length) };
}

function settle(options: GenerateOptions, { name, ids }: Corpus, parts: Parts): Settings {
  const word = options.level === "word";
  const { sequenceLength = word ? 35 : 100, minCount = word ? 2 : 1, batchSize } = options;
  const of = word ? "words" : "characters";
  const least = sequenceLength + 1;
  check(parts.train >= least && parts.validation - parts.train >= 2 && ids.length !== parts.validation + 1, () => {
    return `generate: ${name} is too short: ${ids.length} ${of}, of which ${parts.train} to train on; sequenceLength ${sequenceLength} needs at least ${least}, validation and test 2 each`;
  });
  const pass = Math.ceil(parts.train / (sequenceLength * batchSize));
  const { stepsPerEpoch = Math.max(50, Math.min(500, pass)) } = options;
  return { ...options, sequenceLength, minCount, stepsPerEpoch };
}

async function testPart(rest: Ids, vocabulary: Vocabulary, settings: Settings): Promise<Ids | null> {
  if (settings.testData === undefined) return rest.length > 0 ? rest : null;
  const corpus = await readCorpus("generate", settings.testData, settings);
  check(corpus.ids.length > 1, () => `generate: ${corpus.name} needs at least 2 characters or words to be judged`);
  return vocabulary.number(corpus);
}

const windowsOf = ({ sequenceLength, batchSize, stepsPerEpoch, seed }: Settings) => {
  return { length: sequenceLength, batchSize, steps: stepsPerEpoch, seed };
};

/** Vectors of PyTorch's size: with Keras's, uniform in ±0.05, the first thousand steps go into making them larger. */
const EMBEDDING = { className: "randomNormal", config: { stddev: 1 } };

/** int32 [B, T] → embedding → stacked cells → logits [B, T, V]. */
function makeNetwork(V: number, settings: Settings): Model {
  const { embedding, seed } = settings;
  const x = input({ shape: [null], dtype: "int32", name: "text" });
  const vectors = layers.embedding({ inputDim: V, outputDim: embedding, embeddingsInitializer: EMBEDDING }).apply(x);
  const h = recurrentStack(vectors, { ...settings, bidirectional: false }, true);
  const logits = layers.dense({ units: V, name: "logits" }).apply(h);
  const network = model({ inputs: x, outputs: logits, seed });
  network.compile({
    optimizer: optimizerOf(settings),
    loss: { className: "sparseCategoricalCrossentropy", config: { fromLogits: true } },
  });
  return network;
}

/** What the network is measured against; counted when it is first asked for, since training does not need it. */
function baselinesOf(pipeline: GeneratePipeline, train: Ids, { ngram, level }: Settings): () => Baseline[] {
  let made: Baseline[] | undefined;
  return () => {
    if (made) return made;
    const model = new NGram(train.subarray(Math.max(0, train.length - COUNTED)), pipeline.vocabulary.size, ngram);
    const unit = level === "word" ? "words" : "characters";
    const cut = train.length > COUNTED ? `, counted in the last ${COUNTED.toLocaleString("en")}` : "";
    const simple: Baseline = {
      name: `${model.order}-gram of ${unit}${cut}`,
      kind: "simple",
      probability: (ids, at) => model.probability(ids, at),
    };
    return (made = [pipeline.unigram(), simple]);
  };
}

/** The n-gram model counts the last pieces of the training part, at most so many: about 100 MB. */
const COUNTED = 2_000_000;

const TEMPERATURES = [0.5, 0.8, 1];

async function samplesOf(network: Model, vocabulary: Vocabulary): Promise<Picture> {
  const length = vocabulary.level === "word" ? 100 : 400;
  const samples = [];
  for (const temperature of TEMPERATURES) {
    const text = await textOf(continuation(network, vocabulary, { temperature, length, seed: 1 }));
    samples.push({ title: `Temperature ${temperature.toFixed(1)}`, text });
  }
  return { kind: "samples", samples };
}

function warnOfUnknown({ unknown, level }: Vocabulary, parts: Record<string, Ids>, { warn }: TaskContext): void {
  for (const [name, ids] of Object.entries(parts)) {
    let count = 0;
    for (const id of ids) if (id === unknown) count++;
    if (count > 0 && level === "char")
      warn(`${count} characters of the ${name} part are not in the training part; they count as one unknown character`);
  }
}

function factsOf(
  { name, pieces }: Corpus,
  { size, level }: Vocabulary,
  parts: { train: Ids; validation: Ids; test: Ids | null },
  tested: string,
): readonly (readonly [string, string])[] {
  const unit = level === "word" ? "words" : "characters";
  const show = (n: number) => n.toLocaleString("en");
  const from = tested === "test" ? "the last ones" : `those of ${tested}`;
  return [
    ["text", name],
    [`different ${unit}`, `${show(pieces.length)}, of which the model knows ${show(size - 1)}`],
    ["training part", `${show(parts.train.length)} ${unit}`],
    ["validation part", `${show(parts.validation.length)} ${unit}, those that follow`],
    ["test part", parts.test ? `${show(parts.test.length)} ${unit}, ${from}` : "none: judged on validation"],
  ];
}
