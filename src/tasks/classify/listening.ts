/** What a classifier of clips needs so that it can go on listening: features that are known frame by frame, and sound before the sound. */
import { Random } from "sluice";
import { attachSound, type SoundConfig } from "../../streaming/index.js";
import type { LogMelOptions } from "../../data/audio/log-mel.js";
import type { Model } from "sluice";
import { check, show } from "../../util/errors.js";
import type { TrainingPart } from "./encoder.js";
import type { Labels } from "./labels.js";
import type { ClassifyOptions } from "./options.js";
import type { Sequence } from "./sequence.js";

/** As `SoundFeatures` has it: numbers of the training part, and seconds within which the mean follows the sound. */
export type BandScale = Pick<SoundConfig["features"], "mean" | "deviation" | "adapt">;

/** Seconds in which the tone of a room and a microphone is learnt. */
const ADAPT = 2;
/** Chosen on strings of spoken digits by voices that were held out, of 90 digits 58 spotted and 3 false alarms a minute. */
const DECISION = { smooth: 0.1, on: 0.8, off: 0.4 };
/** Bands that do not change in training say nothing: their deviation counts as 1, as in `SoundFeatures`. */
const CONSTANT = 1e-6;

/** Mean and deviation of each band over the frames of the training part. */
export function bandScaleOf(clips: readonly Sequence[]): BandScale {
  const D = clips[0]!.D;
  const [sum, squares] = [new Float64Array(D), new Float64Array(D)];
  let frames = 0;
  for (const { values, length } of clips) {
    frames += length;
    for (let i = 0; i < length * D; i++) {
      sum[i % D]! += values[i]!;
      squares[i % D]! += values[i]! ** 2;
    }
  }
  const mean = Array.from(sum, (s) => s / frames);
  const deviation = Array.from(squares, (q, b) => Math.sqrt(Math.max(0, q / frames - mean[b]! ** 2)));
  return { mean, deviation, adapt: ADAPT };
}

/** A clip as `SoundFeatures` gives it from its beginning on, bit for bit. @param hop seconds from one frame to the next */
export function heard({ values, length, D }: Sequence, { mean, deviation, adapt }: BandScale, hop: number): Sequence {
  const rate = adapt === 0 ? 0 : Math.min(1, hop / adapt);
  const own = Float64Array.from(mean);
  const scale = Float64Array.from(deviation, (s) => (s < CONSTANT ? 1 : 1 / s));
  const out = new Float32Array(length * D);
  for (let i = 0; i < out.length; i++) {
    const b = i % D;
    own[b]! += rate * (values[i]! - own[b]!);
    out[i] = (values[i]! - own[b]!) * scale[b]!;
  }
  return { values: out, length, D };
}

type Practice = Pick<TrainingPart<Sequence>, "items" | "truth">;

/**
 * The clips as they are, and each once more behind another one: in sound that goes on a network is never at its beginning, and what was
 * heard before must not count. With a class for nothing, also each clip with nothing behind it, and the first half of each: the network says
 * nothing when a sound is over, and before it can be told from others.
 * @param background number of the class that stands for nothing; −1 for none
 */
export function practiceOf({ items, truth }: Practice, background: number, seed: number): Practice {
  const random = new Random(seed);
  const one = (of: readonly Sequence[]) => of[random.below(of.length)]!;
  const behind = items.map((clip) => joined(one(items), clip));
  const nothing = items.filter((_, i) => truth[i]!.includes(background));
  const sounds = items.filter((_, i) => !truth[i]!.includes(background));
  if (nothing.length === 0) return { items: [...items, ...behind], truth: [...truth, ...truth] };
  const over = sounds.map((clip) => joined(joined(one(nothing), clip), one(nothing)));
  const begun = sounds.map((clip) => joined(joined(one(sounds), one(nothing)), firstHalf(clip)));
  const none = [...over, ...begun].map(() => [background]);
  return { items: [...items, ...behind, ...over, ...begun], truth: [...truth, ...truth, ...none] };
}

function firstHalf({ values, length, D }: Sequence): Sequence {
  const half = Math.max(1, length >> 1);
  return { values: Float32Array.from({ length: half * D }, (_, i) => values[i]!), length: half, D };
}

function joined(before: Sequence, clip: Sequence): Sequence {
  const values = new Float32Array((before.length + clip.length) * clip.D);
  values.set(before.values);
  values.set(clip.values, before.length * clip.D);
  return { values, length: before.length + clip.length, D: clip.D };
}

/** What of the options does not go together with listening. */
export function checkListening({ pooling, multiLabel }: ClassifyOptions): void {
  check(pooling === "last", () => {
    return `classify: listen goes with pooling "last": of sound that goes on there is no ${pooling} over all steps`;
  });
  check(multiLabel === undefined, () => "classify: listen does not go with multiLabel; one class is on at a time");
}

/** Puts what `soundStream` needs into the model. @param background the class of clips in which there is nothing to notice */
export function attachListening(
  model: Model,
  logMel: LogMelOptions,
  scale: BandScale,
  { classes }: Labels,
  background: string | undefined,
): void {
  const labels = classes.map(String);
  check(background === undefined || labels.includes(background), () => {
    return `classify: background must be one of the classes ${labels.map(show).join(", ")}, got ${show(background)}`;
  });
  attachSound(model, { features: { logMel, ...scale }, labels, background: background ?? null, decision: DECISION });
}
