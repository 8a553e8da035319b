import { input, layers, tensor } from "sluice";
import { revivePreprocessor, standardScaler, type Scaler } from "../../data/index.js";
import { checkCount } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import type { Sequence } from "../classify/sequence.js";
import { PADDING, stepNames, withinLength } from "../classify/series-encoder.js";
import type { Field } from "../view.js";
import { bandNames, frameTimes } from "../views/audio-names.js";
import { numbered, type NamedInput } from "../views/named.js";
import type { MixedItem } from "./columns.js";
import { audioStep } from "./read.js";
import {
  layerName,
  type FittedPart,
  type MixedAudio,
  type MixedSettings,
  type MixedTraining,
  type Part,
} from "./part.js";
import { recurrentBranch } from "./recurrent-branch.js";

/** Longest sequences that are read whole by default. */
const LONGEST = { series: 1000, audio: 2000 };

interface Config {
  readonly D: number;
  readonly maxLength: number;
  readonly keep: "start" | "end";
}

/** Numeric sequences as z-scores by feature, or frames of recordings, which are scaled by clip already. */
export class SequencePart implements Part {
  constructor(
    readonly kind: "series" | "audio",
    readonly name: string,
    readonly config: Config,
    readonly scaler: Scaler | null,
  ) {}

  static revive(kind: "series" | "audio", name: string, saved: unknown): SequencePart {
    const { scaler, D, maxLength, keep } = (saved ?? {}) as Partial<Config> & { scaler?: unknown };
    const where = `the saved ${kind} ${JSON.stringify(name)}`;
    const config = {
      D: checkCount(where, "D", D),
      maxLength: checkCount(where, "maxLength", maxLength),
      keep: keep === "start" ? keep : ("end" as const),
    };
    return new SequencePart(kind, name, config, scaler ? revivePreprocessor(scaler, "standardScaler") : null);
  }

  isPresent(item: MixedItem): boolean {
    return item[this.name] !== null;
  }

  encode(items: readonly MixedItem[]) {
    return [
      withinLength(
        items.map((item) => this.sequenceOf(item)),
        this.config,
      ),
    ];
  }

  /** Scaled; an absent sequence is one step of zeros, the mean. */
  sequenceOf(item: MixedItem): Sequence {
    const { D } = this.config;
    const sequence = item[this.name] as Sequence | null;
    if (sequence === null) return { values: new Float64Array(D), length: 1, D };
    check(sequence.D === this.config.D, () => {
      return `column ${JSON.stringify(this.name)}: the model was trained on ${this.config.D} numbers a step, got ${sequence.D}`;
    });
    if (!this.scaler) return sequence;
    const rows = tensor(Float64Array.from(sequence.values), [sequence.length, sequence.D], "float64");
    return { ...sequence, values: this.scaler.transform(rows).data };
  }

  namesOf(items: readonly MixedItem[], { mels, sampleRate }: MixedAudio): NamedInput[] {
    const step = this.kind === "audio" && sampleRate !== undefined ? audioStep(sampleRate, mels) : null;
    const sequences = items.map((item) => this.sequenceOf(item));
    const named = { items: sequences, ...(step && { stepsOf: (i: number) => frameTimes(step, sequences[i]!.length) }) };
    const { D } = this.config;
    const features = step ? bandNames(step) : D === 1 ? [this.name] : numbered(D).map((d) => `${this.name} ${d}`);
    return [{ kind: "series", steps: stepNames(named, this.config), features }];
  }

  get fields(): Field[] {
    if (this.kind === "audio") return [{ name: this.name, type: "audio", description: "Path of a WAV file" }];
    const each = this.config.D === 1 ? "Numbers" : `Lists of ${this.config.D} numbers`;
    return [{ name: this.name, type: "text", description: `${each}, as a JSON list` }];
  }

  toJSON(): object {
    return { scaler: this.scaler?.toJSON() ?? null, ...this.config };
  }
}

export function fitSequence(
  kind: "series" | "audio",
  where: string,
  name: string,
  { items }: MixedTraining,
  settings: MixedSettings,
): FittedPart {
  const known = items.map((item) => item[name] as Sequence | null).filter((sequence) => sequence !== null);
  check(known.length > 0, () => `${where}: column ${JSON.stringify(name)} is empty in the training part`);
  const { D } = known[0]!;
  const longest = known.reduce((most, { length }) => Math.max(most, length), 0);
  const maxLength = settings.maxLength ?? Math.min(longest, LONGEST[kind]);
  const scaler = kind === "audio" ? null : standardScaler();
  for (const { values, length } of scaler ? known : [])
    scaler!.partialFit(tensor(Float64Array.from(values), [length, D], "float64"));
  const part = new SequencePart(kind, name, { D, maxLength, keep: settings.keep }, scaler);
  return {
    part,
    facts: [[name, `${kind}, ${D} numbers a step, up to ${longest} steps; ${maxLength} are read`]],
    branch(o) {
      const x = input({ shape: [null, D], name: layerName(name) });
      const steps = layers.masking({ maskValue: PADDING }).apply(x);
      return { inputs: [x], ...recurrentBranch(steps, o), initial: {} };
    },
  };
}
