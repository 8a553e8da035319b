import { logMel, stratifiedSplit, type DataSource } from "../../data/index.js";
import { stepsFor } from "../../ops/ctc-labels.js";
import { check, show } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import { inPasses } from "../passes.js";
import type { Prepared, TaskContext } from "../task.js";
import { plainBatches, trainingBatches, type Spoken } from "./batches.js";
import { readTranscripts, type Clips } from "./clips.js";
import { stepsOf } from "./frames.js";
import { Language } from "./language.js";
import { buildNetwork } from "./network.js";
import type { TranscribeOptions } from "./options.js";
import { emptyText, TranscribePipeline } from "./pipeline.js";
import { always, simpleRival } from "./rivals.js";
import { normalized, Symbols } from "./symbols.js";

const WHERE = "transcribe";

/** Everything that stands before training; what is fitted is fitted on the training part. */
export async function prepareTranscribe(
  source: DataSource,
  options: TranscribeOptions,
  context: TaskContext,
): Promise<Prepared<TranscribePipeline>> {
  const { audio, text, mels, stack, level, lower, punctuation } = options;
  check(audio !== text, () => `${WHERE}: audio and text are both the column ${show(audio)}`);
  const reading = readingOf(options);
  const stepOf = (sampleRate: number) => logMel({ sampleRate, bands: mels });
  const read = (from: DataSource, sampleRate?: number) =>
    readTranscripts(WHERE, from, { audio, text }, { stepOf, sampleRate, range: options.range }, true, reading);
  const clips = await read(source);
  const other = async (path: string | undefined) => (path === undefined ? null : read(path, clips.sampleRate));
  const tested = await other(options.testData);
  const parts = split(clips, await other(options.validationData), tested, options);
  const rules = { level, lower, punctuation };
  const texts = textsOf(parts.train, rules);
  const symbols = Symbols.fit(texts, rules);
  const train = spoken(parts.train, texts, symbols, stack);
  const validation = spoken(parts.validation, textsOf(parts.validation, rules), symbols, stack);
  warnOfUnknown(parts, symbols, context);
  const language = options.languageWeight > 0 ? Language.fit(train.classes, options.ngram, symbols.classes) : null;
  const rivals = [always(train.classes), simpleRival(train, validation, symbols.classes)];
  const { beams, languageWeight, labelBonus } = options;
  const pipeline = new TranscribePipeline({
    step: stepOf(clips.sampleRate),
    range: options.range,
    columns: { audio, text },
    symbols,
    decoding: { stack, beams, languageWeight, labelBonus, language },
    reading,
    rivals,
  });
  const steps = Math.ceil(train.frames.length / options.batchSize);
  return {
    pipeline,
    model: buildNetwork(symbols.classes, Math.ceil(steps / (context.shards ?? 1)), options),
    train: inPasses(steps, (epoch) => trainingBatches(train, options, epoch), context.initialEpoch),
    validation: () => plainBatches(validation, options),
    fit: {
      epochs: options.epochs,
      batchSize: options.batchSize,
      patience: options.patience,
      monitor: "val_loss",
      mode: "min",
    },
    settings: options,
    facts: factsOf(parts, texts, symbols),
    validate: (model) => pipeline.judge(model, parts.validation, "validation"),
    test: (model) => pipeline.judge(model, parts.test, tested ? tested.source : "test"),
  };
}

interface Parts {
  readonly train: Clips;
  readonly validation: Clips;
  readonly test: Clips;
}

function split(clips: Clips, validated: Clips | null, tested: Clips | null, options: TranscribeOptions): Parts {
  const [validation, test] = [validated ? 0 : options.validation, tested ? 0 : options.test];
  const rest = 1 - validation - test;
  check(rest > 0, () => `${WHERE}: validation ${validation} and test ${test} leave nothing to train on`);
  const shares = [rest, validation, test].filter((share) => share > 0);
  check(clips.paths.length >= shares.length, () => {
    return `${WHERE}: ${clips.source} has ${clips.paths.length} clips, too few for ${shares.length} parts`;
  });
  const rows = shares.length === 1 ? [clips.paths.map((_, i) => i)] : stratifiedSplit(clips.paths.map(() => 0), shares, options.seed); // prettier-ignore
  const drawn = rows.map((indices) => take(clips, indices));
  const train = drawn.shift()!;
  return { train, validation: validated ?? drawn.shift()!, test: tested ?? drawn.shift()! };
}

function take(clips: Clips, rows: ArrayLike<number>): Clips {
  const pick = <V>(values: readonly V[]) => Array.from(rows, (row) => values[row]!);
  const { paths, frames, texts, seconds } = clips;
  return { ...clips, paths: pick(paths), frames: pick(frames), texts: pick(texts), seconds: pick(seconds) };
}

function textsOf(clips: Clips, rules: Symbols["rules"]): string[] {
  const texts = clips.texts.map((text) => normalized(text, rules));
  const empty = texts.indexOf("");
  check(empty < 0, () => emptyText(WHERE, clips, empty));
  return texts;
}

/** @throws SluiceError for a clip that has too few steps for its text */
function spoken(clips: Clips, texts: readonly string[], symbols: Symbols, stack: number): Spoken {
  const classes = texts.map((text) => symbols.encode(text));
  for (const [i, text] of classes.entries()) {
    const [steps, least] = [stepsOf(clips.frames[i]!.length, stack), stepsFor(text)];
    check(least <= steps, () => {
      return `${WHERE}: ${clips.source}: the text of ${clips.paths[i]}, ${show(texts[i])}, needs ${least} steps, but ${clips.seconds[i]!.toFixed(2)} s are ${steps} steps of ${stack * 10} ms; correct the text, or give a smaller stack`;
    });
  }
  return { frames: clips.frames, classes };
}

function warnOfUnknown({ validation, test }: Parts, symbols: Symbols, context: TaskContext): void {
  for (const [name, clips] of Object.entries({ validation, test })) {
    const unknown = clips.texts.flatMap((text) => symbols.unknownIn(normalized(text, symbols.rules)) ?? []);
    if (unknown.length === 0) continue;
    const kind = symbols.rules.level === "char" ? "characters" : "words";
    context.warn(
      `${unknown.length} of ${clips.texts.length} texts of the ${name} part have ${kind} that the training part has not, such as ${show(unknown[0])}; these cannot be heard`,
    );
  }
}

function factsOf(parts: Parts, texts: readonly string[], symbols: Symbols): (readonly [string, string])[] {
  const all = [parts.train, parts.validation, parts.test];
  const minutes = (clips: Clips) => (clips.seconds.reduce((a, b) => a + b, 0) / 60).toFixed(1);
  const lengths = texts.map((text) => symbols.encode(text).length).sort((a, b) => a - b);
  const kind = symbols.rules.level === "char" ? "characters" : "words";
  return [
    ["clips", `${all.map(({ paths }) => paths.length).join(" / ")} (training / validation / test)`],
    ["minutes", all.map(minutes).join(" / ")],
    ["samples a second", String(parts.train.sampleRate)],
    [`different ${kind}`, String(symbols.list.length)],
    [`${kind} of a text`, `${lengths[0]} to ${lengths.at(-1)}, median ${lengths[lengths.length >> 1]}`],
  ];
}
