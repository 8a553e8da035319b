import { resampleStream, type ResampleStream } from "../data/audio/resample-stream.js";
import type { Graph } from "../model/graph.js";
import { stream, type Stream } from "../model/stream.js";
import { check, show } from "../util/errors.js";
import { Decider, type Decision, type DecisionOptions } from "./decider.js";
import { SoundFeatures, type SoundFeaturesConfig } from "./sound-features.js";

/** What a model file keeps, so that it listens by itself. */
export interface SoundConfig {
  readonly features: SoundFeaturesConfig;
  /** The classes, in the order of the model's output; where one output tells two apart, it is the probability of the second. */
  readonly labels: readonly string[];
  /** The class that stands for nothing; null where there is none. */
  readonly background: string | null;
  readonly decision?: DecisionOptions;
}

export interface SoundStreamOptions {
  /** Samples per second that will come, such as those of a microphone. Default: those that the model knows. */
  inputRate?: number;
  /** In place of what the model's file says. */
  decision?: DecisionOptions;
  onDecision?: (decision: Decision) => void;
  /** After each frame: the averaged probabilities, in an array that the next frame overwrites, and the seconds since the beginning. */
  onFrame?: (smoothed: Float64Array, time: number) => void;
}

const KEY = "sound";

/** Puts what {@link soundStream} needs into the model, so that its file holds it. */
export function attachSound(model: Graph, config: SoundConfig): void {
  const { size } = new SoundFeatures(config.features);
  const [came, outputs] = [model.inputs[0]!.shape.at(-1), model.outputs[0]!.shape.at(-1)];
  check(came === size, () => `attachSound: the features have ${size} bands, but the model takes ${show(came)}`);
  check(outputs === config.labels.length || (outputs === 1 && config.labels.length === 2), () => {
    return `attachSound: the model gives ${show(outputs)} probabilities, but there are ${config.labels.length} labels: ${config.labels.join(", ")}`;
  });
  model.attachments = { ...model.attachments, [KEY]: config };
}

/** What {@link attachSound} has put there; null for other models. */
export function soundConfigOf(model: Graph): SoundConfig | null {
  return (model.attachments[KEY] as SoundConfig | undefined) ?? null;
}

/** From the samples of a microphone to decisions; see {@link soundStream}. */
export class SoundStream {
  readonly features: SoundFeatures;
  readonly decider: Decider;
  readonly #network: Stream;
  readonly #resampler: ResampleStream | null;
  readonly #options: SoundStreamOptions;
  readonly #decide: (decision: Decision) => void;
  readonly #hear = (frame: Float32Array): void => {
    this.decider.step(this.#probabilities(this.#network.step(frame).data), this.#decide);
    this.#options.onFrame?.(this.decider.smoothed, this.decider.time);
  };
  readonly #both = new Float64Array(2);
  #floats = new Float32Array(0);

  constructor(model: Graph, options: SoundStreamOptions) {
    const config = soundConfigOf(model);
    check(config !== null, () => {
      return `soundStream: the model does not say how it hears; give it attachSound(model, config) before it is saved`;
    });
    this.features = new SoundFeatures(config.features);
    const { labels, background } = config;
    this.decider = new Decider(labels, this.features.hop, background, { ...config.decision, ...options.decision });
    this.#network = stream(model);
    const rate = options.inputRate ?? this.features.sampleRate;
    this.#resampler = rate === this.features.sampleRate ? null : resampleStream(rate, this.features.sampleRate);
    this.#options = options;
    this.#decide = options.onDecision ?? (() => undefined);
  }

  /**
   * Takes the next samples, −1 to 1, or 16-bit numbers. Each frame that is complete goes through the network, whose state is carried.
   * @returns how many frames there were
   */
  push(samples: Float32Array | Int16Array): number {
    const floats = samples instanceof Int16Array ? this.#floatsOf(samples) : samples;
    return this.features.push(this.#resampler ? this.#resampler.push(floats) : floats, this.#hear);
  }

  /** The sound has ended: what is on goes off, and the stream stands at its beginning. */
  end(): void {
    if (this.#resampler) this.features.push(this.#resampler.end(), this.#hear);
    this.decider.end(this.#decide);
    this.reset();
  }

  reset(): void {
    this.features.reset();
    this.#resampler?.reset();
    this.decider.reset();
    this.#network.reset();
  }

  #probabilities(output: ArrayLike<number>): ArrayLike<number> {
    if (output.length > 1) return output;
    this.#both[1] = output[0]!;
    this.#both[0] = 1 - this.#both[1];
    return this.#both;
  }

  #floatsOf(samples: Int16Array): Float32Array {
    if (this.#floats.length < samples.length) this.#floats = new Float32Array(samples.length);
    for (let i = 0; i < samples.length; i++) this.#floats[i] = samples[i]! / 32768;
    return this.#floats.subarray(0, samples.length);
  }
}

/**
 * Listens: samples of any rate in chunks of any size → log-mel frames → one step of the network for each, its state carried → averaged
 * probabilities → decisions with hysteresis. In Node and in pages; a chunk of 20 ms costs some tens of microseconds.
 * @param model one that can be run step by step and gives probabilities, with {@link attachSound}'s configuration
 * In a page `await ready()` first.
 * @throws SluiceError for a model without it, or that needs the whole recording, such as a bidirectional one
 * @example
 * const ears = soundStream(model, { inputRate: 48000, onDecision: ({ kind, label }) => console.log(kind, label) });
 * ears.push(samples);
 */
export function soundStream(model: Graph, options: SoundStreamOptions = {}): SoundStream {
  return new SoundStream(model, options);
}
