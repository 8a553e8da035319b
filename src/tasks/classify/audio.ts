import { input, layers, type Ragged } from "sluice";
import { logMel, reviveAudio, type AudioStep, type DataSource, type ReadOptions } from "../../data/index.js";
import { checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import { readAudio } from "./audio-reader.js";
import { bandNames, frameTimes, WHOLE_CLIP } from "../views/audio-names.js";
import type { NamedInput } from "../views/named.js";
import type { Encoder, Fitted, Modality, RawForm, TrainingPart } from "./encoder.js";
import type { ClassifyOptions } from "./options.js";
import type { Samples } from "./samples.js";
import type { Sequence } from "./sequence.js";
import { PADDING, stepNames, withinLength } from "./series-encoder.js";
import { sequenceRival, sequenceRivals } from "./sequence-rivals.js";

/** Longest clips that are read whole by default: 20 s in frames of 10 ms. */
const LONGEST = 2000;

/** Log-mel features, each band with mean 0 and deviation 1 over the clip, so that loudness and microphone do not count. */
const stepFor = (bands: number) => (sampleRate: number) => logMel({ sampleRate, bands, normalize: "clip" });

export const audio: Modality<Sequence> = {
  kind: "audio",
  of: "clips",
  // Validation part of spoken digits.
  defaults: { units: [96], pooling: "mean", dropout: 0.3, epochs: 30, learningRate: 0.002, patience: 6 },
  mostInBatch: 32,
  read(where, source, options, labelled) {
    const { mels, label } = options;
    return readAudio(
      where,
      source,
      { sampleRate: undefined, label, stepOf: stepFor(mels) },
      labelled,
      readingOf(options),
    );
  },
  isEmpty: ({ length }) => length === 0,
  fit: fitAudio,
  revive: (saved) => AudioEncoder.revive(saved),
  rivalOf: (saved, _, labels) => sequenceRival(saved, labels, (clip) => clip),
};

interface Config {
  readonly label: string;
  readonly maxLength: number;
  readonly keep: "start" | "end";
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
    const { step, label, maxLength, keep } = (saved ?? {}) as Partial<Config> & { step?: unknown };
    check(typeof label === "string", () => `${where} must hold the name of the label, got ${show(saved)}`);
    checkCount(where, "maxLength", maxLength);
    return new AudioEncoder(reviveAudio(step, where), {
      label,
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
    return withinLength(clips, { ...this.#config, D: this.#step.size });
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

  readonly pieces = WHOLE_CLIP;

  toJSON(): object {
    return { step: this.#step.toJSON(), ...this.#config };
  }
}

function fitAudio(
  part: TrainingPart<Sequence>,
  options: ClassifyOptions,
  { sampleRate }: Samples<Sequence>,
): Fitted<Sequence> {
  const { mels, label, keep } = options;
  const lengths = part.items.map(({ length }) => length).sort((a, b) => a - b);
  const longest = lengths.at(-1)!;
  const maxLength = options.maxLength ?? Math.min(longest, LONGEST);
  const steps = input({ shape: [null, mels] });
  const longer = lengths.filter((length) => length > maxLength).length;
  return {
    encoder: new AudioEncoder(stepFor(mels)(sampleRate!), { label, maxLength, keep }),
    settings: { maxLength },
    facts: [
      ["samples a second", String(sampleRate)],
      ["frames of a clip", `${lengths[0]} to ${longest}, median ${lengths[lengths.length >> 1]}, one every 10 ms`],
    ],
    warnings: longer > 0 ? [`${longer} clips are longer than ${maxLength} frames: the ${keep} of them is heard`] : [],
    input: steps,
    steps: layers.masking({ maskValue: PADDING }).apply(steps),
    initial: {},
    rivals: () => sequenceRivals(part, (clip) => clip),
  };
}
