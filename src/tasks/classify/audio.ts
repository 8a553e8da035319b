import { input, layers, type Ragged } from "sluice";
import { logMel, reviveAudio, type AudioStep, type DataSource, type ReadOptions } from "../../data/index.js";
import { checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import { readAudio } from "./audio-reader.js";
import { bandNames, frameTimes, WHOLE_CLIP } from "../views/audio-names.js";
import type { NamedInput } from "../views/named.js";
import type { Encoder, Fitted, Modality, RawForm, TrainingPart } from "./encoder.js";
import { attachListening, bandScaleOf, checkListening, heard, practiceOf, type BandScale } from "./listening.js";
import type { ClassifyOptions } from "./options.js";
import type { Samples } from "./samples.js";
import type { Sequence } from "./sequence.js";
import { PADDING, stepNames, withinLength } from "./series-encoder.js";
import { sequenceRival, sequenceRivals } from "./sequence-rivals.js";

/** Longest clips that are read whole by default: 20 s in frames of 10 ms. */
const LONGEST = 2000;

/** Seconds from one frame to the next. */
const HOP = 0.01;

/** Log-mel features, each band with mean 0 and deviation 1 over the clip, so that loudness and microphone do not count. */
const stepFor = (bands: number) => (sampleRate: number) => logMel({ sampleRate, bands, hop: HOP, normalize: "clip" });

/** Those of a stream, which are scaled when the training part is known. */
const listenedBy = (bands: number, sampleRate: number) => ({ sampleRate, bands, hop: HOP });

export const audio: Modality<Sequence> = {
  kind: "audio",
  of: "clips",
  // Validation part of spoken digits.
  defaults: { units: [96], pooling: "mean", dropout: 0.3, epochs: 30, learningRate: 0.002, patience: 6 },
  mostInBatch: 32,
  read(where, source, options, labelled) {
    const { mels, label, listen } = options;
    const stepOf = listen ? (sampleRate: number) => logMel(listenedBy(mels, sampleRate)) : stepFor(mels);
    return readAudio(where, source, { sampleRate: undefined, label, stepOf }, labelled, readingOf(options));
  },
  isEmpty: ({ length }) => length === 0,
  fit: fitAudio,
  revive: (saved) => AudioEncoder.revive(saved),
  rivalOf: (saved, encoder, labels) => sequenceRival(saved, labels, (clip) => (encoder as AudioEncoder).scaled(clip)),
};

interface Config {
  readonly label: string;
  readonly maxLength: number;
  readonly keep: "start" | "end";
  /** Of a network that listens; left out: each clip is scaled by itself. */
  readonly scale?: BandScale;
}

/** Clips at the training part's rate to features, float32 [N, …, bands] of unequal lengths. */
class AudioEncoder implements Encoder<Sequence> {
  readonly kind = "audio";
  readonly of = "clips";
  readonly #step: AudioStep;
  readonly #config: Config;

  constructor(step: AudioStep, config: Config) {
    this.#step = step;
    this.#config = config;
  }

  static revive(saved: unknown): AudioEncoder {
    const where = "classify: the saved clips";
    const { step, label, maxLength, keep, scale } = (saved ?? {}) as Partial<Config> & { step?: unknown };
    check(typeof label === "string", () => `${where} must hold the name of the label, got ${show(saved)}`);
    checkCount(where, "maxLength", maxLength);
    const own = reviveAudio(step, where);
    const numbers = scale === undefined || [scale.mean, scale.deviation].every((list) => Array.isArray(list) && list.length === own.size && list.every(Number.isFinite)); // prettier-ignore
    check(numbers, () => `${where} must hold mean and deviation of ${own.size} bands, got ${show(scale)}`);
    if (scale !== undefined) checkRange(where, "adapt", scale.adapt, 0);
    return new AudioEncoder(own, {
      label,
      ...(scale !== undefined && { scale }),
      maxLength: maxLength!,
      keep: keep === "start" ? keep : "end",
    });
  }

  read(where: string, source: DataSource, labelled: boolean, reading: ReadOptions): Promise<Samples<Sequence>> {
    const step = this.#step;
    const { label } = this.#config;
    return readAudio(where, source, { sampleRate: step.sampleRate, label, stepOf: () => step }, labelled, reading);
  }

  isEmpty({ length }: Sequence): boolean {
    return length === 0;
  }

  encode(clips: readonly Sequence[]): Ragged {
    const scaled = clips.map((clip) => this.scaled(clip));
    return withinLength(scaled, { ...this.#config, D: this.#step.size });
  }

  /** As the network takes it. */
  scaled(clip: Sequence): Sequence {
    const { scale } = this.#config;
    return scale === undefined ? clip : heard(clip, scale, HOP);
  }

  namesOf({ items }: Samples<Sequence>): NamedInput[] {
    const stepsOf = (i: number) => frameTimes(this.#step, items[i]!.length);
    const steps = stepNames({ items, stepsOf }, this.#config);
    return [{ kind: "series", steps, features: bandNames(this.#step) }];
  }

  readonly form: RawForm = {
    sample: "audio",
    inputs: [{ name: "audio", type: "audio", description: "A WAV file" }],
    references: [{ name: "path", type: "text" }],
  };

  get pieces(): string {
    return this.#config.scale === undefined ? WHOLE_CLIP : SAMPLES;
  }

  toJSON(): object {
    return { step: this.#step.toJSON(), ...this.#config };
  }
}

const SAMPLES = "it takes samples and not rows: soundStream of sluice/streaming listens with its file";

function fitAudio(
  part: TrainingPart<Sequence>,
  options: ClassifyOptions,
  { sampleRate }: Samples<Sequence>,
): Fitted<Sequence> {
  const { mels, label, keep, listen } = options;
  if (listen) checkListening(options);
  const lengths = part.items.map(({ length }) => length).sort((a, b) => a - b);
  const longest = lengths.at(-1)!;
  // One that listens is trained on clips behind each other.
  const maxLength = options.maxLength ?? Math.min((listen ? 3 : 1) * longest, LONGEST);
  const steps = input({ shape: [null, mels] });
  const longer = lengths.filter((length) => length > maxLength).length;
  const common = { label, maxLength, keep };
  const scale = listen ? bandScaleOf(part.items) : null;
  const heardBy = listenedBy(mels, sampleRate!);
  const encoder = scale
    ? new AudioEncoder(logMel(heardBy), { ...common, scale })
    : new AudioEncoder(stepFor(mels)(sampleRate!), common);
  return {
    encoder,
    settings: { maxLength, ...(listen && { bidirectional: false }) },
    ...(scale && {
      practise: (own) =>
        practiceOf(own, part.labels.classes.map(String).indexOf(options.background ?? ""), options.seed),
      attach: (model) => attachListening(model, heardBy, scale, part.labels, options.background),
    }),
    facts: [
      ["samples a second", String(sampleRate)],
      ["frames of a clip", `${lengths[0]} to ${longest}, median ${lengths[lengths.length >> 1]}, one every 10 ms`],
    ],
    warnings: longer > 0 ? [`${longer} clips are longer than ${maxLength} frames: the ${keep} of them is heard`] : [],
    input: steps,
    steps: layers.masking({ maskValue: PADDING }).apply(steps),
    initial: {},
    rivals: () => sequenceRivals(part, (clip) => encoder.scaled(clip)),
  };
}
